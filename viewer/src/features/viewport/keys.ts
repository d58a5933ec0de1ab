/** The keys of the viewer. Each act has one table entry, from which the help is drawn too. */
import type { MessageKey } from "../../core/messages.ts";
import { LAYOUT_NAMES } from "../../core/layouts.ts";
import { presetsOf } from "../../core/window.ts";
import type { Viewer } from "./viewer.ts";

/** Acts that the viewer cannot do alone: they leave it, or need the strip. */
export interface Around {
  readonly close: () => void;
  readonly turnSeries: (step: 1 | -1) => void;
}

const LAST = Number.MAX_SAFE_INTEGER;
const ZOOM = 1.25;

const STEPS: Readonly<Record<string, number>> = { ArrowUp: -1, ArrowDown: 1, PageUp: -10, PageDown: 10, Home: -LAST, End: LAST };
const TURNS: Readonly<Record<string, 1 | -1>> = { ArrowLeft: -1, ArrowRight: 1 };
const TOOLS = {
  w: "window",
  s: "scroll",
  z: "zoom",
  p: "pan",
  g: "magnify",
  l: "length",
  v: "angle",
  b: "cobb",
  e: "ellipse",
  q: "rectangle",
  y: "freehand",
  u: "probe",
  j: "arrow",
} as const;
const ACTS = { f: "fit", a: "actualSize", t: "turn", m: "flip", i: "toggleInvert", r: "reset" } as const;
const ZOOMS: Readonly<Record<string, number>> = { "+": ZOOM, "=": ZOOM, "-": 1 / ZOOM };

const OTHERS: Readonly<Record<string, (viewer: Viewer, around: Around) => void>> = {
  Escape: (viewer, around) => {
    if (!viewer.escape()) around.close();
  },
  Delete: (viewer) => {
    viewer.deleteMeasured();
  },
  Backspace: (viewer) => {
    viewer.deleteMeasured();
  },
  "Control+z": (viewer) => {
    viewer.undo();
  },
  "Control+y": (viewer) => {
    viewer.redo();
  },
  "8": (viewer) => {
    viewer.measured.listed.value = !viewer.measured.listed.value;
  },
  c: (viewer) => {
    viewer.corners.value = !viewer.corners.value;
  },
  h: (viewer) => {
    viewer.nameless.value = !viewer.nameless.value;
  },
  o: (viewer) => {
    viewer.overlays.value = !viewer.overlays.value;
  },
  k: (viewer) => {
    viewer.toggleLinked();
  },
  "0": (viewer) => {
    viewer.active.value.fileWindow();
  },
  "9": (viewer) => {
    viewer.active.value.fitWindow(false);
  },
  " ": (viewer) => {
    const pane = viewer.active.value;
    if (pane.frames.value.length > 1) pane.player.toggle();
  },
  "[": (viewer) => {
    viewer.active.value.player.slower();
  },
  "]": (viewer) => {
    viewer.active.value.player.faster();
  },
  ",": (viewer) => {
    viewer.active.value.stepPhase(-1);
  },
  ".": (viewer) => {
    viewer.active.value.stepPhase(1);
  },
  d: (viewer) => {
    const at = LAYOUT_NAMES.indexOf(viewer.layout.value);
    viewer.chooseLayout(LAYOUT_NAMES[(at + 1) % LAYOUT_NAMES.length] ?? "1x1");
  },
  n: (viewer) => {
    viewer.nextPane();
  },
  "?": (viewer) => {
    viewer.keysShown.value = true;
  },
};

/** What `key` is in a table, when it is there as the table's own. */
function found<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

/** Do what a key stands for; answers whether it stands for anything. */
export function press(pressed: string, viewer: Viewer, around: Around): boolean {
  const key = pressed.length === 1 ? pressed.toLowerCase() : pressed;
  if (viewer.desk.value?.press(key) === true) return true;
  const pane = viewer.active.value;
  const preset = pane.presets().find((one) => one.key === key);
  const [step, turn, zoom] = [found(STEPS, key), found(TURNS, key), found(ZOOMS, key)];
  const [tool, act, other] = [found(TOOLS, key), found(ACTS, key), found(OTHERS, key)];
  if (preset !== undefined) pane.setWindow(preset);
  else if (step !== undefined) pane.step(step);
  else if (turn !== undefined) around.turnSeries(turn);
  else if (zoom !== undefined) pane.zoomBy(zoom);
  else if (tool !== undefined) viewer.chooseTool(tool);
  else if (act !== undefined) viewer.act(act);
  else if (other !== undefined) other(viewer, around);
  else return false;
  return true;
}

/** The keys as the help lists them: `key` as printed on it, or a message for what has no sign. */
export const HELP: readonly (readonly [keys: readonly (string | { readonly say: MessageKey })[], does: MessageKey])[] = [
  [["↑", "↓", { say: "viewport.keys.wheel" }], "viewport.keys.step"],
  [["Page ↑", "Page ↓"], "viewport.keys.page"],
  [["Home", "End"], "viewport.keys.ends"],
  [["←", "→"], "viewport.keys.series"],
  [[",", "."], "viewport.keys.phase"],
  [["W", "S", "Z", "P"], "viewport.keys.tool"],
  [["G"], "viewport.tool.magnify"],
  [["L"], "measure.length"],
  [["V"], "measure.angle"],
  [["B"], "measure.cobb"],
  [["E"], "measure.ellipse"],
  [["Q"], "measure.rectangle"],
  [["Y"], "measure.freehand"],
  [["U"], "measure.probe"],
  [["J"], "measure.arrow"],
  [["8"], "measure.list"],
  [[{ say: "measure.key.delete" }], "measure.delete"],
  [["Ctrl Z"], "measure.undo"],
  [["Ctrl Y"], "measure.redo"],
  [[{ say: "viewport.keys.leftDrag" }, { say: "viewport.keys.oneFinger" }], "viewport.keys.chosenTool"],
  [[{ say: "viewport.keys.rightDrag" }, { say: "viewport.keys.twoFingers" }, "+", "-"], "viewport.keys.zoom"],
  [[{ say: "viewport.keys.middleDrag" }], "viewport.keys.panDrag"],
  [[{ say: "viewport.keys.doubleClick" }, "0"], "viewport.keys.resetWindow"],
  [[`${presetsOf("CT")[0]?.key ?? ""} – ${presetsOf("CT").at(-1)?.key ?? ""}`], "viewport.keys.presets"],
  [["9"], "viewport.act.autoWindow"],
  [["F"], "viewport.act.fit"],
  [["A"], "viewport.act.actual"],
  [["T"], "viewport.act.turn"],
  [["M"], "viewport.act.flip"],
  [["I"], "viewport.act.invert"],
  [["R"], "viewport.act.reset"],
  [["D"], "viewport.act.layout"],
  [["N"], "viewport.keys.pane"],
  [["K"], "viewport.act.link"],
  [["X"], "volume.lines"],
  [["[", "]"], "volume.turnLines"],
  [["↑", "↓", "←", "→"], "volume.keys.turn"],
  [[{ say: "volume.keys.shiftDrag" }], "volume.keys.move"],
  [[{ say: "volume.keys.ctrlDrag" }], "volume.keys.shift"],
  [["C"], "viewport.act.corners"],
  [["H"], "viewport.act.nameless"],
  [["O"], "viewport.act.overlays"],
  [[{ say: "viewport.keys.space" }], "viewport.act.play"],
  [["["], "viewport.act.slower"],
  [["]"], "viewport.act.faster"],
  [["Esc"], "viewer.back"],
];
