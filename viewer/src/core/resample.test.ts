import { describe, expect, it } from "vitest";

import { mapped, paintMask, paintWash } from "./painting.ts";
import { outlineOf, pathsIn, reachOf } from "./outlines.ts";
import { apart, gridOf, type Plane, planeOnScreen, resample, touched } from "./resample.ts";

/** An axial plane of 3 by 2 pixels. */
const axial = (z: number, more: Partial<Plane> = {}): Plane => ({
  origin: [0, 0, z],
  row: [1, 0, 0],
  column: [0, 1, 0],
  normal: [0, 0, 1],
  spacing: { row: 1, column: 1 },
  rows: 2,
  columns: 3,
  ...more,
});
const grid = (...planes: Plane[]) => gridOf(planes) ?? expect.fail("no grid");
const values = [
  [1, 2, 3, 4, 5, 6],
  [11, 12, 13, 14, 15, 16],
];
const sliceOf = (index: number): readonly number[] | undefined => values[index];

describe("slices of another volume in a plane", () => {
  it("are themselves where both lie alike", () => {
    const stack = grid(axial(0), axial(2));
    expect([...resample(stack, axial(0), sliceOf, false)]).toEqual(values[0]);
    expect([...resample(stack, axial(2), sliceOf, true)]).toEqual(values[1]);
    expect(touched(stack, axial(2), false)).toEqual([1]);
  });

  it("go by position, whatever their order", () => {
    const stack = grid(axial(2), axial(0));
    expect([...resample(stack, axial(0), sliceOf, false)]).toEqual(values[1]);
  });

  it("count as far as they reach, and no further", () => {
    const stack = grid(axial(0), axial(2));
    expect(resample(stack, axial(2.9), sliceOf, false)[0]).toBe(11);
    expect(resample(stack, axial(3.2), sliceOf, false).every(Number.isNaN)).toBe(true);
    expect(touched(stack, axial(3.2), true)).toEqual([]);
  });

  it("are not made up in the gaps of a sparse mask", () => {
    const sparse = grid(axial(0), axial(1), axial(2), axial(20));
    expect(touched(sparse, axial(10), false)).toEqual([]);
    expect(touched(sparse, axial(20.4), false)).toEqual([3]);
  });

  it("are interpolated when they are quantities, and never when they are labels", () => {
    const stack = grid(axial(0), axial(2));
    expect(resample(stack, axial(0.5), sliceOf, true)[0]).toBeCloseTo(3.5);
    expect(resample(stack, axial(0.5), sliceOf, false)[0]).toBe(1);
    const shifted = axial(0, { origin: [0.5, 0, 0] });
    expect(resample(stack, shifted, sliceOf, true)[0]).toBeCloseTo(1.5);
  });

  it("are found in a plane that cuts across them", () => {
    // a sagittal plane through the second column: rows go down, columns to the back
    const sagittal = axial(0, { origin: [1, 0, 2], row: [0, 1, 0], column: [0, 0, -1], normal: [-1, 0, 0], rows: 3, columns: 2 });
    const stack = grid(axial(0), axial(2));
    expect([...resample(stack, sagittal, sliceOf, false)]).toEqual([12, 15, 2, 5, 2, 5]);
    expect([...touched(stack, sagittal, false)].sort()).toEqual([0, 1]);
  });

  it("lie right when a tilted gantry shifts each slice", () => {
    const stack = grid(axial(0), axial(2, { origin: [1, 0, 2] }));
    expect([...resample(stack, axial(2), sliceOf, false)]).toEqual([NaN, 11, 12, NaN, 14, 15]);
  });

  it("leave empty what has not come", () => {
    expect(resample(grid(axial(0)), axial(0), () => undefined, false).every(Number.isNaN)).toBe(true);
  });
});

describe("painting", () => {
  it("colours a mask by how much of it there is, and its outline wholly", () => {
    const out = new Uint8ClampedArray(9 * 4);
    paintMask(out, [1, 1, 1, 1, 1, 1, 1, 1, 1], 3, { colour: [200, 100, 0], opacity: 0.5, outline: true, maximum: 1 });
    expect([...out.slice(0, 4)]).toEqual([200, 100, 0, 255]);
    expect([...out.slice(16, 20)]).toEqual([200, 100, 0, 128]);
    const half = new Uint8ClampedArray(4);
    paintMask(half, [51], 1, { colour: [1, 2, 3], opacity: 1, outline: false, maximum: 255 });
    expect(half[3]).toBe(51);
  });

  it("lets the image through where there is nothing of a quantity", () => {
    const out = new Uint8ClampedArray(12);
    paintWash(out, [0, NaN, 10], { map: "hotIron", lower: 0, upper: 10, opacity: 0.6 });
    expect([out[3], out[7], out[11]]).toEqual([0, 0, 153]);
    expect([...out.slice(8, 11)]).toEqual([255, 255, 255]);
  });

  it("has hot iron as the standard has it", () => {
    expect(mapped("hotIron", 0)).toEqual([0, 0, 0]);
    expect(mapped("hotIron", 0.5)).toEqual([255, 0, 0]);
    expect(mapped("hotIron", 1)).toEqual([255, 255, 255]);
  });
});

describe("outlines in a plane", () => {
  const outline = (z: number, type = "CLOSED_PLANAR") => ({ type, points: Float32Array.from([0, 0, z, 2, 0, z, 2, 1, z]) });

  it("are those of its own depth", () => {
    const all = [outline(0), outline(3), outline(6)];
    expect(reachOf(all, axial(0))).toBeCloseTo(1.55);
    expect(pathsIn(all, axial(3), 1.55)).toEqual([{ points: [[0, 0], [2, 0], [2, 1]], closed: true }]); // prettier-ignore
    expect(pathsIn(all, axial(4.5), 1.55)).toHaveLength(1);
    expect(pathsIn(all, axial(9), 1.55)).toEqual([]);
  });

  it("are lines where they pass through", () => {
    const across = axial(0, { origin: [1, 0, 5], row: [0, 1, 0], column: [0, 0, -1], normal: [-1, 0, 0] });
    const [line] = pathsIn([outline(3)], across, 1);
    expect(line).toEqual({ points: [[0, 2], [0.5, 2]], closed: false }); // prettier-ignore
  });

  it("come as 32-bit numbers", () => {
    const points = btoa(String.fromCharCode(...new Uint8Array(Float32Array.from([1, 2, 3]).buffer)));
    expect([...outlineOf({ type: "POINT", points }).points]).toEqual([1, 2, 3]);
  });
});

describe("what a viewport shows", () => {
  const aim = { eye: [10, 20, 30], right: [1, 0, 0], down: [0, 0, -1], height: 40 } as const;

  it("has pixels of the screen where these are coarser than voxels", () => {
    const { plane, place } = planeOnScreen(aim, { width: 30, height: 20 }, 0.5);
    expect([plane.columns, plane.rows, plane.spacing.row]).toEqual([30, 20, 2]);
    expect(plane.origin).toEqual([-19, 20, 49]); // the middle of the pixel at the left above
    expect(plane.normal[1]).toBe(1);
    expect(place).toEqual([1, 0, 0, 1, 0.5, 0.5]);
  });

  it("has the size of voxels otherwise, and is laid over all of the screen", () => {
    const { plane, place } = planeOnScreen(aim, { width: 300, height: 200 }, 1.5);
    expect([plane.columns, plane.rows, plane.spacing.column]).toEqual([40, 27, 1.5]);
    expect(plane.origin).toEqual([-19.25, 20, 49.25]);
    expect(place).toEqual([7.5, 0, 0, 7.5, 3.75, 3.75]);
  });
});

describe("two volumes", () => {
  it("are apart when the boxes around them do not meet", () => {
    const stack = grid(axial(0), axial(2));
    expect(apart(stack, grid(axial(2.5), axial(4.5)))).toBe(false); // half a slice reaches as far
    expect(apart(stack, grid(axial(6), axial(8)))).toBe(true);
    expect(apart(stack, grid(axial(0, { origin: [50, 0, 0] }), axial(2, { origin: [50, 0, 2] })))).toBe(true);
  });
});
