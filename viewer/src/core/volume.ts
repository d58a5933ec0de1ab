/**
 * Whether the frames of a stack make a volume: one grid of voxels in the patient. Pure, and strict: a picture cut out of
 * frames that are not evenly spaced would show lengths that are not there.
 */
import type { Frame } from "./frames.ts";
import { dot, subtract, type Vec3 } from "./geometry.ts";

/** Why frames do not make a volume. */
export type Flaw = "colour" | "single" | "place" | "scale" | "sizes" | "directions" | "double" | "missing" | "uneven" | "crooked" | "large";

export interface Grid {
  /** Frames in order of their place along the normal. */
  readonly frames: readonly Frame[];
  /** Columns, rows, slices. */
  readonly dimensions: Vec3;
  /** Millimetres between columns, rows and slices. */
  readonly spacing: Vec3;
  /** The middle of the first voxel. */
  readonly origin: Vec3;
  readonly row: Vec3;
  readonly column: Vec3;
  readonly normal: Vec3;
  /** How far each slice is shifted along rows and columns against the one before, in millimetres: a tilted gantry. */
  readonly tilt: readonly [along: number, down: number];
}

export type Judged = { readonly grid: Grid } | { readonly flaw: Flaw; readonly count?: number };

/** Directions are rounded in files; beyond this they are other directions (0.4°, or 1.8 mm at the edge of 512 mm). */
const SAME_DIRECTION = 1 - 2.5e-5;
/** Pixel sizes, in parts. */
const SAME_SIZE = 1e-3;
/** A slice may lie so far from its place, in parts of the step: what rounding makes, and no missing slice. */
const OFF_PLACE = 0.1;
/** And so far beside the line that all lie on, in pixels. */
const OFF_LINE = 0.5;
/** A whole volume may lean by so many pixels and still count as upright. */
const UPRIGHT = 0.3;
/** From a gap of so many steps on, slices are missing. */
const GAP = 1.5;

interface Placed extends Frame {
  readonly plane: NonNullable<Frame["plane"]>;
  readonly position: Vec3;
  readonly spacing: NonNullable<Frame["spacing"]>;
}

const lies = ({ plane, position }: Frame): boolean => plane !== undefined && position !== undefined;
const isMeasured = ({ spacing }: Frame): boolean => spacing?.atDetector === false;

/** `bytes` is what may be in memory at once. */
export function volumeOf(frames: readonly Frame[], bytes = Infinity): Judged {
  const [first] = frames;
  if (first === undefined || frames.length < 2) return { flaw: "single" };
  if (frames.some(({ image }) => (image.samples_per_pixel ?? 1) > 1 || image.photometric_interpretation === "PALETTE COLOR")) return { flaw: "colour" };
  if (!frames.every(lies)) return { flaw: "place" };
  if (!frames.every(isMeasured)) return { flaw: "scale" };
  const all = frames as readonly Placed[];
  const flaw = unlike(all);
  if (flaw !== undefined) return { flaw };
  if (first.rows * first.columns * frames.length * VOXEL > bytes) return { flaw: "large" };
  return spaced(all);
}

/** Two bytes for the value in the shelf of frames, and four in the graphics memory of most browsers. */
const VOXEL = 2;

function unlike(frames: readonly Placed[]): Flaw | undefined {
  const [first] = frames;
  if (first === undefined) return "single";
  const { plane, spacing } = first;
  const same = (a: number, b: number): boolean => Math.abs(a - b) <= SAME_SIZE * b;
  if (!frames.every((one) => dot(one.plane.row, plane.row) >= SAME_DIRECTION && dot(one.plane.column, plane.column) >= SAME_DIRECTION)) return "directions";
  const alike = (one: Placed): boolean =>
    one.rows === first.rows && one.columns === first.columns && same(one.spacing.row, spacing.row) && same(one.spacing.column, spacing.column);
  return frames.every(alike) ? undefined : "sizes";
}

function spaced(frames: readonly Placed[]): Judged {
  const normal = frames[0]?.plane.normal ?? [0, 0, 1];
  const row = [...frames].sort((a, b) => dot(normal, a.position) - dot(normal, b.position));
  const [first, last] = [row[0], row.at(-1)];
  if (first === undefined || last === undefined) return { flaw: "single" };
  const places = row.map(({ position }) => dot(normal, subtract(position, first.position)));
  const gaps = places.slice(1).map((place, index) => place - (places[index] ?? 0));
  const usual = [...gaps].sort((a, b) => a - b)[gaps.length >> 1] ?? 0;
  if (!(usual > 0.01) || gaps.some((gap) => gap < 0.01)) return { flaw: "double" };
  const missing = gaps.reduce((sum, gap) => sum + (gap >= GAP * usual ? Math.round(gap / usual) - 1 : 0), 0);
  const whole = gaps.every((gap) => Math.abs(gap / usual - Math.round(gap / usual)) < 2 * OFF_PLACE);
  if (missing > 0) return whole ? { flaw: "missing", count: missing } : { flaw: "uneven" };
  const step = (places.at(-1) ?? 0) / gaps.length;
  if (places.some((place, index) => Math.abs(place - index * step) > OFF_PLACE * step)) return { flaw: "uneven" };
  return straight(row, first, last, step);
}

/** All first voxels have to lie on one line; where it leans against the normal, the gantry was tilted. */
function straight(row: readonly Placed[], first: Placed, last: Placed, step: number): Judged {
  const { plane, spacing } = first;
  const beside = ({ position }: Placed): readonly [number, number] => {
    const from = subtract(position, first.position);
    return [dot(from, plane.row), dot(from, plane.column)];
  };
  const steps = row.length - 1;
  const [alongAll, downAll] = beside(last);
  const upright = Math.abs(alongAll) <= UPRIGHT * spacing.column && Math.abs(downAll) <= UPRIGHT * spacing.row;
  const tilt = upright ? ([0, 0] as const) : ([alongAll / steps, downAll / steps] as const);
  const off = row.some((one, index) => {
    const [along, down] = beside(one);
    return Math.abs(along - tilt[0] * index) > OFF_LINE * spacing.column || Math.abs(down - tilt[1] * index) > OFF_LINE * spacing.row;
  });
  if (off) return { flaw: "crooked" };
  return {
    grid: {
      frames: row,
      dimensions: [first.columns, first.rows, row.length],
      spacing: [spacing.column, spacing.row, step],
      origin: first.position,
      row: plane.row,
      column: plane.column,
      normal: plane.normal,
      tilt,
    },
  };
}

export const isTilted = ({ tilt: [along, down] }: Grid): boolean => along !== 0 || down !== 0;

/** An upright box around a tilted grid: the same voxels, each slice moved to its place in it. */
export function uprightGrid(grid: Grid): Grid {
  const [columns, rows, slices] = grid.dimensions;
  const [across, down] = grid.spacing;
  const lean = [grid.tilt[0] * (slices - 1), grid.tilt[1] * (slices - 1)] as const;
  const [left, up] = [Math.min(0, lean[0]), Math.min(0, lean[1])];
  const at = (axis: 0 | 1 | 2): number => grid.origin[axis] + grid.row[axis] * left + grid.column[axis] * up;
  return {
    ...grid,
    dimensions: [columns + Math.ceil(Math.abs(lean[0]) / across), rows + Math.ceil(Math.abs(lean[1]) / down), slices],
    origin: [at(0), at(1), at(2)],
    tilt: [0, 0],
  };
}

/** Where slice `index` of a tilted grid begins in the upright one: columns and rows, not whole ones. */
export function shiftOf({ tilt, spacing, dimensions }: Grid, index: number): readonly [columns: number, rows: number] {
  const last = dimensions[2] - 1;
  const from = (lean: number, pixel: number): number => (lean * index - Math.min(0, lean * last)) / pixel;
  return [from(tilt[0], spacing[0]), from(tilt[1], spacing[1])];
}

/**
 * Slice `index` of a tilted grid in the upright one, by linear interpolation; what no pixel reaches is `empty`. The
 * edges of the picture are not smeared: a value is taken only between two that are there.
 */
export function uprightSlice(grid: Grid, index: number, values: ArrayLike<number>, into: Record<number, number>, empty: number): void {
  const [columns, rows] = grid.dimensions;
  const [wide, high] = uprightGrid(grid).dimensions;
  // whole numbers would be cut towards 0
  const kept = into instanceof Float32Array ? (value: number): number => value : Math.round;
  const [right, below] = shiftOf(grid, index);
  for (let y = 0; y < high; y += 1) {
    const [row, partDown] = split(y - below);
    for (let x = 0; x < wide; x += 1) {
      const [column, partAcross] = split(x - right);
      const inside = column >= 0 && row >= 0 && column + (partAcross > 0 ? 1 : 0) < columns && row + (partDown > 0 ? 1 : 0) < rows;
      into[y * wide + x] = inside ? kept(between(values, row * columns + column, partAcross, partDown, columns)) : empty;
    }
  }
}

function split(place: number): readonly [whole: number, part: number] {
  const whole = Math.floor(place + 1e-6);
  const part = place - whole;
  return [whole, part < 1e-6 ? 0 : part];
}

function between(values: ArrayLike<number>, at: number, across: number, down: number, columns: number): number {
  const row = (from: number): number => {
    const here = values[from] ?? 0;
    return across === 0 ? here : here + ((values[from + 1] ?? 0) - here) * across;
  };
  const above = row(at);
  return down === 0 ? above : above + (row(at + columns) - above) * down;
}
