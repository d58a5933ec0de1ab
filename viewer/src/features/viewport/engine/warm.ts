/** What may be wanted next, made ready while there is nothing else to do: images, and those who make them. */
import { decodedBytes } from "../../../core/decoding.ts";
import { type Frame, frameKey } from "../../../core/frames.ts";
import type { Series } from "../../../core/model.ts";
import { haveImage } from "./images.ts";
import { nativeWorkers } from "./native.ts";
import { putOnShelf } from "./shelf.ts";
import { CACHE_BYTES, start } from "./start.ts";

/** Of the memory for images; more would push out what is being looked at. */
const SHARE = 0.1;

/** Before there is something to draw. */
export function warmUp(): void {
  start();
  nativeWorkers();
}

/** Decode these frames, as long as they are `wanted`. */
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
