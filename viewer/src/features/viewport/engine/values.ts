/** The values of one frame for what is drawn by us and not by Cornerstone: decoded as all others are, and cached with them. */
import { type Frame, frameKey } from "../../../core/frames.ts";
import type { Series } from "../../../core/model.ts";
import { haveImage } from "./images.ts";
import { pixelsOf } from "./pixels.ts";
import { putOnShelf } from "./shelf.ts";

export async function valuesOf(series: Series, frame: Frame): Promise<ArrayLike<number>> {
  putOnShelf(series, [frame]);
  await haveImage(frameKey(frame));
  const found = pixelsOf(frame);
  if (found?.channels !== 1) throw new Error("no values to lay over an image");
  return found.values;
}
