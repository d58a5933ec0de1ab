/** What is measured on an image: sizes where its pixels have one, values in the unit of the modality. Pure. */
import type { Point } from "./affine.ts";
import type { Frame } from "./frames.ts";
import type { Vec3 } from "./geometry.ts";
import type { Display, Region } from "./model.ts";
import type { PlaneName } from "./mpr.ts";
import { paddingOf } from "./tables.ts";

export const KINDS = ["length", "angle", "cobb", "ellipse", "rectangle", "freehand", "probe", "arrow"] as const;
export type Kind = (typeof KINDS)[number];

/** Points that make one whole; a freehand line has as many as it needs. */
export const POINTS: Readonly<Record<Kind, number>> = {
  length: 2,
  angle: 3,
  cobb: 4,
  ellipse: 2,
  rectangle: 2,
  freehand: Infinity,
  probe: 1,
  arrow: 2,
};

export type Unit = "mm" | "px" | "deg" | "mm2" | "px2" | "HU" | "SUVbw" | "Bq/ml" | "1";

export interface Measured {
  readonly name: "length" | "angle" | "area" | "mean" | "sd" | "min" | "max" | "value";
  readonly value: number;
  readonly unit: Unit;
}

/** A plane cut through a volume: a place in it, and where its right and its lower edge lead to. */
export interface CutPlane {
  /** The view in which it was seen. */
  readonly name: PlaneName;
  readonly origin: Vec3;
  readonly right: Vec3;
  readonly down: Vec3;
}

/**
 * As the archive keeps it (docs/http-api.md). Points are columns and rows, the middle of the first pixel at 0, 0; in a
 * plane millimetres to the right and down from its origin, and then the frame is the one that lies nearest.
 */
export interface Measurement {
  readonly id: string;
  readonly kind: Kind;
  readonly sop_instance_uid: string;
  readonly frame: number;
  /** Of an ellipse the ends of its axes, of a rectangle two corners. */
  readonly points: readonly Point[];
  readonly text: string;
  readonly values: readonly Measured[];
  readonly plane?: CutPlane | null;
}

/** How large a pixel is: in millimetres where that is known, else in pixels, and then how much taller than wide. */
export interface Scale {
  readonly across: number;
  readonly down: number;
  readonly unit: "mm" | "px";
}

/**
 * Millimetres only where they are those of the body: a spacing at the detector is magnified by an unknown factor
 * (PS3.3 10.7.1.3), and ultrasound that tells its regions has a size in these alone (C.8.5.5).
 */
export function scaleOf(frame: Frame, points: readonly Point[], display?: Display): Scale {
  const { spacing, aspect } = frame;
  const regions = display?.regions ?? [];
  if (spacing?.atDetector === false && regions.length === 0) return { across: spacing.column, down: spacing.row, unit: "mm" };
  return regionScale(regions, points) ?? { across: 1, down: aspect, unit: "px" };
}

/** The size of pixels in the one region that all points lie in, unless another that is of other size covers one of them. */
function regionScale(regions: readonly Region[], points: readonly Point[]): Scale | undefined {
  const lies = ({ left, right, top, bottom }: Region, [x, y]: Point): boolean => x >= left && x <= right && y >= top && y <= bottom;
  for (const own of regions) {
    const { across, down } = own;
    if (across === null || down === null || !points.every((point) => lies(own, point))) continue;
    const hidden = regions.some((one) => (one.high || !own.high) && (one.across !== across || one.down !== down) && points.some((point) => lies(one, point)));
    if (!hidden) return { across, down, unit: "mm" };
  }
  return undefined;
}

/** What the values of pixels are, and by what they are multiplied to be it. */
export interface Quantity {
  readonly unit: "HU" | "SUVbw" | "Bq/ml" | "1";
  readonly factor: number;
}

export function quantityOf(modality: string, frame: Frame, display?: Display): Quantity {
  const { rescale_type: type, units } = frame.image;
  // others, as cone beams, say it of themselves (PS3.3 C.11.1.1.2)
  if (type === "HU") return { unit: "HU", factor: 1 };
  if (modality === "CT" && (type === "" || type === "US") && frame.image.rescale_slope !== null) return { unit: "HU", factor: 1 };
  if (modality !== "PT") return { unit: "1", factor: 1 };
  const uptake = display?.uptake?.factor ?? undefined;
  if (uptake !== undefined) return { unit: "SUVbw", factor: uptake };
  return { unit: units === "BQML" ? "Bq/ml" : "1", factor: 1 };
}

export interface Grey {
  readonly rows: number;
  readonly columns: number;
  readonly values: ArrayLike<number>;
  /** More than 1 for colour, of which there is nothing to measure but sizes. */
  readonly channels: number;
}

export interface Ground {
  readonly scale: Scale;
  readonly quantity: Quantity;
  readonly pixels: Grey | undefined;
  /** Values that are no picture (Pixel Padding). */
  readonly padding: { readonly lower: number; readonly upper: number } | undefined;
}

export function groundOf(frame: Frame, modality: string, points: readonly Point[], pixels: Grey | undefined, display: Display | undefined): Ground {
  return {
    scale: scaleOf(frame, points, display),
    quantity: quantityOf(modality, frame, display),
    pixels,
    padding: display === undefined ? undefined : paddingOf(display.padding, frame.slope, frame.intercept),
  };
}

/** All that a measurement says. */
export function measure(kind: Kind, points: readonly Point[], ground: Ground): Measured[] {
  if (kind === "arrow") return [];
  if (kind === "probe") return probe(points[0] ?? [0, 0], ground);
  if (kind === "length" || kind === "angle" || kind === "cobb") return [sizeOf(kind, points, ground.scale)];
  return [areaOf(kind, points, ground.scale), ...statistics(kind, points, ground)];
}

function sizeOf(kind: "length" | "angle" | "cobb", points: readonly Point[], scale: Scale): Measured {
  const [a, b, c, d] = onBody(points, scale);
  if (kind === "length") return { name: "length", value: distance(a, b), unit: scale.unit };
  const angle = kind === "angle" ? between(from(b, a), from(b, c)) : between(from(a, b), from(c, d));
  // lines have no direction: a Cobb angle is the smaller of the two between them
  return { name: "angle", value: kind === "cobb" ? Math.min(angle, 180 - angle) : angle, unit: "deg" };
}

function areaOf(kind: Outlined, points: readonly Point[], scale: Scale): Measured {
  const [a, b, c, d] = onBody(points, scale);
  const unit = scale.unit === "mm" ? "mm2" : "px2";
  if (kind === "ellipse") return { name: "area", value: (Math.PI / 4) * distance(a, b) * distance(c, d), unit };
  const value = kind === "rectangle" ? Math.abs((b[0] - a[0]) * (b[1] - a[1])) : polygonArea(points) * scale.across * scale.down;
  return { name: "area", value, unit };
}

type Outlined = "ellipse" | "rectangle" | "freehand";

/** The first four points with pixels of their size; where there are fewer, the last one again. */
function onBody(points: readonly Point[], { across, down }: Scale): readonly [Point, Point, Point, Point] {
  const [a = [0, 0], b = a, c = b, d = c] = points.map(([x, y]): Point => [x * across, y * down]);
  return [a, b, c, d];
}

const from = ([ax, ay]: Point, [bx, by]: Point): Point => [bx - ax, by - ay];

const distance = ([ax, ay]: Point, [bx, by]: Point): number => Math.hypot(bx - ax, by - ay);

function between([ax, ay]: Point, [bx, by]: Point): number {
  const size = Math.hypot(ax, ay) * Math.hypot(bx, by);
  return size === 0 ? 0 : (Math.acos(Math.max(-1, Math.min(1, (ax * bx + ay * by) / size))) * 180) / Math.PI;
}

function polygonArea(points: readonly Point[]): number {
  const twice = points.reduce((sum, [x, y], index) => {
    const [nextX, nextY] = points[(index + 1) % points.length] ?? [x, y];
    return sum + x * nextY - nextX * y;
  }, 0);
  return Math.abs(twice) / 2;
}

function probe([x, y]: Point, { pixels, quantity }: Ground): Measured[] {
  const [column, row] = [Math.round(x), Math.round(y)];
  if (pixels?.channels !== 1 || column < 0 || row < 0 || column >= pixels.columns || row >= pixels.rows) return [];
  return [{ name: "value", value: (pixels.values[row * pixels.columns + column] ?? 0) * quantity.factor, unit: quantity.unit }];
}

/** Mean, standard deviation (of all pixels, not of a sample) and the extremes of the pixels whose middle lies inside. */
function statistics(kind: Outlined, points: readonly Point[], { pixels, quantity: { factor, unit }, padding }: Ground): Measured[] {
  if (pixels?.channels !== 1) return [];
  const inside = insideOf(kind, points);
  const [left, top, right, bottom] = bounds(points);
  let [count, sum, squares, min, max] = [0, 0, 0, Infinity, -Infinity];
  for (let row = Math.max(0, Math.ceil(top)); row <= Math.min(pixels.rows - 1, Math.floor(bottom)); row += 1) {
    for (let column = Math.max(0, Math.ceil(left)); column <= Math.min(pixels.columns - 1, Math.floor(right)); column += 1) {
      const value = pixels.values[row * pixels.columns + column] ?? 0;
      if (Number.isNaN(value)) continue; // outside of a volume
      if ((padding !== undefined && value >= padding.lower && value <= padding.upper) || !inside([column, row])) continue;
      count += 1;
      sum += value;
      squares += value * value;
      min = Math.min(min, value);
      max = Math.max(max, value);
    }
  }
  if (count === 0) return [];
  const mean = sum / count;
  const sd = Math.sqrt(Math.max(0, squares / count - mean * mean));
  const of = (name: Measured["name"], value: number): Measured => ({ name, value: value * factor, unit });
  return [of("mean", mean), of("sd", sd), of("min", min), of("max", max)];
}

export function bounds(points: readonly Point[]): readonly [left: number, top: number, right: number, bottom: number] {
  const [columns, rows] = [points.map(([x]) => x), points.map(([, y]) => y)];
  return [Math.min(...columns), Math.min(...rows), Math.max(...columns), Math.max(...rows)];
}

function insideOf(kind: Outlined, points: readonly Point[]): (point: Point) => boolean {
  const [left, top, right, bottom] = bounds(points);
  if (kind === "rectangle") return ([x, y]) => x >= left && x <= right && y >= top && y <= bottom;
  if (kind === "freehand") return (point) => insidePolygon(points, point);
  const [middleX, middleY, wide, high] = [(left + right) / 2, (top + bottom) / 2, (right - left) / 2, (bottom - top) / 2];
  return ([x, y]) => ((x - middleX) / wide) ** 2 + ((y - middleY) / high) ** 2 <= 1;
}

/** By counting the sides that a ray to the right crosses. */
function insidePolygon(points: readonly Point[], [x, y]: Point): boolean {
  let inside = false;
  points.forEach(([ax, ay], index) => {
    const [bx, by] = points[(index + 1) % points.length] ?? [ax, ay];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
  });
  return inside;
}

/** The ends of the axes of the ellipse in a box: above, below, left, right. */
export function axesOf(points: readonly Point[]): Point[] {
  const [left, top, right, bottom] = bounds(points);
  const [x, y] = [(left + right) / 2, (top + bottom) / 2];
  return [
    [x, top],
    [x, bottom],
    [left, y],
    [right, y],
  ];
}

/** The points when point `index` is drawn to another place; an ellipse stays one. */
export function withPoint({ kind, points }: Pick<Measurement, "kind" | "points">, index: number, to: Point): Point[] {
  if (kind !== "ellipse") return points.map((point, at) => (at === index ? to : point));
  const [left, top, right, bottom] = bounds(points);
  const box = { top: index === 0 ? to[1] : top, bottom: index === 1 ? to[1] : bottom, left: index === 2 ? to[0] : left, right: index === 3 ? to[0] : right };
  return axesOf([
    [box.left, box.top],
    [box.right, box.bottom],
  ]);
}

export const shifted = (points: readonly Point[], [x, y]: Point): Point[] => points.map(([px, py]) => [px + x, py + y]);

/** What was done and can be undone: the states before, the one at hand, and those that were taken back. */
export interface History<T> {
  readonly past: readonly T[];
  readonly now: T;
  readonly future: readonly T[];
}

const MOST_STEPS = 100;

/** A history on top of what was there before it began: each of its states has that, too. */
export function joined<T extends { readonly id: string }>(before: readonly T[], { past, now, future }: History<readonly T[]>): History<readonly T[]> {
  const on = (state: readonly T[]): readonly T[] => [...before.filter(({ id }) => state.every((one) => one.id !== id)), ...state];
  return { past: past.map(on), now: on(now), future: future.map(on) };
}

export const begun = <T>(now: T): History<T> => ({ past: [], now, future: [] });

export const done = <T>({ past, now }: History<T>, next: T): History<T> => ({ past: [...past.slice(-MOST_STEPS), now], now: next, future: [] });

export function undone<T>(history: History<T>): History<T> {
  const before = history.past.at(-1);
  return before === undefined ? history : { past: history.past.slice(0, -1), now: before, future: [history.now, ...history.future] };
}

export function redone<T>(history: History<T>): History<T> {
  const [next, ...future] = history.future;
  return next === undefined ? history : { past: [...history.past, history.now], now: next, future };
}
