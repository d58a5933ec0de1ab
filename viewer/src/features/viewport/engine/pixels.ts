/** The values of an image that is in memory: what is measured, and what a magnifier draws anew. */
import { cache } from "@cornerstonejs/core";

import { type Frame, frameKey } from "../../../core/frames.ts";

export interface PixelValues {
  readonly rows: number;
  readonly columns: number;
  /** Rescaled; or red, green, blue (and opacity, where `channels` is 4) by pixel. */
  readonly values: ArrayLike<number>;
  readonly channels: number;
}

export function pixelsOf(frame: Frame): PixelValues | undefined {
  const image = cache.getImage(frameKey(frame));
  if (image === undefined) return undefined;
  const values = image.getPixelData();
  return { rows: frame.rows, columns: frame.columns, values, channels: Math.round(values.length / (frame.rows * frame.columns)) };
}
