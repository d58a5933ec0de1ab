/** Where the bytes of frames come from; the first may be on its way before the engine that draws it has arrived. */
import { type Frame, frameKey } from "../../core/frames.ts";
import type { Series } from "../../core/model.ts";
import type { MediaPart } from "../../core/multipart.ts";
import { type Palette, readPalette } from "../../core/palette.ts";
import { bulkData, dataSet, decodedFrame, storedFrame } from "../../io/frames.ts";

const ahead = new Map<string, Promise<MediaPart>>();
const palettes = new Map<string, Promise<Palette | undefined>>();
let visit = new AbortController();

/** Ask for a frame now, for one that will want it soon. */
export function fetchAhead(frame: Frame): void {
  const coming = storedFrame(frame.image, frame.number, visit.signal);
  // whoever takes it sees the error; until then nobody is surprised by it
  coming.catch(() => undefined);
  ahead.set(frameKey(frame), coming);
}

export function fetchStored(frame: Frame): Promise<MediaPart> {
  const key = frameKey(frame);
  const coming = ahead.get(key) ?? storedFrame(frame.image, frame.number, visit.signal);
  ahead.delete(key);
  return coming;
}

export const fetchDecoded = (frame: Frame): Promise<MediaPart> => decodedFrame(frame.image, frame.number, visit.signal);

/** The palette of an image, fetched once for all of its frames. */
export function fetchPalette(series: Series, frame: Frame): Promise<Palette | undefined> {
  const { id } = frame.image;
  let palette = palettes.get(id);
  if (palette === undefined) {
    const { signal } = visit;
    palette = dataSet(series, frame.image, signal).then((found) => readPalette(found, (uri) => bulkData(uri, signal)));
    palettes.set(id, palette);
    palette.catch(() => palettes.delete(id));
  }
  return palette;
}

/** Nobody waits any more for what is on its way. */
export function dropRequests(): void {
  visit.abort();
  visit = new AbortController();
  ahead.clear();
}
