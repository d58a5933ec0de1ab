/** Presentation states (PS3.3 C.10, C.11) over a frame: which parts of one are meant, and where they are drawn. */
import { type Affine, applied, type Point } from "./affine.ts";
import type { Graphic, MeantImage, Presentation } from "./contents.ts";
import type { Frame } from "./frames.ts";
import { tableOf } from "./tables.ts";
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

/** The window, or the table, that a state has for a frame; none where it cannot be told in the values of the frame. */
export function windowFor(state: Presentation, frame: Frame): GreyWindow | undefined {
  const window = ownWindow(state, frame);
  const way = toFrame(state, frame);
  if (window === undefined || way === undefined) return window;
  const { factor, shift } = way;
  // a table has an entry for each whole value of the state; dark and bright would change places with a slope below 0
  if (window.table !== undefined || factor < 0) return undefined;
  if (window.sigmoid === true) return { ...window, center: window.center * factor + shift, width: window.width * factor };
  const { lower, upper } = rangeOf(window);
  return windowOf({ lower: lower * factor + shift, upper: upper * factor + shift }, true);
}

/** What a state asks for and does not get: in any image, and in this frame. */
export const unappliedTo = (state: Presentation, frame: Frame): Presentation["unapplied"] =>
  ownWindow(state, frame) !== undefined && windowFor(state, frame) === undefined ? ["rescale", ...state.unapplied] : state.unapplied;

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
