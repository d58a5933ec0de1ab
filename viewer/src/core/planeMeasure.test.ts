import { describe, expect, it } from "vitest";

import { applied, type Point } from "./affine.ts";
import type { Frame } from "./frames.ts";
import type { CutPlane } from "./measure.ts";
import { type Aim, customary, normalOf } from "./mpr.ts";
import { crossAt, cutOf, isSeen, measureCut, movedOnto, nearestSlice, placeOn, valueAt } from "./planeMeasure.ts";
import type { Grid } from "./volume.ts";

/** 9 × 7 × 5 voxels of 2 × 3 × 4 mm, the first at 10, 20, 30; the values are x + 2 y + 3 z in millimetres. */
const grid: Grid = {
  frames: Array<Frame>(5),
  dimensions: [9, 7, 5],
  spacing: [2, 3, 4],
  origin: [10, 20, 30],
  row: [1, 0, 0],
  column: [0, 1, 0],
  normal: [0, 0, 1],
  tilt: [0, 0],
};
const slices = (index: number): number[] => Array.from({ length: 63 }, (_, at) => 10 + 2 * (at % 9) + 2 * (20 + 3 * Math.floor(at / 9)) + 3 * (30 + 4 * index));
const ground = { grid, slices, quantity: { unit: "HU", factor: 1 }, padding: undefined } as const;
const coronal: CutPlane = { name: "coronal", origin: [18, 29, 38], right: [1, 0, 0], down: [0, 0, -1] };
const oblique: CutPlane = { name: "axial", origin: [18, 29, 38], right: [Math.SQRT1_2, Math.SQRT1_2, 0], down: [0, 0, -1] };
const value = ([x, y, z]: readonly [number, number, number]): number => x + 2 * y + 3 * z;

describe("a value in a volume", () => {
  it("is exact on voxels and linear between them", () => {
    expect(valueAt(grid, slices, [12, 23, 34])).toBe(value([12, 23, 34]));
    expect(valueAt(grid, slices, [13.3, 24.5, 37])).toBeCloseTo(value([13.3, 24.5, 37]), 9);
    expect(valueAt(grid, slices, [26, 38, 46])).toBe(value([26, 38, 46]));
  });

  it("is none outside, and that of the outermost voxel within half of it", () => {
    expect(valueAt(grid, slices, [9.5, 20, 30])).toBe(value([10, 20, 30]));
    expect(valueAt(grid, slices, [8.9, 20, 30])).toBeNaN();
    expect(valueAt(grid, slices, [18, 29, 48.1])).toBeNaN();
    expect(valueAt(grid, () => undefined, [18, 29, 38])).toBeNaN();
  });

  it("of a tilted gantry is where the slices lie", () => {
    // each slice lies 1 mm further along the rows, so that x grows with it
    const leaning: Grid = { ...grid, tilt: [1, 0] };
    expect(valueAt(leaning, slices, [18, 29, 38])).toBeCloseTo(value([16, 29, 38]), 9);
  });
});

describe("what is measured in a plane", () => {
  const one = (kind: "length" | "angle" | "probe" | "rectangle" | "ellipse", points: readonly Point[], plane = coronal) => measureCut(kind, points, plane, ground);

  it("has its size in millimetres, whatever the voxels are", () => {
    expect(one("length", [[-3, 0], [0, 4]])).toEqual([{ name: "length", value: 5, unit: "mm" }]);
    expect(one("length", [[-3, 0], [0, 4]], oblique)[0]?.value).toBeCloseTo(5, 9);
    expect(one("angle", [[4, 0], [0, 0], [0, 3]])[0]?.value).toBeCloseTo(90, 9);
  });

  it("has the value under a probe", () => {
    expect(one("probe", [[1, -3]])[0]).toMatchObject({ name: "value", unit: "HU" });
    expect(one("probe", [[1, -3]])[0]?.value).toBeCloseTo(value([19, 29, 41]), 9);
    expect(one("probe", [[3, -3]], oblique)[0]?.value).toBeCloseTo(value([18 + 3 * Math.SQRT1_2, 29 + 3 * Math.SQRT1_2, 41]), 9);
    expect(one("probe", [[100, 0]])).toEqual([]);
  });

  it("has mean and extremes of the samples inside", () => {
    const found = Object.fromEntries(one("rectangle", [[-4, -4], [4, 4]]).map(({ name, value: said }) => [name, said]));
    expect(found["area"]).toBeCloseTo(64, 9);
    expect(found["mean"]).toBeCloseTo(value([18, 29, 38]), 9); // linear values: that of the middle
    expect(found["min"]).toBeCloseTo(value([14, 29, 34]), 9);
    expect(found["max"]).toBeCloseTo(value([22, 29, 42]), 9);
    const round = one("ellipse", [[0, -4], [0, 4], [-4, 0], [4, 0]]);
    expect(round[0]?.value).toBeCloseTo(Math.PI * 16, 9);
    expect(round[1]?.value).toBeCloseTo(value([18, 29, 38]), 9);
  });

  it("leaves out padding, and what lies halfway to it", () => {
    // to the left of the middle all voxels are padding
    const half = (index: number): number[] => slices(index).map((one, at) => (at % 9 < 4 ? -2000 : one));
    const padded = { ...ground, slices: half, padding: { lower: -2000, upper: -2000 } };
    const found = Object.fromEntries(measureCut("rectangle", [[-4, -4], [4, 4]], coronal, padded).map(({ name, value: said }) => [name, said]));
    expect(found["area"]).toBeCloseTo(64, 9);
    expect(found["min"]).toBeCloseTo(value([18, 29, 34]), 9); // the voxel at 18 counts whole
    expect(found["mean"]).toBeCloseTo(value([20, 29, 38]), 9);
    expect(measureCut("probe", [[-4, 0]], coronal, padded)[0]?.value).toBe(-2000); // said as it is
  });

  it("has no values through a slab", () => {
    expect(measureCut("probe", [[0, 0]], coronal, { ...ground, slices: undefined })).toEqual([]);
    expect(measureCut("rectangle", [[-4, -4], [4, 4]], coronal, { ...ground, slices: undefined }).map(({ name }) => name)).toEqual(["area"]);
  });
});

describe("a plane of measurements", () => {
  const aim: Aim = { eye: [20, 29, 40], right: [1, 0, 0], down: [0, 0, -1], height: 40 };
  const size = { width: 200, height: 100 };

  it("stays where it is while one moves and zooms, and is seen on the screen where its points lie", () => {
    const plane = cutOf("coronal", aim, grid);
    expect(plane.origin).toEqual([18, 29, 38]);
    expect(cutOf("coronal", { ...aim, eye: [0, 29, 0], height: 7 }, grid)).toEqual(plane);
    expect(applied(placeOn(plane, aim, size), [2, -2])).toEqual([100, 50]); // the eye: in the middle
    expect(applied(placeOn(plane, aim, size), [4, -2])).toEqual([105, 50]);
  });

  it("is seen in its slice alone, and not when it is turned", () => {
    expect(isSeen(coronal, aim, grid)).toBe(true);
    expect(isSeen(coronal, { ...aim, eye: [20, 30.4, 40] }, grid)).toBe(true);
    expect(isSeen(coronal, { ...aim, eye: [20, 31, 40] }, grid)).toBe(false);
    expect(isSeen(oblique, aim, grid)).toBe(false);
    expect(isSeen(coronal, { ...aim, right: [0, 0, -1], down: [-1, 0, 0] }, grid)).toBe(false);
  });

  it("is gone to, turned as it was", () => {
    expect(crossAt(customary(grid), coronal, [[2, 0], [4, 0]])).toEqual({ ...customary(grid), center: [21, 29, 38] });
    const cross = crossAt(customary(grid), oblique, [[0, 0]]);
    expect(cross.center).toEqual([18, 29, 38]);
    for (const key of ["right", "down"] as const) oblique[key].forEach((part, axis) => { expect(cross.views.axial[key][axis]).toBeCloseTo(part, 9); });
    const normals = [cross.views.axial, cross.views.coronal, cross.views.sagittal].map(normalOf);
    for (const [a, b] of [[0, 1], [0, 2], [1, 2]] as const) expect((normals[a] ?? []).reduce((sum, part, axis) => sum + part * (normals[b]?.[axis] ?? NaN), 0)).toBeCloseTo(0, 9);
  });

  it("takes points of another that lies the same way, and knows the nearest slice", () => {
    expect(movedOnto([[1, 2]], coronal, { ...coronal, origin: [20, 29, 40] })).toEqual([[-1, 4]]);
    expect(nearestSlice(grid, [0, 0, 39])).toBe(2);
    expect(nearestSlice(grid, [0, 0, 390])).toBe(4);
  });
});
