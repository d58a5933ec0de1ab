import { useMemo } from "preact/hooks";

import { dot } from "../../../core/geometry.ts";
import { type Aim, type Cross, lineOn, normalOf, onScreen, type PlaneName, PLANES, sliceOf, type Size } from "../../../core/mpr.ts";
import { planeOnScreen } from "../../../core/resample.ts";
import { fmt, t } from "../../prefs/index.ts";
import { OverPanel } from "../OverLayer.tsx";
import type { Viewer } from "../viewer.ts";
import { windowName } from "../words.ts";
import { CellFrame, CellTexts, useCanvas } from "./CellFrame.tsx";
import type { Desk } from "./desk.ts";
import { useHands } from "./hands.ts";
import { PlaneMeasures } from "./PlaneMeasures.tsx";

interface CellProps {
  readonly viewer: Viewer;
  readonly desk: Desk;
  readonly name: PlaneName;
}

/** One of the planes, the lines of the others on it, and the hands on them. */
export function PlaneCell({ viewer, desk, name }: CellProps) {
  const aim = desk.aims.value[name];
  const cross = desk.cross.value;
  const element = useCanvas(desk, name, {
    step: (slices) => {
      desk.scroll(name, slices);
    },
    zoomBy: (factor) => {
      desk.zoom(name, factor);
    },
  });
  const hands = useHands(viewer, desk, name, element);
  const size = desk.size(name);
  // the legend is the stack's where there is one
  const seriesId = desk.pane.series.value?.id;
  return (
    <CellFrame viewer={viewer} desk={desk} cell={name} label={t(`volume.plane.${name}`)} told={{ "data-aim": aim === undefined ? undefined : [...aim.eye, ...aim.right, ...aim.down, aim.height].join(" ") }}>
      <div ref={element} class="vp-canvas vp-plane" {...hands}>
        {aim !== undefined && <Covered viewer={viewer} desk={desk} aim={aim} size={size} />}
        {aim !== undefined && cross !== undefined && desk.lines.value && <Lines desk={desk} name={name} aim={aim} cross={cross} size={size} />}
        {aim !== undefined && <PlaneMeasures viewer={viewer} desk={desk} name={name} aim={aim} size={size} />}
      </div>
      {aim !== undefined && cross !== undefined && <Texts viewer={viewer} desk={desk} name={name} aim={aim} cross={cross} />}
      {seriesId !== undefined && !desk.shown && desk.cells[0] === name && <OverPanel viewer={viewer} seriesId={seriesId} />}
    </CellFrame>
  );
}

interface CoveredProps {
  readonly viewer: Viewer;
  readonly desk: Desk;
  readonly aim: Aim;
  readonly size: Size;
}

/** Masks, outlines and washes of colour, as this plane cuts them. */
function Covered({ viewer, desk, aim, size: { width, height } }: CoveredProps) {
  const finest = Math.min(...(desk.grid.value?.spacing ?? [1]));
  const { plane, place } = useMemo(() => planeOnScreen(aim, { width, height }, finest), [aim, width, height, finest]);
  const covers = viewer.over.of(desk.pane.series.value?.id ?? "");
  const Layer = viewer.over.part.value?.MaskLayer;
  if (covers === undefined || Layer === undefined) return null;
  return <Layer covers={covers} plane={plane} place={place} />;
}

interface LinesProps {
  readonly desk: Desk;
  readonly name: PlaneName;
  readonly aim: Aim;
  readonly cross: Cross;
  readonly size: Size;
}

type Point = readonly [x: number, y: number];

/** Around the cross the lines leave room for what is looked at. */
const GAP = 14;

/** Where the other planes cut this one. A line is drawn along, its knobs turn it, the middle goes anywhere. */
function Lines({ desk, name, aim, cross, size }: LinesProps) {
  const middle = onScreen(aim, size, cross.center);
  const far = Math.hypot(size.width, size.height) * 2;
  const knob = Math.min(size.width, size.height) * 0.34;
  const at = (direction: Point, length: number): Point => [middle[0] + direction[0] * length, middle[1] + direction[1] * length];
  const slab = desk.slab.value.thickness;
  return (
    <svg class="vp-layer vp-cross" role="group" aria-label={t("volume.lines")}>
      {PLANES.filter((other) => other !== name).map((other) => {
        const along = lineOn(cross, name, other);
        const direction: Point = [dot(along, aim.right), dot(along, aim.down)];
        const aside: Point = [-direction[1], direction[0]];
        const half = ((slab / 2) * size.height) / aim.height;
        const shift = (by: number): string => `translate(${aside[0] * by} ${aside[1] * by})`;
        const path = [-1, 1].map((side) => `M${at(direction, side * GAP).join(" ")}L${at(direction, side * far).join(" ")}`).join("");
        return (
          <g key={other} class={`vp-line ${other}`} data-line={other}>
            {half > 1 && [-half, half].map((by) => <path key={by} class="vp-line-slab" d={path} transform={shift(by)} />)}
            <path class="vp-line-seen" d={path} />
            <path class="vp-line-grip" d={path} data-grip={`line ${other}`} />
            {[-knob, knob].map((by) => {
              const [x, y] = at(direction, by);
              return <circle key={by} class="vp-line-knob" cx={x} cy={y} r={6} data-grip={`turn ${other}`} />;
            })}
          </g>
        );
      })}
      <circle class="vp-line-middle" cx={middle[0]} cy={middle[1]} r={10} data-grip="middle" />
    </svg>
  );
}

interface TextsProps extends CellProps {
  readonly aim: Aim;
  readonly cross: Cross;
}

/** What stands around a plane: which it is, where it lies, how it is shown; and the letters of its sides. */
function Texts({ viewer, desk, name, aim, cross }: TextsProps) {
  const grid = desk.grid.value;
  if (grid === undefined) return null;
  const normal = normalOf(aim);
  const main = normal.reduce((best, part) => (Math.abs(part) > Math.abs(best) ? part : best), 0);
  const position = Math.sign(main) * dot(normal, cross.center);
  const slice = sliceOf(cross, grid, name);
  const { mode, thickness } = desk.slab.value;
  const window = desk.pane.facts.value?.window;
  return (
    <CellTexts viewer={viewer} desk={desk} aim={aim} title={t(`volume.plane.${name}`)} titleClass={`vp-plane-name ${name}`}>
      <div class="vp-corner bottom left">
        <div>{`${t("viewport.position")} ${t("value.mm", { value: fmt().number(Math.abs(position) < 0.05 ? 0 : position, 1) })}`}</div>
        <div>
          <strong>{t("volume.slice", slice)}</strong>
        </div>
      </div>
      <div class="vp-corner bottom right">
        {thickness > 0 && <div>{`${t(`volume.slab.${mode}`)} ${t("value.mm", { value: fmt().number(thickness, 1) })}`}</div>}
        {window !== undefined && (
          <div>
            <strong>{windowName(window)}</strong>
          </div>
        )}
      </div>
    </CellTexts>
  );
}
