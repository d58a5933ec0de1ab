import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

import { inverted, type Point } from "../../core/affine.ts";
import { magnified, shader } from "../../core/loupe.ts";
import type { Pane } from "./pane.ts";

/** Across, in CSS pixels, and how much larger than the screen shows it. */
const SIZE = 220;
const LARGER = 3;

/** Held over the image while the button (or a finger) is down. */
export function Magnifier({ pane }: { readonly pane: Pane }) {
  const at = useSignal<Point | undefined>(undefined);
  const canvas = useRef<HTMLCanvasElement>(null);
  const point = at.value;
  const facts = pane.facts.value;
  useEffect(() => {
    const pixels = pane.pixels();
    const back = facts === undefined ? undefined : inverted(facts.place);
    const context = canvas.current?.getContext("2d");
    if (point === undefined || pixels === undefined || back === undefined || !context) return;
    const size = Math.round(SIZE * devicePixelRatio);
    const shade = shader(facts?.window ?? { center: 128, width: 256 }, facts?.whiteLow ?? false);
    context.putImageData(new ImageData(magnified(pixels, { size, factor: LARGER * devicePixelRatio, at: point }, back, shade), size, size), 0, 0);
  }, [pane, point, facts]);
  const move = (event: PointerEvent): void => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    at.value = [event.clientX - box.left, event.clientY - box.top];
  };
  const stop = (): void => {
    at.value = undefined;
  };
  return (
    <div
      class="vp-layer vp-catch"
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        move(event);
      }}
      onPointerMove={(event) => {
        if (at.value !== undefined) move(event);
      }}
      onPointerUp={stop}
      onPointerCancel={stop}
    >
      {point !== undefined && (
        <canvas
          ref={canvas}
          class="vp-loupe"
          width={Math.round(SIZE * devicePixelRatio)}
          height={Math.round(SIZE * devicePixelRatio)}
          style={{ inlineSize: `${SIZE}px`, blockSize: `${SIZE}px`, left: `${point[0] - SIZE / 2}px`, top: `${point[1] - SIZE / 2}px` }}
        />
      )}
    </div>
  );
}
