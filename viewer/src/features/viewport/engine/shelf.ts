/** The frames that are open, by the names under which Cornerstone knows them. */
import { cache } from "@cornerstonejs/core";

import { type Frame, frameKey } from "../../../core/frames.ts";
import type { Display, Series } from "../../../core/model.ts";
import type { GreyWindow } from "../../../core/window.ts";

export interface Shelved {
  readonly frame: Frame;
  readonly series: Series;
  /** The window to begin with, when the file brings none; found once for a whole series, so that it does not flicker. */
  fallback: GreyWindow | undefined;
  /** How the bytes that are handed to the decoder are made, when that is not what the file says. */
  pixels: PixelForm | undefined;
  /** Its tables, overlays and calibrations, once they were asked for. */
  display: Display | undefined;
}

export interface PixelForm {
  readonly photometric: string;
  readonly bitsAllocated: number;
  readonly bitsStored: number;
  readonly representation: 0 | 1 | undefined;
}

const shelf = new Map<string, Shelved>();

/** Put the frames of a series on the shelf; those of an earlier series stay, for their images may still be cached. */
export function putOnShelf(series: Series, frames: readonly Frame[]): void {
  for (const frame of frames) {
    const key = frameKey(frame);
    if (!shelf.has(key)) shelf.set(key, { frame, series, fallback: undefined, pixels: undefined, display: undefined });
  }
}

export const fromShelf = (key: string): Shelved | undefined => shelf.get(key);

/** Take all away, what was decoded too; when the viewer closes. */
export function clearShelf(): void {
  shelf.clear();
  cache.purgeCache();
}

/** These have changed: they are to be had anew. */
export function takeOffShelf(keys: readonly string[]): void {
  for (const key of keys) {
    shelf.delete(key);
    if (cache.getImage(key) !== undefined) cache.removeImageLoadObject(key, { force: true });
  }
}
