/** The keys of the viewer. Each act has one table entry, from which the help is drawn too. */
import type { MessageKey } from "../../core/messages.ts";
import { CT_PRESETS } from "../../core/window.ts";
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
const TOOLS = { w: "window", s: "scroll", z: "zoom", p: "pan" } as const;
const ACTS = { f: "fit", a: "actualSize", t: "turn", m: "flip", i: "toggleInvert", r: "reset" } as const;
const ZOOMS: Readonly<Record<string, number>> = { "+": ZOOM, "=": ZOOM, "-": 1 / ZOOM };

const OTHERS: Readonly<Record<string, (viewer: Viewer, around: Around) => void>> = {
  Escape: (_viewer, around) => {
    around.close();
  },
  c: (viewer) => {
    viewer.corners.value = !viewer.corners.value;
  },
  "0": (viewer) => {
    viewer.fileWindow();
  },
  " ": (viewer) => {
    if (viewer.frames.value.length > 1) viewer.player.toggle();
  },
  "[": (viewer) => {
    viewer.player.slower();
  },
  "]": (viewer) => {
    viewer.player.faster();
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
  const preset = viewer.presets().find((one) => one.key === key);
  const [step, turn, zoom] = [found(STEPS, key), found(TURNS, key), found(ZOOMS, key)];
  const [tool, act, other] = [found(TOOLS, key), found(ACTS, key), found(OTHERS, key)];
  if (preset !== undefined) viewer.setWindow(preset);
  else if (step !== undefined) viewer.step(step);
  else if (turn !== undefined) around.turnSeries(turn);
  else if (zoom !== undefined) viewer.zoomBy(zoom);
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
  [["W", "S", "Z", "P"], "viewport.keys.tool"],
  [[{ say: "viewport.keys.leftDrag" }], "viewport.keys.chosenTool"],
  [[{ say: "viewport.keys.rightDrag" }, "+", "-"], "viewport.keys.zoom"],
  [[{ say: "viewport.keys.middleDrag" }], "viewport.keys.panDrag"],
  [[{ say: "viewport.keys.doubleClick" }, "0"], "viewport.keys.resetWindow"],
  [[`${CT_PRESETS[0]?.key ?? ""} – ${CT_PRESETS.at(-1)?.key ?? ""}`], "viewport.keys.presets"],
  [["F"], "viewport.act.fit"],
  [["A"], "viewport.act.actual"],
  [["T"], "viewport.act.turn"],
  [["M"], "viewport.act.flip"],
  [["I"], "viewport.act.invert"],
  [["R"], "viewport.act.reset"],
  [["C"], "viewport.act.corners"],
  [[{ say: "viewport.keys.space" }], "viewport.act.play"],
  [["["], "viewport.act.slower"],
  [["]"], "viewport.act.faster"],
  [["Esc"], "viewer.back"],
];
