/** Where the bytes of frames come from; the first may be on its way before the engine that draws it has arrived. */
import { type Frame, frameKey } from "../../core/frames.ts";
import type { Display, Series } from "../../core/model.ts";
import type { MediaPart } from "../../core/multipart.ts";
import { type Palette, readPalette } from "../../core/palette.ts";
import { display } from "../../io/api.ts";
import { bulkData, dataSet, decodedFrame, storedFrame } from "../../io/frames.ts";

const ahead = new Map<string, Promise<MediaPart>>();
const palettes = new Map<string, Promise<Palette | undefined>>();
const displays = new Map<string, Promise<Display>>();
/** One for each series, so that leaving one does not stop another that stands beside it. */
const visits = new Map<string, AbortController>();

/** Aborted when nobody waits any more for what is on its way of a series. */
export function visitTo({ id }: Series): AbortSignal {
  let visit = visits.get(id);
  if (visit === undefined) visits.set(id, (visit = new AbortController()));
  return visit.signal;
}

/** Ask for a frame now, for one that will want it soon. */
export function fetchAhead(series: Series, frame: Frame): void {
  const coming = storedFrame(frame.image, frame.number, visitTo(series));
  // whoever takes it sees the error; until then nobody is surprised by it
  coming.catch(() => undefined);
  ahead.set(frameKey(frame), coming);
}

export function fetchStored(series: Series, frame: Frame): Promise<MediaPart> {
  const key = frameKey(frame);
  const coming = ahead.get(key) ?? storedFrame(frame.image, frame.number, visitTo(series));
  ahead.delete(key);
  return coming;
}

/** Whether it was asked for already. */
export const isAhead = (frame: Frame): boolean => ahead.has(frameKey(frame));

export const fetchDecoded = (series: Series, frame: Frame): Promise<MediaPart> => decodedFrame(frame.image, frame.number, visitTo(series));

/** The palette of an image, fetched once for all of its frames. */
export function fetchPalette(series: Series, frame: Frame): Promise<Palette | undefined> {
  return once(palettes, frame.image.id, () => {
    const signal = visitTo(series);
    return dataSet(series, frame.image, signal).then((found) => readPalette(found, (uri) => bulkData(uri, signal)));
  });
}

/** Its tables, overlays and calibrations, likewise. */
export const fetchDisplay = (series: Series, frame: Frame): Promise<Display> =>
  once(displays, frame.image.id, () => display(frame.image.id, visitTo(series)));

function once<T>(known: Map<string, Promise<T>>, key: string, ask: () => Promise<T>): Promise<T> {
  let coming = known.get(key);
  if (coming === undefined) {
    coming = ask();
    known.set(key, coming);
    coming.catch(() => known.delete(key));
  }
  return coming;
}

/** Nobody waits any more for what is on its way of a series. */
export function dropRequests({ id }: Series): void {
  visits.get(id)?.abort();
  visits.delete(id);
}

/** Nothing is kept when the viewer closes. */
export function forgetSources(): void {
  for (const visit of visits.values()) visit.abort();
  for (const kept of [visits, ahead, palettes, displays]) kept.clear();
}
