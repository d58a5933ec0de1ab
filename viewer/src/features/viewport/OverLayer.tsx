import { useEffect, useMemo } from "preact/hooks";

import { planeOf } from "../../core/resample.ts";
import type { Pane } from "./pane.ts";
import type { Viewer } from "./viewer.ts";

interface OverLayerProps {
  readonly viewer: Viewer;
  readonly pane: Pane;
}

/** Masks and such over the image on the screen. */
export function OverLayer({ viewer, pane }: OverLayerProps) {
  const series = pane.series.value;
  const frame = pane.frame.value;
  const [calm, strip] = [viewer.calm.value, viewer.strip.value];
  useEffect(() => {
    if (series !== undefined && calm) void viewer.over.find(series);
  }, [viewer, series, calm]);
  useEffect(() => {
    if (series !== undefined && calm) void viewer.over.findOthers(series);
  }, [viewer, series, calm, strip]);
  const plane = useMemo(() => (frame === undefined ? undefined : planeOf(frame)), [frame]);
  const covers = series === undefined ? undefined : viewer.over.of(series.id);
  const place = pane.facts.value?.place;
  const Layer = viewer.over.part.value?.MaskLayer;
  if (plane === undefined || covers === undefined || place === undefined || Layer === undefined) return null;
  return <Layer covers={covers} plane={plane} place={place} />;
}

/** The legend and switches, beside the image. */
export function OverPanel({ viewer, seriesId }: { readonly viewer: Viewer; readonly seriesId: string }) {
  const covers = viewer.over.of(seriesId);
  const Panel = viewer.over.part.value?.MaskPanel;
  return covers === undefined || Panel === undefined ? null : <Panel covers={covers} />;
}
