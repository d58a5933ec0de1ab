import { useRef } from "preact/hooks";

import { type Side, SIDES } from "../../../core/mpr.ts";
import { type Box, presetLabel } from "../../../core/rendering.ts";
import { t } from "../../prefs/index.ts";
import type { Viewer } from "../viewer.ts";
import { CellFrame, CellTexts, useCanvas } from "./CellFrame.tsx";
import type { Desk } from "./desk.ts";
import { leaveKeys, pinched } from "./hands.ts";

interface CellProps {
  readonly viewer: Viewer;
  readonly desk: Desk;
}

/** The volume in 3D: left button turns, right one zooms, middle one or Shift moves, Control shifts opacities. */
export function SolidCell({ viewer, desk }: CellProps) {
  const { solid } = desk;
  const aim = solid.aim.value;
  const element = useCanvas(desk, "solid", {
    step: (notches) => {
      solid.zoom(1.15 ** -notches);
    },
    zoomBy: (factor) => {
      solid.zoom(factor);
    },
  });
  const hands = useTurning(desk, element);
  return (
    <CellFrame viewer={viewer} desk={desk} cell="solid" label={t("volume.solid")} told={{ "data-still": solid.still.value }}>
      <div class="vp-canvas vp-turning" {...hands}>
        <div ref={element} class={desk.software.value ? "vp-solid half" : "vp-solid"} />
      </div>
      {aim !== undefined && <CellTexts viewer={viewer} desk={desk} aim={aim} title={`${t("volume.solid")} · ${t(presetLabel(solid.preset.value))}`} />}
    </CellFrame>
  );
}

type Point = readonly [x: number, y: number];

/** CSS pixels of dragging that shift opacities all the way. */
const SHIFTS = 500;

function useTurning(desk: Desk, element: { readonly current: HTMLDivElement | null }) {
  const { solid } = desk;
  const fingers = useRef(new Map<number, Point>());
  const what = useRef<"turn" | "zoom" | "pan" | "shift">("turn");
  const onPointerDown = (event: PointerEvent): void => {
    fingers.current.set(event.pointerId, [event.clientX, event.clientY]);
    what.current = event.button === 2 ? "zoom" : event.button === 1 || event.shiftKey ? "pan" : event.ctrlKey ? "shift" : "turn";
    element.current?.parentElement?.setPointerCapture(event.pointerId);
    event.preventDefault();
    leaveKeys();
  };
  /** The canvas may be smaller than it is seen. */
  const pan = ([x, y]: Point): void => {
    const canvas = element.current;
    const part = canvas === null ? 1 : canvas.clientHeight / Math.max(1, canvas.getBoundingClientRect().height);
    solid.pan([x * part, y * part]);
  };
  const onPointerMove = (event: PointerEvent): void => {
    const before = fingers.current.get(event.pointerId);
    if (before === undefined) return;
    const by: Point = [event.clientX - before[0], event.clientY - before[1]];
    const two = pinched(fingers.current, event.pointerId, [event.clientX, event.clientY]);
    fingers.current.set(event.pointerId, [event.clientX, event.clientY]);
    if (two !== undefined) {
      solid.zoom(two.factor);
      pan(two.by);
    } else if (what.current === "zoom") solid.zoom(Math.exp(-by[1] / 150));
    else if (what.current === "pan") pan(by);
    else if (what.current === "shift") solid.setShift(solid.shift.peek() + by[0] / SHIFTS);
    else solid.turn(by);
  };
  const onPointerUp = (event: PointerEvent): void => {
    fingers.current.delete(event.pointerId);
  };
  return {
    onPointerDown,
    onPointerMove,
    onPointerUp,
    onPointerCancel: onPointerUp,
    onContextMenu: (event: Event) => {
      event.preventDefault(); // the right button zooms
    },
  };
}

/** What holds for the solid: how it is painted, where it is cut, from where one looks. */
export function SolidBar({ desk }: { readonly desk: Desk }) {
  const { solid } = desk;
  return (
    <>
      <label class="vp-desk-field">
        <span>{t("volume.preset")}</span>
        <select
          data-control="preset"
          value={solid.preset.value}
          onChange={(event) => {
            const chosen = solid.presets().find((one) => one === event.currentTarget.value);
            if (chosen !== undefined) solid.choose(chosen);
            event.currentTarget.blur(); // the keys are the image's again
          }}
        >
          {solid.presets().map((preset) => (
            <option key={preset} value={preset}>
              {t(presetLabel(preset))}
            </option>
          ))}
        </select>
      </label>
      <label class="vp-desk-field" title={t("volume.opacityHint")}>
        <span>{t("volume.opacity")}</span>
        {/* to the right more is seen: opacities begin at lower values */}
        <input
          type="range"
          min={-1}
          max={1}
          step={0.02}
          value={-solid.shift.value}
          onInput={(event) => {
            solid.setShift(-Number(event.currentTarget.value));
          }}
        />
      </label>
      {solid.preset.value !== "mip" && <Switch label={t("volume.shade")} on={solid.shaded.value} press={() => { solid.toggleShade(); }} />}
      <span class="vp-desk-field" role="group" aria-label={t("volume.look")}>
        {SIDES.map((side) => (
          <LookButton key={side} desk={desk} side={side} />
        ))}
      </span>
      <Switch label={t("volume.box")} on={solid.boxed.value} press={() => { solid.toggleBox(); }} />
      {solid.boxed.value && ([0, 1, 2] as const).map((axis) => <BoxSide key={axis} desk={desk} axis={axis} />)}
    </>
  );
}

function Switch({ label, on, press }: { readonly label: string; readonly on: boolean; readonly press: () => void }) {
  return (
    <button type="button" aria-pressed={on} onClick={press}>
      {label}
    </button>
  );
}

function LookButton({ desk, side }: { readonly desk: Desk; readonly side: Side }) {
  return (
    <button
      type="button"
      data-look={side}
      title={t(`volume.look.${side}`)}
      aria-label={t(`volume.look.${side}`)}
      onClick={() => {
        desk.solid.look(side);
      }}
    >
      {SIDE_LETTERS[side] ?? side}
    </button>
  );
}

/** Above and below have the letters that stand around the pictures, too (PS3.3 C.7.6.1.1.1: head and feet). */
const SIDE_LETTERS: Readonly<Partial<Record<Side, string>>> = { S: "H", I: "F" };

/** From where to where the volume is left along one axis of the patient. */
function BoxSide({ desk, axis }: { readonly desk: Desk; readonly axis: 0 | 1 | 2 }) {
  const box = desk.solid.box.value;
  const side = t(`volume.box.${axis}`);
  const set = (end: 0 | 1, value: number): void => {
    const [from, to] = box[axis];
    const next = end === 0 ? ([Math.min(value, to - 0.02), to] as const) : ([from, Math.max(value, from + 0.02)] as const);
    const at = (one: 0 | 1 | 2): Box[0] => (one === axis ? next : box[one]);
    desk.solid.setBox([at(0), at(1), at(2)]);
  };
  return (
    <span class="vp-desk-field vp-box">
      <span>{side}</span>
      {([0, 1] as const).map((end) => (
        <input
          key={end}
          type="range"
          min={0}
          max={1}
          step={0.01}
          value={box[axis][end]}
          aria-label={t(end === 0 ? "volume.box.from" : "volume.box.to", { side })}
          onInput={(event) => {
            set(end, Number(event.currentTarget.value));
          }}
        />
      ))}
    </span>
  );
}
