/** What planes and the solid have in common: where they stand on the page, and what stands around the picture. */
import type { ComponentChildren, RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";

import type { Vec3 } from "../../../core/geometry.ts";
import { sideLetters } from "../../../core/orientation.ts";
import { SideLetters } from "../Corners.tsx";
import { DRAGGED } from "../Strip.tsx";
import type { Cell } from "../engine/index.ts";
import type { Viewer } from "../viewer.ts";
import { type Rolled, wheelSteps } from "../wheel.ts";
import { patientName } from "../words.ts";
import type { Desk } from "./desk.ts";

/** The element that a cell is drawn on; the desk knows of it while it stands there. What is rolled over it is `rolled`'s. */
export function useCanvas(desk: Desk, cell: Cell, rolled: Rolled): RefObject<HTMLDivElement | null> {
  const element = useRef<HTMLDivElement>(null);
  const now = useRef(rolled);
  now.current = rolled;
  useEffect(() => {
    const canvas = element.current;
    // the canvas may be smaller than it is seen
    const around = canvas?.closest<HTMLElement>(".vp-canvas");
    desk.attach(cell, canvas ?? undefined);
    const wheel = wheelSteps({
      step: (notches) => {
        now.current.step(notches);
      },
      zoomBy: (factor) => {
        now.current.zoomBy(factor);
      },
    });
    around?.addEventListener("wheel", wheel, { passive: false });
    return () => {
      around?.removeEventListener("wheel", wheel);
      desk.attach(cell, undefined);
    };
  }, [desk, cell]);
  return element;
}

interface FrameProps {
  readonly viewer: Viewer;
  readonly desk: Desk;
  readonly cell: Cell;
  readonly label: string;
  /** What it says of itself to those who look at the page from outside. */
  readonly told: Readonly<Record<`data-${string}`, string | boolean | undefined>>;
  readonly children: ComponentChildren;
}

export function CellFrame({ viewer, desk, cell, label, told, children }: FrameProps) {
  return (
    <section
      class={desk.active.value === cell ? "vp-stage vp-cell active" : "vp-stage vp-cell"}
      data-cell={cell}
      data-drawn={desk.drawn.value.has(cell)}
      {...told}
      aria-label={label}
      onDragOver={(event) => {
        if (event.dataTransfer?.types.includes(DRAGGED) === true) event.preventDefault();
      }}
      onDrop={(event) => {
        const id = event.dataTransfer?.getData(DRAGGED) ?? "";
        if (id === "") return;
        event.preventDefault();
        // all cells look at the one volume: it is another one now
        void viewer.drop(desk.pane, id);
      }}
      onPointerDownCapture={() => {
        desk.active.value = cell;
      }}
    >
      {children}
    </section>
  );
}

interface TextsProps {
  readonly viewer: Viewer;
  readonly desk: Desk;
  readonly aim: { readonly right: Vec3; readonly down: Vec3 };
  readonly title: string;
  readonly titleClass?: string;
  /** The lower corners. */
  readonly children?: ComponentChildren;
}

/** Which picture it is, whose it is, and the letters of its sides. */
export function CellTexts({ viewer, desk, aim, title, titleClass = "", children }: TextsProps) {
  const series = desk.pane.series.value;
  if (series === undefined) return null;
  return (
    <div class="vp-corners" aria-hidden={!viewer.corners.value}>
      {viewer.corners.value && (
        <>
          <div class={`vp-corner top left ${titleClass}`.trim()}>
            <div>{title}</div>
          </div>
          <div class="vp-corner top right">
            <div>{patientName(series.study.patient, viewer.nameless.value)}</div>
          </div>
          {children}
        </>
      )}
      <SideLetters letters={sideLetters(aim.right, aim.down)} />
    </div>
  );
}
