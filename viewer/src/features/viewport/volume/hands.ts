/** What mouse and fingers do on a plane. */
import type { RefObject } from "preact";
import { useRef } from "preact/hooks";

import { angleBetween, inPatient, lineMoved, onScreen, type PlaneName } from "../../../core/mpr.ts";
import type { Tool, Viewer } from "../viewer.ts";
import type { Desk } from "./desk.ts";

type Point = readonly [x: number, y: number];

/** CSS pixels that a pointer may tremble without having been moved. */
const STILL = 4;
/** How far one drags for one slice. */
const PER_SLICE = 6;

interface Held {
  readonly tool: Tool | "grip";
  readonly grip: string;
  readonly from: Point;
  last: Point;
  moved: boolean;
  /** Slices that were dragged, but make no whole one yet. */
  rest: number;
}

/** Right button zooms, middle button and Shift move, Control scrolls; the left one does what is chosen. */
function toolOf(event: PointerEvent, chosen: Tool): Tool {
  if (event.button === 2) return "zoom";
  if (event.button === 1 || event.shiftKey) return "pan";
  return event.ctrlKey ? "scroll" : chosen;
}

export function useHands(viewer: Viewer, desk: Desk, name: PlaneName, element: RefObject<HTMLDivElement | null>) {
  const held = useRef<Held | undefined>(undefined);
  const fingers = useRef(new Map<number, Point>());
  const pointOf = (event: PointerEvent): Point => {
    const box = element.current?.getBoundingClientRect();
    return [event.clientX - (box?.left ?? 0), event.clientY - (box?.top ?? 0)];
  };
  const onPointerDown = (event: PointerEvent): void => {
    if (desk.phase.value.kind !== "ready") return;
    const at = pointOf(event);
    fingers.current.set(event.pointerId, at);
    const grip = event.button === 0 && event.target instanceof Element ? (event.target.getAttribute("data-grip") ?? "") : "";
    held.current = { tool: grip === "" ? toolOf(event, viewer.tool.value) : "grip", grip, from: at, last: at, moved: false, rest: 0 };
    element.current?.setPointerCapture(event.pointerId);
    event.preventDefault();
    leaveKeys();
  };
  const onPointerMove = (event: PointerEvent): void => {
    const now = held.current;
    if (now === undefined) return;
    const at = pointOf(event);
    const two = pinched(fingers.current, event.pointerId, at);
    if (two !== undefined) {
      now.moved = true;
      desk.pan(name, two.by);
      desk.zoom(name, two.factor, two.at);
    } else if (now.moved || Math.hypot(at[0] - now.from[0], at[1] - now.from[1]) > STILL) {
      now.moved = true;
      drag(desk, name, now, at);
      now.last = at;
    }
    fingers.current.set(event.pointerId, at);
  };
  const onPointerUp = (event: PointerEvent): void => {
    const now = held.current;
    fingers.current.delete(event.pointerId);
    const [left] = fingers.current.values();
    if (left === undefined) held.current = undefined;
    else if (now !== undefined) now.last = left; // the finger that stays goes on from where it is
    const aim = desk.aims.value[name];
    // a click without a drag puts the cross there
    if (now !== undefined && !now.moved && event.button === 0 && now.grip === "" && aim !== undefined) desk.moveTo(inPatient(aim, desk.size(name), now.from));
  };
  return {
    onPointerDown,
    onPointerMove,
    onPointerUp,
    onPointerCancel: onPointerUp,
    onDblClick: () => {
      desk.pane.fileWindow();
    },
    onContextMenu: (event: Event) => {
      event.preventDefault(); // the right button zooms
    },
  };
}

function drag(desk: Desk, name: PlaneName, held: Held, at: Point): void {
  const [x, y] = [at[0] - held.last[0], at[1] - held.last[1]];
  switch (held.tool) {
    case "grip":
      pull(desk, name, held, at);
      break;
    case "zoom":
      desk.zoom(name, Math.exp(-y / 150), held.from);
      break;
    case "pan":
      desk.pan(name, [x, y]);
      break;
    case "scroll": {
      held.rest += y / PER_SLICE;
      const whole = Math.trunc(held.rest);
      held.rest -= whole;
      if (whole !== 0) desk.scroll(name, whole);
      break;
    }
    default:
      desk.dragWindow(x, y);
  }
}

/** A line, one of its knobs, or the middle of the cross. */
function pull(desk: Desk, name: PlaneName, { grip, last }: Held, at: Point): void {
  const [aim, cross, size] = [desk.aims.value[name], desk.cross.value, desk.size(name)];
  if (aim === undefined || cross === undefined) return;
  const [what, other] = grip.split(" ");
  if (what === "middle") desk.moveTo(inPatient(aim, size, at));
  else if (what === "turn") desk.turn(name, angleBetween(onScreen(aim, size, cross.center), last, at));
  else desk.moveTo(lineMoved(cross, other as PlaneName, aim, size, last, at));
}

interface Pinched {
  readonly factor: number;
  readonly by: Point;
  /** The middle between them. */
  readonly at: Point;
}

/** What two fingers do when one of them moves: apart for zoom, together for moving. Undefined unless there are two. */
export function pinched(fingers: ReadonlyMap<number, Point>, moved: number, to: Point): Pinched | undefined {
  const [a, b, more] = [...fingers].map(([id, point]) => (id === moved ? { was: point, is: to } : { was: point, is: point }));
  if (a === undefined || b === undefined || more !== undefined) return undefined;
  const far = (one: Point, other: Point): number => Math.max(1, Math.hypot(one[0] - other[0], one[1] - other[1]));
  const middle = (one: Point, other: Point): Point => [(one[0] + other[0]) / 2, (one[1] + other[1]) / 2];
  const [from, at] = [middle(a.was, b.was), middle(a.is, b.is)];
  return { factor: far(a.is, b.is) / far(a.was, b.was), by: [at[0] - from[0], at[1] - from[1]], at };
}

/** The keys are the image's again, and not those of a field that was used before. */
export function leaveKeys(): void {
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
}
