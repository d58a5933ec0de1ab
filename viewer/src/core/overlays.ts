/** Overlay planes (PS3.3 C.9.2): which lie over a frame, and where their bits are set. */
import { bytesOf } from "./base64.ts";
import type { OverlayData } from "./model.ts";

/** The frame of the overlay that lies over frame `number` (from 1) of the image; undefined when none does. */
export function overlayFrame({ frames, first_frame: first }: OverlayData, number: number, imageFrames: number): number | undefined {
  // an overlay of one frame lies over all frames of an image (PS3.3 C.9.2.1.2 speaks only of those with several)
  if (frames === 1) return first <= 1 || imageFrames === 1 || number === first ? 0 : undefined;
  const at = number - first;
  return at >= 0 && at < frames ? at : undefined;
}

/** Red, green, blue and opacity of each pixel of one frame of an overlay. */
export function overlayPixels(overlay: OverlayData, frame: number, [red, green, blue]: readonly [number, number, number]): Uint8ClampedArray<ArrayBuffer> {
  const { rows, columns } = overlay;
  const bits = bytesOf(overlay.data);
  const out = new Uint8ClampedArray(rows * columns * 4);
  const begin = frame * rows * columns;
  for (let pixel = 0; pixel < rows * columns; pixel += 1) {
    const bit = begin + pixel;
    if ((((bits[bit >> 3] ?? 0) >> (bit & 7)) & 1) === 0) continue;
    out.set([red, green, blue, 255], pixel * 4);
  }
  return out;
}
