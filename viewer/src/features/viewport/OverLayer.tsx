import { useEffect, useMemo } from "preact/hooks";

import { bitmapShutter } from "../../core/presentation.ts";
import { planeOf } from "../../core/resample.ts";
import { OverlayPlane } from "./OverlayPlane.tsx";
import type { Pane } from "./pane.ts";
import type { Viewer } from "./viewer.ts";

interface OverLayerProps {
  readonly viewer: Viewer;
  readonly pane: Pane;
}

/** Masks and such over the image on the screen, and the presentation state that is applied to it. */
export function OverLayer({ viewer, pane }: OverLayerProps) {
  const series = pane.series.value;
  const [calm, strip] = [viewer.calm.value, viewer.strip.value];
  useEffect(() => {
    if (series !== undefined && calm) {
      void viewer.over.find(series);
      void viewer.over.findOpened(series);
    }
  }, [viewer, series, calm]);
  useEffect(() => {
    if (series !== undefined && calm) void viewer.over.findOthers(series);
  }, [viewer, series, calm, strip]);
  return (
    <>
      <Covered viewer={viewer} pane={pane} />
      <Presented viewer={viewer} pane={pane} />
    </>
  );
}

function Covered({ viewer, pane }: OverLayerProps) {
  const frame = pane.frame.value;
  const plane = useMemo(() => (frame === undefined ? undefined : (planeOf(frame) ?? { rows: frame.rows, columns: frame.columns })), [frame]);
  const covers = viewer.over.of(pane.series.value?.id ?? "");
  const place = pane.facts.value?.place;
  const Layer = viewer.over.part.value?.MaskLayer;
  if (frame === undefined || plane === undefined || covers === undefined || place === undefined || Layer === undefined) return null;
  return <Layer covers={covers} plane={plane} image={frame} place={place} />;
}

function Presented({ viewer, pane }: OverLayerProps) {
  const states = viewer.over.statesOf(pane.series.value?.id ?? "");
  const [frame, place] = [pane.frame.value, pane.facts.value?.place];
  const Layer = viewer.over.presentation.value?.PresentationLayer;
  if (states === undefined || frame === undefined || place === undefined || Layer === undefined) return null;
  const state = states.state.value;
  const bitmap = state === undefined ? undefined : bitmapShutter(state, frame);
  return (
    <>
      {bitmap !== undefined && <OverlayPlane frame={frame} overlay={bitmap} colour={state?.shutter_colour} place={place} kind="of-picture" />}
      <Layer
        states={states}
        frame={frame}
        tabled={(pane.display.value?.modality_table ?? null) !== null}
        place={place}
        onWindow={(window) => {
          if (window === undefined) pane.fileWindow();
          else pane.setWindow(window);
        }}
        onFrames={(isMeant) => {
          const first = pane.frames.value.findIndex(isMeant);
          if (first >= 0) void pane.show(first);
        }}
        onView={(view) => {
          pane.present(view);
        }}
      />
    </>
  );
}

/** The legend and switches, beside the image. */
export function OverPanel({ viewer, seriesId }: { readonly viewer: Viewer; readonly seriesId: string }) {
  const [covers, states] = [viewer.over.of(seriesId), viewer.over.statesOf(seriesId)];
  const Panel = viewer.over.part.value?.MaskPanel;
  const Chooser = viewer.over.presentation.value?.StateChooser;
  return (
    <>
      {states !== undefined && Chooser !== undefined && <Chooser states={states} />}
      {covers !== undefined && Panel !== undefined && <Panel covers={covers} />}
    </>
  );
}
