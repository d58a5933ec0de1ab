import { useEffect, useRef } from "preact/hooks";

import { applied } from "../../core/affine.ts";
import { cutLine } from "../../core/linking.ts";
import type { OverlayData } from "../../core/model.ts";
import { overlayFrame, overlayPixels } from "../../core/overlays.ts";
import { MeasureLayer } from "./MeasureLayer.tsx";
import { Magnifier } from "./Magnifier.tsx";
import { OverLayer } from "./OverLayer.tsx";
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
      {viewer.overlays.value && <Overlays pane={pane} />}
      <OverLayer viewer={viewer} pane={pane} />
      <ReferenceLine viewer={viewer} pane={pane} />
      {viewer.tool.value === "magnify" && <Magnifier pane={pane} />}
      <MeasureLayer viewer={viewer} pane={pane} />
    </>
  );
}

/** Graphics, and regions of interest. */
const COLOURS: Readonly<Record<string, readonly [number, number, number]>> = { G: [255, 214, 102], R: [102, 217, 255] };

function Overlays({ pane }: { readonly pane: Pane }) {
  const frame = pane.frame.value;
  const overlays = pane.display.value?.overlays ?? [];
  if (frame === undefined) return null;
  return (
    <>
      {overlays.map((overlay, index) => {
        const at = overlayFrame(overlay, frame.number, frame.image.frames);
        return at === undefined ? null : <OverlayPlane key={`${frame.image.id}/${index}`} pane={pane} overlay={overlay} at={at} />;
      })}
    </>
  );
}

interface OverlayPlaneProps {
  readonly pane: Pane;
  readonly overlay: OverlayData;
  readonly at: number;
}

function OverlayPlane({ pane, overlay, at }: OverlayPlaneProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    const colour = COLOURS[overlay.kind] ?? [255, 214, 102];
    context?.putImageData(new ImageData(overlayPixels(overlay, at, colour), overlay.columns, overlay.rows), 0, 0);
  }, [overlay, at]);
  const place = pane.facts.value?.place;
  if (place === undefined) return null;
  // the first pixel of the plane lies at its origin; its middle is half a pixel from its edge
  const [row, column] = overlay.origin;
  const [x, y] = applied(place, [column - 1.5, row - 1.5]);
  const [a, b, c, d] = place;
  return (
    <canvas
      ref={canvas}
      class="vp-overlay"
      width={overlay.columns}
      height={overlay.rows}
      style={{ transform: `matrix(${[a, b, c, d, x, y].join(",")})` }}
      aria-label={overlay.label}
    />
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
