/**
 * What lies over an image: slices of another volume (a mask, a label map, PET, dose) as they are seen in a plane.
 *
 * Pure geometry: a plane is an origin, two directions and two spacings, so that it may be an image of a stack or any cut
 * through a volume. Slices are asked for by number and may be missing; what is not there stays empty.
 */
import type { Frame } from "./frames.ts";
import type { Affine } from "./affine.ts";
import { cross, dot, type ImagePlane, subtract, type Vec3 } from "./geometry.ts";
import { type Aim, inPatient, type Size } from "./mpr.ts";

export interface Plane extends ImagePlane {
  /** Middle of the first pixel, in the patient. */
  readonly origin: Vec3;
  /** Millimetres between rows, and between columns. */
  readonly spacing: { readonly row: number; readonly column: number };
  readonly rows: number;
  readonly columns: number;
}

/** The plane of a frame that lies somewhere in the patient. */
export function planeOf({ plane, position, spacing, rows, columns }: Frame): Plane | undefined {
  if (plane === undefined || position === undefined || spacing === undefined || spacing.atDetector) return undefined;
  return { ...plane, origin: position, spacing, rows, columns };
}

/**
 * What a viewport of a plane shows, in pixels that are not finer than `finest` (millimetres): between voxels there is
 * nothing to be seen. `place` brings them to the screen.
 */
export function planeOnScreen(aim: Aim, size: Size, finest: number): { readonly plane: Plane; readonly place: Affine } {
  const scale = size.height / aim.height; // CSS pixels of a millimetre
  const step = Math.max(1, finest * scale);
  const spacing = step / scale;
  const middle = step / 2;
  const plane: Plane = {
    row: aim.right,
    column: aim.down,
    normal: cross(aim.right, aim.down),
    origin: inPatient(aim, size, [middle, middle]),
    spacing: { row: spacing, column: spacing },
    rows: Math.ceil(size.height / step),
    columns: Math.ceil(size.width / step),
  };
  return { plane, place: [step, 0, 0, step, middle, middle] };
}

interface Slice {
  /** Which of the planes that the grid was made of. */
  readonly index: number;
  readonly depth: number;
  /** Where its first pixel lies in the columns and rows of the first slice: a tilted gantry shifts each a little. */
  readonly column: number;
  readonly row: number;
}

/** Parallel slices of one size, in order along their normal. */
export interface Grid {
  readonly plane: Plane;
  readonly slices: readonly Slice[];
  /** So far from a slice one is still in it. */
  readonly reach: number;
}

/** Directions that differ by more are of another volume. */
const PARALLEL = 0.9999;
const SAME_PLACE = 0.01;

/** The grid of those planes that lie like the first; of several in one place the first counts. */
export function gridOf(planes: readonly (Plane | undefined)[], thickness?: number): Grid | undefined {
  const first = planes.find((plane) => plane !== undefined);
  if (first === undefined) return undefined;
  const alike = (other: Plane): boolean =>
    other.rows === first.rows && other.columns === first.columns && dot(other.row, first.row) > PARALLEL && dot(other.column, first.column) > PARALLEL;
  const found = planes.flatMap((plane, index): Slice[] => {
    if (plane === undefined || !alike(plane)) return [];
    const [column, row, depth] = steps(first, subtract(plane.origin, first.origin));
    return [{ index, depth, column, row }];
  });
  const slices = found.sort((a, b) => a.depth - b.depth || a.index - b.index).filter((slice, at, all) => at === 0 || slice.depth - (all[at - 1]?.depth ?? 0) > SAME_PLACE);
  return { plane: first, slices, reach: reachOf(slices, thickness) };
}

/** Half the usual distance of neighbours; gaps of a sparse mask are not filled. */
function reachOf(slices: readonly Slice[], thickness: number | undefined): number {
  const gaps = slices.slice(1).map((slice, at) => slice.depth - (slices[at]?.depth ?? 0)).sort((a, b) => a - b);
  const usual = gaps[gaps.length >> 1];
  const least = gaps[0] ?? Infinity;
  const whole = thickness !== undefined && thickness > 0 ? Math.min(thickness, usual ?? thickness) : Math.min(usual ?? 1, 4 * least);
  return whole / 2 + SAME_PLACE;
}

/** A direction in columns, rows and millimetres along the normal. */
function steps(plane: Plane, way: Vec3): readonly [number, number, number] {
  return [dot(way, plane.row) / plane.spacing.column, dot(way, plane.column) / plane.spacing.row, dot(way, plane.normal)];
}

/** The first slice that does not lie before a depth; the last one when all do. */
function notBefore(slices: readonly Slice[], depth: number): number {
  let [low, high] = [0, slices.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((slices[middle]?.depth ?? 0) < depth) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The slices between which a depth lies, the nearer first, and how far on the way to the other; none out of reach. */
export function around({ slices, reach }: Grid, depth: number): { readonly near: number; readonly far: number; readonly part: number } | undefined {
  const depthOf = (at: number): number => slices[at]?.depth ?? Infinity;
  const after = notBefore(slices, depth);
  const before = Math.max(0, after - 1);
  const gap = depthOf(after) - depthOf(before);
  const first = Math.abs(depth - depthOf(before)) <= Math.abs(depth - depthOf(after));
  const [near, far] = first ? [before, after] : [after, before];
  const distance = Math.abs(depth - depthOf(near));
  if (!(distance <= reach)) return undefined;
  const inside = depth > depthOf(before) && depth < depthOf(after) && gap <= 4 * reach;
  return inside ? { near, far, part: distance / gap } : { near, far: near, part: 0 };
}

/** Which of the planes that the grid was made of are needed to see it in `plane`. */
export function touched(grid: Grid, plane: Plane, smooth: boolean): readonly number[] {
  const depths = corners(plane).map((corner) => steps(grid.plane, subtract(corner, grid.plane.origin))[2]);
  const [least, most] = [Math.min(...depths), Math.max(...depths)];
  const needed = new Set<number>();
  if (most - least < SAME_PLACE) {
    const found = around(grid, (least + most) / 2);
    if (found === undefined) return [];
    needed.add(found.near);
    if (smooth) needed.add(found.far);
  } else {
    grid.slices.forEach(({ depth }, at) => {
      if (depth >= least - 2 * grid.reach && depth <= most + 2 * grid.reach) needed.add(at);
    });
  }
  return [...needed].map((at) => grid.slices[at]?.index ?? 0);
}

function corners({ origin, row, column, spacing, rows, columns }: Plane): Vec3[] {
  const at = (x: number, y: number): Vec3 => {
    const [across, down] = [x * spacing.column, y * spacing.row];
    return [origin[0] + row[0] * across + column[0] * down, origin[1] + row[1] * across + column[1] * down, origin[2] + row[2] * across + column[2] * down];
  };
  return [at(0, 0), at(columns - 1, 0), at(0, rows - 1), at(columns - 1, rows - 1)];
}

/** Whether two grids certainly share no place: the boxes around them, along the axes of the patient, do not meet. */
export function apart(one: Grid, other: Grid): boolean {
  const [a, b] = [boxOf(one), boxOf(other)];
  return ([0, 1, 2] as const).some((axis) => a.least[axis] > b.most[axis] || b.least[axis] > a.most[axis]);
}

function boxOf({ plane, slices, reach }: Grid): { readonly least: Vec3; readonly most: Vec3 } {
  const ends = [slices[0], slices.at(-1)].flatMap((slice, end) => {
    if (slice === undefined) return [];
    const depth = slice.depth + (end === 0 ? -reach : reach);
    const along = ([across, down, up]: Vec3): Vec3 => [across + plane.normal[0] * depth, down + plane.normal[1] * depth, up + plane.normal[2] * depth];
    return corners(plane).map(along);
  });
  const over = (pick: (...values: number[]) => number): Vec3 => [pick(...ends.map(([x]) => x)), pick(...ends.map(([, y]) => y)), pick(...ends.map(([, , z]) => z))];
  return { least: over(Math.min), most: over(Math.max) };
}

export type SliceOf = (index: number) => ArrayLike<number> | undefined;

/**
 * The values of a grid at the pixels of a plane; NaN where there are none. Labels are taken from the nearest voxel,
 * quantities (`smooth`) are interpolated between eight.
 */
export function resample(grid: Grid, plane: Plane, sliceOf: SliceOf, smooth: boolean): Float32Array {
  const out = new Float32Array(plane.rows * plane.columns).fill(NaN);
  const start = steps(grid.plane, subtract(plane.origin, grid.plane.origin));
  const across = steps(grid.plane, scaled(plane.row, plane.spacing.column));
  const down = steps(grid.plane, scaled(plane.column, plane.spacing.row));
  const sample = smooth ? between : nearest;
  const size = [grid.plane.rows, grid.plane.columns] as const;
  let depth = NaN;
  let found: ReturnType<typeof around>;
  for (let y = 0, to = 0; y < plane.rows; y += 1) {
    for (let x = 0; x < plane.columns; x += 1, to += 1) {
      const w = start[2] + x * across[2] + y * down[2];
      if (!(Math.abs(w - depth) < 1e-6)) [depth, found] = [w, around(grid, w)];
      if (found === undefined) continue;
      const [i, j] = [start[0] + x * across[0] + y * down[0], start[1] + x * across[1] + y * down[1]];
      const here = valueIn(grid.slices[found.near], sliceOf, sample, [i, j], size);
      if (!smooth || found.part === 0) out[to] = here;
      else {
        const there = valueIn(grid.slices[found.far], sliceOf, sample, [i, j], size);
        out[to] = Number.isNaN(there) ? here : here + (there - here) * found.part;
      }
    }
  }
  return out;
}

const scaled = ([x, y, z]: Vec3, by: number): Vec3 => [x * by, y * by, z * by];

type Sample = (values: ArrayLike<number>, at: readonly [column: number, row: number], size: readonly [rows: number, columns: number]) => number;

function valueIn(slice: Slice | undefined, sliceOf: SliceOf, sample: Sample, [i, j]: readonly [number, number], size: readonly [number, number]): number {
  const values = slice === undefined ? undefined : sliceOf(slice.index);
  return slice === undefined || values === undefined ? NaN : sample(values, [i - slice.column, j - slice.row], size);
}

const nearest: Sample = (values, [i, j], [rows, columns]) => {
  const [column, row] = [Math.round(i), Math.round(j)];
  if (column < 0 || row < 0 || column >= columns || row >= rows) return NaN;
  return values[row * columns + column] ?? NaN;
};

const between: Sample = (values, [i, j], [rows, columns]) => {
  if (i < -0.5 || j < -0.5 || i > columns - 0.5 || j > rows - 0.5) return NaN;
  const [x, y] = [Math.min(columns - 1, Math.max(0, i)), Math.min(rows - 1, Math.max(0, j))];
  const [left, top] = [Math.min(Math.floor(x), Math.max(0, columns - 2)), Math.min(Math.floor(y), Math.max(0, rows - 2))];
  const [right, below] = [Math.min(left + 1, columns - 1), Math.min(top + 1, rows - 1)];
  const [fx, fy] = [x - left, y - top];
  const upper = (values[top * columns + left] ?? NaN) * (1 - fx) + (values[top * columns + right] ?? NaN) * fx;
  const lower = (values[below * columns + left] ?? NaN) * (1 - fx) + (values[below * columns + right] ?? NaN) * fx;
  return upper * (1 - fy) + lower * fy;
};
