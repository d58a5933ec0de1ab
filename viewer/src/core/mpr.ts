/** Three planes through a volume that cut each other in one point: where they lie, and how they are moved and turned. */
import { cross, dot, negate, subtract, type Vec3 } from "./geometry.ts";
import type { Grid } from "./volume.ts";

export const PLANES = ["axial", "coronal", "sagittal"] as const;
export type PlaneName = (typeof PLANES)[number];

/** How a plane lies on the screen. */
export interface View {
  readonly right: Vec3;
  readonly down: Vec3;
}

export interface Cross {
  /** Where all three cut each other. */
  readonly center: Vec3;
  readonly views: Readonly<Record<PlaneName, View>>;
}

/** As radiologists look at them: from the feet, from the front, from the left (PS3.3 C.7.6.2.1.1 for the axes). */
export const CUSTOMARY: Readonly<Record<PlaneName, View>> = {
  axial: { right: [1, 0, 0], down: [0, 1, 0] },
  coronal: { right: [1, 0, 0], down: [0, 0, -1] },
  sagittal: { right: [0, 1, 0], down: [0, 0, -1] },
};

export const normalOf = ({ right, down }: View): Vec3 => cross(right, down);

export const add = (a: Vec3, b: Vec3, times = 1): Vec3 => [a[0] + b[0] * times, a[1] + b[1] * times, a[2] + b[2] * times];

/** The patient's own planes through the middle of a volume. */
export const customary = (grid: Grid): Cross => ({ center: middleOf(grid), views: CUSTOMARY });

/** The place of a voxel, which need not be whole. */
export function placeOf({ origin, spacing, row, column, normal, tilt }: Grid, [x, y, z]: Vec3): Vec3 {
  const [across, down] = [x * spacing[0] + z * tilt[0], y * spacing[1] + z * tilt[1]];
  return add(add(add(origin, row, across), column, down), normal, z * spacing[2]);
}

/** The voxel of a place, which need not be whole, nor inside. */
export function voxelOf({ origin, spacing, row, column, normal, tilt }: Grid, place: Vec3): Vec3 {
  const from = subtract(place, origin);
  const z = dot(from, normal) / spacing[2];
  return [(dot(from, row) - z * tilt[0]) / spacing[0], (dot(from, column) - z * tilt[1]) / spacing[1], z];
}

export function middleOf(grid: Grid): Vec3 {
  const [columns, rows, slices] = grid.dimensions;
  return placeOf(grid, [(columns - 1) / 2, (rows - 1) / 2, (slices - 1) / 2]);
}

/** The outer corners of a volume. */
export function cornersOf(grid: Grid): Vec3[] {
  const [columns, rows, slices] = grid.dimensions;
  const ends = (count: number): readonly number[] => [-0.5, count - 0.5];
  return ends(columns).flatMap((x) => ends(rows).flatMap((y) => ends(slices).map((z) => placeOf(grid, [x, y, z]))));
}

/** From where to where a volume reaches along a direction, in millimetres from `from`. */
export function reach(grid: Grid, direction: Vec3, from: Vec3): readonly [least: number, most: number] {
  const places = cornersOf(grid).map((corner) => dot(subtract(corner, from), direction));
  return [Math.min(...places), Math.max(...places)];
}

/** From one slice to the next along a direction: the distance in which one voxel is crossed. */
export function stepAlong({ spacing, row, column, normal }: Grid, direction: Vec3): number {
  const voxels = [row, column, normal].map((axis, index) => Math.abs(dot(axis, direction)) / (spacing[index] ?? 1));
  return 1 / Math.max(...voxels, 1e-6);
}

/** The nearest place inside the volume. */
export function inside(grid: Grid, place: Vec3): Vec3 {
  const [x, y, z] = voxelOf(grid, place);
  const within = (value: number, count: number): number => Math.max(0, Math.min(count - 1, value));
  return placeOf(grid, [within(x, grid.dimensions[0]), within(y, grid.dimensions[1]), within(z, grid.dimensions[2])]);
}

export const movedTo = (at: Cross, grid: Grid, place: Vec3): Cross => ({ ...at, center: inside(grid, place) });

/** A plane goes through the volume by so many slices; the other two stay, and are cut elsewhere. */
export function scrolled(at: Cross, grid: Grid, name: PlaneName, slices: number): Cross {
  const normal = normalOf(at.views[name]);
  const [least, most] = reach(grid, normal, at.center);
  const step = stepAlong(grid, normal);
  // the outermost slices lie half a step inside
  const way = Math.max(Math.min(0, least + step / 2), Math.min(Math.max(0, most - step / 2), slices * step));
  return { ...at, center: add(at.center, normal, way) };
}

/** Which slice of how many a plane lies in, from 1; the middle of the volume is always one. */
export function sliceOf(at: Cross, grid: Grid, name: PlaneName): { readonly number: number; readonly total: number } {
  const normal = normalOf(at.views[name]);
  const step = stepAlong(grid, normal);
  const [least, most] = reach(grid, normal, at.center);
  const total = Math.max(1, Math.round((most - least) / step));
  return { number: Math.max(1, Math.min(total, Math.floor(-least / step + 1e-6) + 1)), total };
}

/** A vector turned about a unit axis (Rodrigues); for growing angles from x to y about z. */
export function rotated(a: Vec3, axis: Vec3, angle: number): Vec3 {
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  return add(add([a[0] * c, a[1] * c, a[2] * c], cross(axis, a), s), axis, dot(axis, a) * (1 - c));
}

/** As on the plane `on`, the lines of the other two are turned about the cross, clockwise as it is seen. */
export function turned(at: Cross, on: PlaneName, angle: number): Cross {
  const axis = normalOf(at.views[on]);
  const turn = (name: PlaneName): View => {
    const { right, down } = at.views[name];
    return name === on ? { right, down } : { right: rotated(right, axis, angle), down: rotated(down, axis, angle) };
  };
  return { ...at, views: { axial: turn("axial"), coronal: turn("coronal"), sagittal: turn("sagittal") } };
}

/** Which way the line of plane `other` runs on plane `on`. */
export const lineOn = (at: Cross, on: PlaneName, other: PlaneName): Vec3 => cross(normalOf(at.views[on]), normalOf(at.views[other]));

export const isOblique = (at: Cross): boolean => PLANES.some((name) => normalOf(at.views[name]).every((part) => Math.abs(part) < 1 - 1e-6));

/** What a viewport of a plane shows: `eye` in its middle, so many millimetres from top to bottom. */
export interface Aim extends View {
  readonly eye: Vec3;
  readonly height: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** All of the volume in the viewport. */
export function fitted(grid: Grid, view: View, center: Vec3, size: Size): Aim {
  const [left, right] = reach(grid, view.right, center);
  const [top, bottom] = reach(grid, view.down, center);
  const eye = add(add(center, view.right, (left + right) / 2), view.down, (top + bottom) / 2);
  return { ...view, eye, height: Math.max(bottom - top, ((right - left) * size.height) / Math.max(1, size.width)) };
}

/** The same aim in the plane through `center`. */
export function through(aim: Aim, center: Vec3): Aim {
  const normal = normalOf(aim);
  return { ...aim, eye: add(aim.eye, normal, dot(subtract(center, aim.eye), normal)) };
}

/** CSS pixels of a place that is seen straight on. */
export function onScreen({ eye, right, down, height }: Aim, size: Size, place: Vec3): readonly [x: number, y: number] {
  const from = subtract(place, eye);
  const scale = size.height / height;
  return [size.width / 2 + dot(from, right) * scale, size.height / 2 + dot(from, down) * scale];
}

/** The place in the plane under a point of the viewport. */
export function inPatient({ eye, right, down, height }: Aim, size: Size, [x, y]: readonly [number, number]): Vec3 {
  const scale = height / size.height;
  return add(add(eye, right, (x - size.width / 2) * scale), down, (y - size.height / 2) * scale);
}

/** Larger by `factor`, with the place under `point` staying where it is. */
export function zoomed(aim: Aim, size: Size, factor: number, point: readonly [number, number] = [size.width / 2, size.height / 2]): Aim {
  const held = inPatient(aim, size, point);
  const next = { ...aim, height: Math.max(1, Math.min(20_000, aim.height / factor)) };
  return { ...next, eye: add(next.eye, subtract(held, inPatient(next, size, point))) };
}

export function panned(aim: Aim, size: Size, [x, y]: readonly [number, number]): Aim {
  const scale = aim.height / size.height;
  return { ...aim, eye: add(add(aim.eye, aim.right, -x * scale), aim.down, -y * scale) };
}

/** A point of a viewport, in CSS pixels. */
export type Spot = readonly [x: number, y: number];

/** The angle by which a knob was drawn about the middle, from one point to the next. */
export function angleBetween(middle: Spot, from: Spot, to: Spot): number {
  const angle = Math.atan2(to[1] - middle[1], to[0] - middle[0]) - Math.atan2(from[1] - middle[1], from[0] - middle[0]);
  return Math.atan2(Math.sin(angle), Math.cos(angle));
}

/** Where the cross goes when the line of `other` is drawn from one place to another: across itself alone. */
export function lineMoved(at: Cross, other: PlaneName, aim: Aim, size: Size, from: Spot, to: Spot): Vec3 {
  const normal = normalOf(at.views[other]);
  const way = subtract(inPatient(aim, size, to), inPatient(aim, size, from));
  return add(at.center, normal, dot(way, normal));
}

/** How many slices are looked through at once, and what is shown of them. */
export const SLABS = ["mip", "minip", "mean"] as const;
export type SlabMode = (typeof SLABS)[number];

export interface Slab {
  readonly mode: SlabMode;
  /** Millimetres; 0 is a single plane. */
  readonly thickness: number;
}

/** From where one looks at a volume in 3D. */
export const SIDES = ["A", "P", "L", "R", "S", "I"] as const;
export type Side = (typeof SIDES)[number];

const LOOKS: Readonly<Record<Side, View>> = {
  A: { right: [1, 0, 0], down: [0, 0, -1] },
  P: { right: [-1, 0, 0], down: [0, 0, -1] },
  L: { right: [0, 1, 0], down: [0, 0, -1] },
  R: { right: [0, -1, 0], down: [0, 0, -1] },
  S: { right: [-1, 0, 0], down: [0, 1, 0] },
  I: { right: [1, 0, 0], down: [0, 1, 0] },
};

export const lookFrom = (side: Side): View => LOOKS[side];

/** A view that is turned as if one dragged the thing itself by `x` and `y` (radians). */
export function dragged(view: View, x: number, y: number): View {
  const about = (axis: Vec3, angle: number, one: View): View => ({ right: rotated(one.right, axis, angle), down: rotated(one.down, axis, angle) });
  return about(view.right, -y, about(negate(view.down), -x, view));
}
