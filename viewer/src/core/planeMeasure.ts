/**
 * What is measured in a plane cut through a volume. Points are millimetres to the right and down from the plane's origin;
 * values are those of the volume, interpolated between its voxels. Pure.
 */
import type { Affine, Point } from "./affine.ts";
import { dot, subtract, type Vec3 } from "./geometry.ts";
import { bounds, type CutPlane, type Grey, type Kind, measure, type Measured, type Quantity } from "./measure.ts";
import { add, type Aim, CUSTOMARY, type Cross, middleOf, normalOf, onScreen, type PlaneName, PLANES, type Size, stepAlong, type View, voxelOf } from "./mpr.ts";
import type { Grid } from "./volume.ts";
import type { GreyRange } from "./window.ts";

/** The plane that is looked at; its origin stays where it is while one zooms and moves. */
export function cutOf(name: PlaneName, aim: Aim, grid: Grid): CutPlane {
  const normal = normalOf(aim);
  const middle = middleOf(grid);
  return { name, origin: add(middle, normal, dot(normal, subtract(aim.eye, middle))), right: aim.right, down: aim.down };
}

/** From millimetres of a plane to CSS pixels of a viewport that looks along its normal. */
export function placeOn(plane: CutPlane, aim: Aim, size: Size): Affine {
  const scale = size.height / aim.height;
  const [x, y] = onScreen(aim, size, plane.origin);
  const { right, down } = plane;
  return [dot(right, aim.right) * scale, dot(right, aim.down) * scale, dot(down, aim.right) * scale, dot(down, aim.down) * scale, x, y];
}

const PARALLEL = 0.9999;

const sameWays = (a: View, b: View): boolean => dot(a.right, b.right) > PARALLEL && dot(a.down, b.down) > PARALLEL;

/** Whether a plane is the one that is looked at: less than half a slice away, and not turned against it. */
export function isSeen(plane: CutPlane, aim: Aim, grid: Grid): boolean {
  const normal = normalOf(aim);
  return sameWays(plane, aim) && Math.abs(dot(normal, subtract(plane.origin, aim.eye))) < stepAlong(grid, normal) / 2;
}

export const placeIn = ({ origin, right, down }: CutPlane, [x, y]: Point): Vec3 => add(add(origin, right, x), down, y);

/** Points of one plane in another that lies in the same way. */
export function movedOnto(points: readonly Point[], from: CutPlane, to: CutPlane): Point[] {
  return points.map((point): Point => {
    const way = subtract(placeIn(from, point), to.origin);
    return [dot(way, to.right), dot(way, to.down)];
  });
}

/** The slice of a grid that lies nearest to a place. */
export const nearestSlice = (grid: Grid, place: Vec3): number => Math.max(0, Math.min(grid.dimensions[2] - 1, Math.round(voxelOf(grid, place)[2])));

/** The cross that shows a plane where `points` are; it stays as it is turned when the plane can be seen so. */
export function crossAt(at: Cross, plane: CutPlane, points: readonly Point[]): Cross {
  const count = Math.max(1, points.length);
  const center = placeIn(plane, [points.reduce((sum, [x]) => sum + x, 0) / count, points.reduce((sum, [, y]) => sum + y, 0) / count]);
  if (sameWays(at.views[plane.name], plane)) return { ...at, center };
  // all three planes are turned as this one is against its usual place
  const usual = CUSTOMARY[plane.name];
  const [from, to] = [[usual.right, usual.down, normalOf(usual)] as const, [plane.right, plane.down, normalOf(plane)] as const];
  const turn = (way: Vec3): Vec3 => add(add(add([0, 0, 0], to[0], dot(way, from[0])), to[1], dot(way, from[1])), to[2], dot(way, from[2]));
  const view = (name: PlaneName): View => ({ right: turn(CUSTOMARY[name].right), down: turn(CUSTOMARY[name].down) });
  const [axial, coronal, sagittal] = PLANES.map(view);
  return axial === undefined || coronal === undefined || sagittal === undefined ? { ...at, center } : { center, views: { axial, coronal, sagittal } };
}

/** The values of slice `index`, by rows; undefined when they are not in memory. */
export type Slices = (index: number) => ArrayLike<number> | undefined;

/** The value at a place, between the eight voxels around it; NaN outside, and where one of those that count is `padding`. */
export function valueAt(grid: Grid, slices: Slices, place: Vec3, padding?: GreyRange): number {
  const [columns, rows, count] = grid.dimensions;
  const [, , z] = voxelOf(grid, place);
  // half a voxel around the outermost ones belongs to them, as it does to a pixel of an image
  if (!(z >= -0.5 && z <= count - 0.5)) return NaN;
  const depth = Math.max(0, Math.min(count - 1, z));
  const [below, part] = [Math.min(Math.floor(depth), Math.max(0, count - 2)), depth - Math.min(Math.floor(depth), Math.max(0, count - 2))];
  const [x, y] = voxelOf(grid, place);
  if (!(x >= -0.5 && x <= columns - 0.5 && y >= -0.5 && y <= rows - 0.5)) return NaN;
  const near = between(slices(below), columns, rows, x, y, padding);
  return part === 0 ? near : near * (1 - part) + between(slices(below + 1), columns, rows, x, y, padding) * part;
}

function between(values: ArrayLike<number> | undefined, columns: number, rows: number, x: number, y: number, padding?: GreyRange): number {
  if (values === undefined) return NaN;
  const [left, top] = [Math.max(0, Math.min(columns - 1, x)), Math.max(0, Math.min(rows - 1, y))];
  const [column, row] = [Math.min(Math.floor(left), Math.max(0, columns - 2)), Math.min(Math.floor(top), Math.max(0, rows - 2))];
  const [right, down] = [left - column, top - row];
  const at = (dx: number, dy: number): number => {
    const share = (dx === 0 ? 1 - right : right) * (dy === 0 ? 1 - down : down);
    if (share === 0) return 0; // whatever it is
    const value = values[Math.min(rows - 1, row + dy) * columns + Math.min(columns - 1, column + dx)] ?? NaN;
    return padding !== undefined && value >= padding.lower && value <= padding.upper ? NaN : value * share;
  };
  return at(0, 0) + at(1, 0) + at(0, 1) + at(1, 1);
}

/** So many samples of a region, at most; of a larger one they lie further apart. */
const MOST_SAMPLES = 400_000;

export interface CutGround {
  readonly grid: Grid;
  /** None where what is seen is no single plane: sizes are measured, but no values. */
  readonly slices: Slices | undefined;
  readonly quantity: Quantity;
  /** Values that are no picture (Pixel Padding): no part of a region. */
  readonly padding: GreyRange | undefined;
}

/** All that a measurement in a plane says. */
export function measureCut(kind: Kind, points: readonly Point[], plane: CutPlane, { grid, slices, quantity, padding }: CutGround): Measured[] {
  if (kind === "probe") {
    const value = slices === undefined ? NaN : valueAt(grid, slices, placeIn(plane, points[0] ?? [0, 0]));
    return Number.isNaN(value) ? [] : [{ name: "value", value: value * quantity.factor, unit: quantity.unit }];
  }
  const [left, top, right, bottom] = bounds(points);
  const finest = Math.min(...grid.spacing);
  const step = Math.max(finest, Math.sqrt(((right - left) * (bottom - top)) / MOST_SAMPLES));
  // samples lie in the middle of the region, so that what is symmetric stays so
  const [columns, rows] = [Math.floor((right - left) / step) + 1, Math.floor((bottom - top) / step) + 1];
  const first: Point = [(left + right - (columns - 1) * step) / 2, (top + bottom - (rows - 1) * step) / 2];
  const area = kind === "ellipse" || kind === "rectangle" || kind === "freehand";
  const pixels = area && slices !== undefined ? sampled(plane, first, step, columns, rows, (place) => valueAt(grid, slices, place, padding)) : undefined;
  const inSamples = points.map(([x, y]): Point => [(x - first[0]) / step, (y - first[1]) / step]);
  return measure(kind, inSamples, { scale: { across: step, down: step, unit: "mm" }, quantity, pixels, padding: undefined });
}

function sampled(plane: CutPlane, [x, y]: Point, step: number, columns: number, rows: number, value: (place: Vec3) => number): Grey {
  const values = new Float64Array(columns * rows);
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) values[row * columns + column] = value(placeIn(plane, [x + column * step, y + row * step]));
  }
  return { rows, columns, values, channels: 1 };
}
