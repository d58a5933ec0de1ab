import { useEffect, useRef } from "preact/hooks";

import { type Affine, applied } from "../../core/affine.ts";
import type { Frame } from "../../core/frames.ts";
import type { OverlayData } from "../../core/model.ts";
import { overlayFrame, overlayPixels } from "../../core/overlays.ts";

type Colour = readonly [red: number, green: number, blue: number];

/** Graphics, and regions of interest. */
const COLOURS: Readonly<Record<string, Colour>> = { G: [255, 214, 102], R: [102, 217, 255] };

interface OverlayPlaneProps {
  readonly frame: Frame;
  readonly overlay: OverlayData;
  /** Undefined: by what kind it is. */
  readonly colour?: Colour | undefined;
  readonly place: Affine;
  readonly kind?: string;
}

/** An overlay plane over the frame, where it lies over that one. */
export function OverlayPlane({ frame, overlay, colour, place, kind = "" }: OverlayPlaneProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const at = overlayFrame(overlay, frame.number, frame.image.frames);
  const [red, green, blue] = colour ?? COLOURS[overlay.kind] ?? [255, 214, 102];
  useEffect(() => {
    if (at === undefined) return;
    canvas.current?.getContext("2d")?.putImageData(new ImageData(overlayPixels(overlay, at, [red, green, blue]), overlay.columns, overlay.rows), 0, 0);
  }, [overlay, at, red, green, blue]);
  if (at === undefined) return null;
  // the first pixel of the plane lies at its origin; its middle is half a pixel from its edge
  const [row, column] = overlay.origin;
  const [x, y] = applied(place, [column - 1.5, row - 1.5]);
  const [a, b, c, d] = place;
  return (
    <canvas
      ref={canvas}
      class={`vp-overlay ${kind}`.trimEnd()}
      width={overlay.columns}
      height={overlay.rows}
      style={{ transform: `matrix(${[a, b, c, d, x, y].join(",")})` }}
      aria-label={overlay.label}
    />
  );
}
