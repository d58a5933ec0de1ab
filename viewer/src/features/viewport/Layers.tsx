import { applied } from "../../core/affine.ts";
import { cutLine } from "../../core/linking.ts";
import { overlaysOver } from "../../core/presentation.ts";
import { MeasureLayer } from "./MeasureLayer.tsx";
import { Magnifier } from "./Magnifier.tsx";
import { OverLayer } from "./OverLayer.tsx";
import { OverlayPlane } from "./OverlayPlane.tsx";
import type { Pane } from "./pane.ts";
import type { Viewer } from "./viewer.ts";

interface LayersProps {
  readonly viewer: Viewer;
  readonly pane: Pane;
}

/** What lies over the image and moves with it: overlay planes of the file, lines of other viewports, the magnifier. */
export function Layers({ viewer, pane }: LayersProps) {
  if (pane.drawn.value < 0) return null;
  return (
    <>
      {viewer.overlays.value && <Overlays viewer={viewer} pane={pane} />}
      <OverLayer viewer={viewer} pane={pane} />
      <ReferenceLine viewer={viewer} pane={pane} />
      {viewer.tool.value === "magnify" && <Magnifier pane={pane} />}
      <MeasureLayer viewer={viewer} pane={pane} />
    </>
  );
}

function Overlays({ viewer, pane }: LayersProps) {
  const frame = pane.frame.value;
  const place = pane.facts.value?.place;
  if (frame === undefined || place === undefined) return null;
  const state = viewer.over.statesOf(pane.series.value?.id ?? "")?.state.value;
  return (
    <>
      {overlaysOver(frame, pane.display.value?.overlays ?? [], state).map(({ overlay, colour }, index) => (
        <OverlayPlane key={`${frame.image.id}/${index}`} frame={frame} overlay={overlay} colour={colour} place={place} />
      ))}
    </>
  );
}

/** Where the plane of the viewport at hand cuts this one. */
function ReferenceLine({ viewer, pane }: LayersProps) {
  const leader = viewer.active.value;
  const [other, own] = [leader.frame.value, pane.frame.value];
  const place = pane.facts.value?.place;
  if (!viewer.linked.value || leader === pane || other === undefined || own === undefined || place === undefined) return null;
  const line = cutLine(other, own);
  if (line === undefined) return null;
  const [[x1, y1], [x2, y2]] = [applied(place, line[0]), applied(place, line[1])];
  return (
    <svg class="vp-layer" aria-hidden="true">
      <line class="vp-reference" x1={x1} y1={y1} x2={x2} y2={y2} />
    </svg>
  );
}
