/** Presentation states (PS3.3 C.10, C.11) over a frame: which parts of one are meant, and where they are drawn. */
import { type Affine, applied, type Point } from "./affine.ts";
import { bytesOf } from "./base64.ts";
import type { Colour, Graphic, MeantImage, Presentation, Unapplied } from "./contents.ts";
import type { Frame } from "./frames.ts";
import type { OverlayData } from "./model.ts";
import { lookUp, type Table, tableOf } from "./tables.ts";
import { type GreyWindow, rangeOf, tableWindow, windowOf, windowsOf } from "./window.ts";

/** Whether a list of images means a frame; none named means all. */
export const means = (images: readonly MeantImage[], { image, number }: Frame): boolean =>
  images.length === 0 || images.some((one) => one.sop_instance_uid === image.sop_instance_uid && (one.frames.length === 0 || one.frames.includes(number)));

/** What a state has for a frame, in the values that the state rescales to. */
function ownWindow(state: Presentation, frame: Frame): GreyWindow | undefined {
  const found = state.windows.find(({ images }) => means(images, frame));
  if (found === undefined) return undefined;
  return found.table === null ? windowsOf(found.centers, found.widths, found.function)[0] : tableWindow(tableOf(found.table));
}

/** Nearer than this, two rescales are the same: they are written in decimals. */
const SAME = 1e-6;

/** From values that a state rescales to, to those of the frame: its own rescale goes in the place of the image's (PS3.4 N.2.1.1). */
function toFrame({ rescale: [slope, intercept] }: Presentation, frame: Frame): { readonly factor: number; readonly shift: number } | undefined {
  if (slope === undefined || intercept === undefined) return undefined;
  const factor = frame.slope / slope;
  const shift = frame.intercept - intercept * factor;
  return Math.abs(factor - 1) < SAME && Math.abs(shift) < SAME ? undefined : { factor, shift };
}

/**
 * The window, or the table, that a state has for a frame; none where it cannot be told in the values of the frame.
 * `tabled`: these came of a table of the image itself, and what was stored is not known any more.
 */
export function windowFor(state: Presentation, frame: Frame, tabled = false): GreyWindow | undefined {
  const colours = coloursOf(state);
  const found = greyFor(state, frame, tabled);
  if (colours === undefined) return found;
  const window = found ?? frame.windows[0] ?? wholeWindow(frame);
  return window === undefined ? undefined : { ...window, colours };
}

const unpacked = new WeakMap<Presentation, Uint8Array>();

function coloursOf(state: Presentation): Uint8Array | undefined {
  if (state.palette === "") return undefined;
  const known = unpacked.get(state) ?? bytesOf(state.palette);
  unpacked.set(state, known);
  return known;
}

/** From black for the least value that there may be to white for the greatest. */
function wholeWindow(frame: Frame): GreyWindow | undefined {
  const ends = wholeValues(frame);
  return ends === undefined ? undefined : windowOf({ lower: ends[0], upper: ends[1] }, true);
}

function greyFor(state: Presentation, frame: Frame, tabled: boolean): GreyWindow | undefined {
  if (tabled && (state.modality_table !== null || state.rescale.length > 0)) return undefined;
  const window = ownWindow(state, frame);
  const way = toFrame(state, frame);
  const { modality_table: before, presentation_table: after } = state;
  if (before !== null || after !== null || (way !== undefined && (window?.table !== undefined || way.factor < 0))) return inOneTable(state, frame, window);
  if (window === undefined || way === undefined) return window;
  const { factor, shift } = way;
  if (window.sigmoid === true) return { ...window, center: window.center * factor + shift, width: window.width * factor };
  const { lower, upper } = rangeOf(window);
  return windowOf({ lower: lower * factor + shift, upper: upper * factor + shift }, true);
}

/** So many values may a frame have that all its grey levels stand in one table. */
const MOST_VALUES = 1 << 18;
const WHITE = 65_535;

/**
 * All that a state does to values, as one table from the values of the frame to grey (PS3.4 N.2: modality, VOI and
 * presentation LUT). None where the values of the frame are no whole numbers, or came of a table themselves.
 */
function inOneTable(state: Presentation, frame: Frame, window: GreyWindow | undefined): GreyWindow | undefined {
  const { slope, intercept } = frame;
  const [first, last] = wholeValues(frame) ?? [0, 0];
  if (first === last) return undefined;
  const before = state.modality_table === null ? undefined : tableOf(state.modality_table);
  const after = state.presentation_table === null ? undefined : tableOf(state.presentation_table);
  const [rise, start] = state.rescale;
  const rescaled = (stored: number): number => (rise === undefined || start === undefined ? stored * slope + intercept : stored * rise + start);
  const grey = greyBy(window, before);
  if (grey === undefined) return undefined;
  const entries = Uint16Array.from({ length: last - first + 1 }, (_, index) => {
    const stored = (first + index - intercept) / slope;
    const shown = grey(before === undefined ? rescaled(stored) : lookUp(before, stored));
    return Math.round(WHITE * (after === undefined ? shown : throughGreys(after, shown)));
  });
  const table = withoutEnds({ first, bits: 16, entries, explanation: "" });
  // where it only bends the grey levels of a window, that window is what it goes by
  const plain = state.modality_table !== null || after === undefined ? undefined : greyFor({ ...state, presentation_table: null }, frame, false);
  return { ...tableWindow(table), ...(plain?.table === undefined ? plain : {}), table };
}

/** The least and the greatest value that a frame may have, where all are whole numbers and not too many. */
function wholeValues({ slope, intercept, image }: Frame): readonly [number, number] | undefined {
  const bits = image.bits_stored ?? 0;
  const whole = Number.isInteger(slope) && Number.isInteger(intercept);
  if (!whole || bits === 0 || Math.abs(slope) * 2 ** bits > MOST_VALUES) return undefined;
  const least = image.pixel_representation === 1 ? -(2 ** (bits - 1)) : 0;
  const ends = [least * slope + intercept, (least + 2 ** bits - 1) * slope + intercept];
  return [Math.min(...ends), Math.max(...ends)];
}

/** A table as short as can be: values beyond its ends take the entry at that end. */
function withoutEnds({ first, bits, entries, explanation }: Table): Table {
  const [head, tail] = [entries[0], entries.at(-1)];
  const begin = Math.max(0, entries.findIndex((entry) => entry !== head) - 1);
  const end = Math.min(entries.length, entries.findLastIndex((entry) => entry !== tail) + 2);
  return end <= begin ? { first, bits, entries: entries.slice(0, 2), explanation } : { first: first + begin, bits, entries: entries.slice(begin, end), explanation };
}

/** From values to grey, 0 (black) to 1: by the window, or all that the table before it may give (PS3.3 C.11.2). */
function greyBy(window: GreyWindow | undefined, before: Table | undefined): ((value: number) => number) | undefined {
  if (window === undefined) return before === undefined ? undefined : (value) => value / (2 ** before.bits - 1);
  const { table, center, width } = window;
  if (table !== undefined) return (value) => lookUp(table, value) / (2 ** table.bits - 1);
  if (window.sigmoid === true) return (value) => 1 / (1 + Math.exp((-4 * (value - center)) / width));
  const { lower, upper } = rangeOf(window);
  return (value) => Math.min(1, Math.max(0, (value - lower) / (upper - lower)));
}

/** The first entry is for black, the last for white (PS3.3 C.11.4). */
const throughGreys = ({ bits, entries }: Table, grey: number): number => (entries[Math.round(grey * (entries.length - 1))] ?? 0) / (2 ** bits - 1);

/** What a state asks for and does not get: in any image, and in this frame. */
export function unappliedTo(state: Presentation, frame: Frame, tabled = false): Presentation["unapplied"] {
  const missed: Unapplied[] = [];
  if (state.palette !== "" && windowFor(state, frame, tabled) === undefined) missed.push("palette");
  if (greyFor(state, frame, tabled) !== undefined) return [...missed, ...state.unapplied];
  if (state.modality_table !== null) missed.push("modality_table");
  else if (ownWindow(state, frame) !== undefined) missed.push("rescale");
  if (state.presentation_table !== null) missed.push("presentation_table");
  return [...missed, ...state.unapplied];
}

/** An overlay plane that is drawn; no colour: as overlays are. */
export interface DrawnOverlay {
  readonly overlay: OverlayData;
  readonly colour: Colour | undefined;
}

/** A layer of a state; of one that is not described the lowest, and no colour. */
const layerOf = (state: Presentation, name: string): Presentation["layers"][number] => state.layers.find((one) => one.name === name) ?? { name, order: -1, colour: null };

/** The overlays over a frame, from the lowest on: those of its image, and as a state wants them (PS3.3 C.11.7). */
export function overlaysOver(frame: Frame, ofImage: readonly OverlayData[], state?: Presentation): readonly DrawnOverlay[] {
  if (state === undefined || !means(state.images, frame)) return ofImage.map((overlay) => ({ overlay, colour: undefined }));
  const own = new Set(state.overlays.map(({ group }) => group));
  const all = [...ofImage.filter(({ group }) => !own.has(group)), ...state.overlays.filter(({ group }) => group !== state.shutter_overlay)];
  return all
    .flatMap((overlay) => {
      const name = state.activations.find(({ group }) => group === overlay.group)?.layer;
      if (name === "") return [];
      const { order, colour } = layerOf(state, name ?? "");
      return [{ overlay, colour: colour ?? undefined, order }];
    })
    .sort((a, b) => a.order - b.order);
}

/** The plane whose bits hide what is below them (PS3.3 C.7.6.15). */
export const bitmapShutter = (state: Presentation, frame: Frame): OverlayData | undefined =>
  means(state.images, frame) ? state.overlays.find(({ group }) => group === state.shutter_overlay) : undefined;

export type Annotation = Presentation["annotations"][number] & { readonly colour: Colour | undefined };

/** What is drawn and written on a frame, from the lowest layer on. */
export function annotationsOn(state: Presentation, frame: Frame): readonly Annotation[] {
  return state.annotations
    .filter(({ images }) => means(images, frame))
    .map((one) => ({ one, layer: layerOf(state, one.layer) }))
    .sort((a, b) => a.layer.order - b.layer.order)
    .map(({ one, layer }) => ({ ...one, colour: layer.colour ?? undefined }));
}

/** Corners of a part of the image, in its pixels: the middle of the first at 0, 0. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** The part of the image that is to be seen; all of it where the state does not say otherwise. */
export function areaFor(state: Presentation, frame: Frame): Box {
  const found = state.areas.find(({ images }) => means(images, frame));
  const [left = 1, top = 1] = found?.first ?? [];
  const [right = frame.columns, bottom = frame.rows] = found?.last ?? [];
  // the pixels of the corners belong to it
  return { left: Math.min(left, right) - 1.5, top: Math.min(top, bottom) - 1.5, right: Math.max(left, right) - 0.5, bottom: Math.max(top, bottom) - 0.5 };
}

export const isPart = (area: Box, { rows, columns }: Frame): boolean => area.left > -0.5 || area.top > -0.5 || area.right < columns - 0.5 || area.bottom < rows - 0.5;

/** From the units of an annotation to the screen (C.10.5.1.1): pixels begin at their corner, the display at its own. */
export function toScreen(units: string, place: Affine, area: Box): (point: Point) => Point {
  if (units !== "DISPLAY") return ([x, y]) => applied(place, [x - 0.5, y - 0.5]);
  const corners = [applied(place, [area.left, area.top]), applied(place, [area.right, area.bottom])];
  const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)];
  const [left, top, width, height] = [Math.min(...xs), Math.min(...ys), Math.abs((xs[0] ?? 0) - (xs[1] ?? 0)), Math.abs((ys[0] ?? 0) - (ys[1] ?? 0))];
  return ([x, y]) => [left + x * width, top + y * height];
}

/** Steps of a full turn, for what is round. */
const ROUND = 72;

/** The points of a graphic on the way that they are drawn, in its own units. */
export function pathOf({ type, points }: Graphic): Point[] {
  const pairs = Array.from({ length: points.length >> 1 }, (_, at): Point => [points[at * 2] ?? 0, points[at * 2 + 1] ?? 0]);
  const [a = [0, 0], b = a, c = a, d = c] = pairs;
  if (type === "CIRCLE") {
    // its middle, and a point on it
    const radius = Math.hypot(b[0] - a[0], b[1] - a[1]);
    return around(a, [radius, 0], [0, radius]);
  }
  if (type === "ELLIPSE") {
    // the ends of its longer and of its shorter axis
    const middle: Point = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
    return around(middle, [(b[0] - a[0]) / 2, (b[1] - a[1]) / 2], [(d[0] - c[0]) / 2, (d[1] - c[1]) / 2]);
  }
  return pairs;
}

const around = ([x, y]: Point, [ux, uy]: Point, [vx, vy]: Point): Point[] =>
  Array.from({ length: ROUND + 1 }, (_, step): Point => {
    const angle = (step * 2 * Math.PI) / ROUND;
    return [x + ux * Math.cos(angle) + vx * Math.sin(angle), y + uy * Math.cos(angle) + vy * Math.sin(angle)];
  });

/** The outline of what a shutter leaves visible, in pixels of the image (C.7.6.11); its numbers count from 1, rows first. */
export function shutterPath({ shape, values }: Presentation["shutters"][number]): Point[] {
  const [a = 0, b = 0, c = 0, d = 0] = values;
  switch (shape) {
    case "RECTANGULAR": {
      const [left, top, right, bottom] = [a - 1, b - 1, c - 1, d - 1];
      return [[left, top], [right, top], [right, bottom], [left, bottom]]; // prettier-ignore
    }
    case "CIRCULAR":
      return around([b - 1, a - 1], [c, 0], [0, c]);
    default:
      return Array.from({ length: values.length >> 1 }, (_, at): Point => [(values[at * 2 + 1] ?? 0) - 1, (values[at * 2] ?? 0) - 1]);
  }
}
