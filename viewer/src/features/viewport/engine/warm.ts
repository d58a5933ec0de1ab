/** Images that may be wanted next, decoded while there is nothing else to do. */
import { decodedBytes } from "../../../core/decoding.ts";
import { type Frame, frameKey } from "../../../core/frames.ts";
import type { Series } from "../../../core/model.ts";
import { haveImage } from "./images.ts";
import { putOnShelf } from "./shelf.ts";
import { CACHE_BYTES } from "./start.ts";

/** Of the memory for images; more would push out what is being looked at. */
const SHARE = 0.1;

export async function warm(series: Series, frames: readonly Frame[], wanted: () => boolean): Promise<void> {
  putOnShelf(series, frames);
  let bytes = 0;
  for (const frame of frames) {
    bytes += decodedBytes(frame.image);
    if (bytes > CACHE_BYTES * SHARE || !wanted()) return;
    try {
      await haveImage(frameKey(frame));
    } catch {
      return; // whoever opens it is told why
    }
  }
}
