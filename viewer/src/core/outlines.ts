/** Outlines of structures (RT Structure Set) in a plane: those that lie in it, and where others pass through it. */
import type { Point } from "./affine.ts";
import { bytesOf } from "./base64.ts";
import type { Plane } from "./resample.ts";

export interface Outline {
  readonly type: string;
  /** x, y, z of each point in the patient. */
  readonly points: Float32Array;
}

export const outlineOf = ({ type, points }: { readonly type: string; readonly points: string }): Outline => {
  const bytes = bytesOf(points);
  return { type, points: new Float32Array(bytes.buffer, 0, bytes.length >> 2) };
};

export interface Path {
  /** In pixels of the plane: column and row. */
  readonly points: readonly Point[];
  readonly closed: boolean;
}

/** An outline whose points are no further apart along the normal lies in the plane, and does not pass through it. */
const FLAT = 0.5;
const MOST_REACH = 5;

/** What is seen of outlines in a plane. `reach` is how far from it they still count: see {@link reachOf}. */
export function pathsIn(outlines: readonly Outline[], plane: Plane, reach: number): Path[] {
  let chosen = Infinity;
  let flat: Path[] = [];
  const cuts: Path[] = [];
  for (const { type, points } of outlines) {
    const depths = depthsOf(points, plane);
    const [least, most] = depths.reduce(([low, high], depth) => [Math.min(low, depth), Math.max(high, depth)], [Infinity, -Infinity]);
    if (most - least > FLAT) {
      if (least < 0 && most > 0) cuts.push(...throughIt(points, depths, plane));
      continue;
    }
    const depth = (least + most) / 2;
    const same = Math.abs(depth - chosen) < FLAT / 2;
    // of two neighbours within reach the nearer one is that of this plane
    if (Math.abs(depth) > reach || (!same && Math.abs(depth) >= Math.abs(chosen))) continue;
    if (!same) [flat, chosen] = [[], depth];
    flat.push({ points: projected(points, plane), closed: type !== "OPEN_PLANAR" && type !== "POINT" });
  }
  return [...flat, ...cuts];
}

/** Half the usual distance between neighbouring outlines along a normal. */
export function reachOf(outlines: readonly Outline[], plane: Plane): number {
  const depths = [...new Set(outlines.map(({ points }) => Math.round((depthsOf(points.subarray(0, 3), plane)[0] ?? 0) * 100) / 100))].sort((a, b) => a - b);
  const gaps = depths.slice(1).map((depth, at) => depth - (depths[at] ?? 0)).filter((gap) => gap > 0.05).sort((a, b) => a - b);
  return Math.min(MOST_REACH, (gaps[gaps.length >> 1] ?? 2) / 2 + 0.05);
}

function depthsOf(points: Float32Array, { origin, normal }: Plane): number[] {
  return Array.from({ length: points.length / 3 }, (_, at) => {
    const [x, y, z] = at3(points, at);
    return (x - origin[0]) * normal[0] + (y - origin[1]) * normal[1] + (z - origin[2]) * normal[2];
  });
}

const at3 = (points: Float32Array, at: number): readonly [number, number, number] => [points[at * 3] ?? 0, points[at * 3 + 1] ?? 0, points[at * 3 + 2] ?? 0];

function pixelOf({ origin, row, column, spacing }: Plane, [x, y, z]: readonly [number, number, number]): Point {
  const way = [x - origin[0], y - origin[1], z - origin[2]] as const;
  return [(way[0] * row[0] + way[1] * row[1] + way[2] * row[2]) / spacing.column, (way[0] * column[0] + way[1] * column[1] + way[2] * column[2]) / spacing.row];
}

const projected = (points: Float32Array, plane: Plane): Point[] => Array.from({ length: points.length / 3 }, (_, at) => pixelOf(plane, at3(points, at)));

/** Where a closed outline passes through a plane it goes in and out: lines between each pair of passages. */
function throughIt(points: Float32Array, depths: readonly number[], plane: Plane): Path[] {
  const passages: Point[] = [];
  depths.forEach((here, at) => {
    const next = (at + 1) % depths.length;
    const there = depths[next] ?? 0;
    if (here < 0 === there < 0) return;
    const part = here / (here - there);
    const [a, b] = [at3(points, at), at3(points, next)];
    passages.push(pixelOf(plane, [a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part, a[2] + (b[2] - a[2]) * part]));
  });
  const [first, last] = [passages[0], passages.at(-1)];
  if (first === undefined || last === undefined) return [];
  const along = ([x, y]: Point): number => (x - first[0]) * (last[0] - first[0]) + (y - first[1]) * (last[1] - first[1]);
  passages.sort((a, b) => along(a) - along(b));
  return Array.from({ length: passages.length >> 1 }, (_, pair) => ({ points: passages.slice(pair * 2, pair * 2 + 2), closed: false }));
}
