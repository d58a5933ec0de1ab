/** Two viewports in step: which image lies nearest, and where the plane of one cuts the other. */
import type { Frame } from "./frames.ts";
import { dot, subtract, type Vec3 } from "./geometry.ts";

/** Slices are gone through together when their directions are within some 15°. */
const PARALLEL = 0.966;
/** Planes that cut each other at less than some 6° leave a line that says nothing. */
const CUTS = 0.995;

interface Placed {
  readonly plane: NonNullable<Frame["plane"]>;
  readonly position: Vec3;
}

const placed = ({ plane, position }: Frame): Placed | undefined => (plane === undefined || position === undefined ? undefined : { plane, position });

/** Whether two images lie in one and the same space. */
export const sameSpace = (a: Frame, b: Frame): boolean =>
  a.image.frame_of_reference_uid !== "" && a.image.frame_of_reference_uid === b.image.frame_of_reference_uid;

export function parallel(a: Frame, b: Frame): boolean {
  return a.plane !== undefined && b.plane !== undefined && Math.abs(dot(a.plane.normal, b.plane.normal)) >= PARALLEL;
}

/** Millimetres of an image along `normal`; undefined when it has no place. */
export function along(frame: Frame, normal: Vec3): number | undefined {
  return frame.position === undefined ? undefined : dot(normal, frame.position);
}

/** Of `frames` the one that lies nearest to `millimetres` along `normal`. */
export function nearestAlong(frames: readonly Frame[], normal: Vec3, millimetres: number): number | undefined {
  let [best, least] = [-1, Infinity];
  frames.forEach((frame, index) => {
    const distance = Math.abs((along(frame, normal) ?? Infinity) - millimetres);
    if (distance < least) [best, least] = [index, distance];
  });
  return best < 0 ? undefined : best;
}

/** Two points in the pixels of an image: column and row, the middle of the first pixel at 0, 0. */
export type Line = readonly [from: readonly [number, number], to: readonly [number, number]];

/** Where the plane of `other` cuts `on`, as far as `other` reaches; undefined when it does not, or hardly. */
export function cutLine(other: Frame, on: Frame): Line | undefined {
  const [cutting, cut] = [placed(other), placed(on)];
  if (cutting === undefined || cut === undefined || !sameSpace(other, on)) return undefined;
  if (Math.abs(dot(cutting.plane.normal, cut.plane.normal)) > CUTS) return undefined;
  const corners = cornersOf(other, cutting);
  const heights = corners.map((corner) => dot(subtract(corner, cut.position), cut.plane.normal));
  const points: Vec3[] = [];
  corners.forEach((corner, index) => {
    const next = corners[(index + 1) % corners.length] ?? corner;
    const [here = 0, there = 0] = [heights[index], heights[(index + 1) % corners.length]];
    if (here < 0 === there < 0) return;
    const part = here / (here - there);
    points.push([corner[0] + (next[0] - corner[0]) * part, corner[1] + (next[1] - corner[1]) * part, corner[2] + (next[2] - corner[2]) * part]);
  });
  const [from, to] = points;
  return from === undefined || to === undefined ? undefined : [pixelOf(on, cut, from), pixelOf(on, cut, to)];
}

const spacingOf = ({ spacing, aspect }: Frame): readonly [row: number, column: number] => (spacing === undefined ? [aspect, 1] : [spacing.row, spacing.column]);

/** The outer corners of an image, around. */
function cornersOf(frame: Frame, { plane: { row, column }, position }: Placed): Vec3[] {
  const [rowSpacing, columnSpacing] = spacingOf(frame);
  const at = (x: number, y: number): Vec3 => {
    const [across, down] = [x * columnSpacing, y * rowSpacing];
    return [
      position[0] + row[0] * across + column[0] * down,
      position[1] + row[1] * across + column[1] * down,
      position[2] + row[2] * across + column[2] * down,
    ];
  };
  const [right, bottom] = [frame.columns - 0.5, frame.rows - 0.5];
  return [at(-0.5, -0.5), at(right, -0.5), at(right, bottom), at(-0.5, bottom)];
}

function pixelOf(frame: Frame, { plane, position }: Placed, point: Vec3): readonly [number, number] {
  const [rowSpacing, columnSpacing] = spacingOf(frame);
  const from = subtract(point, position);
  return [dot(from, plane.row) / columnSpacing, dot(from, plane.column) / rowSpacing];
}
