import { describe, expect, it } from "vitest";

import { type Frame, framesOf } from "./frames.ts";
import type { Vec3 } from "./geometry.ts";
import type { SeriesImage } from "./model.ts";
import { image } from "./testing.ts";
import { type Grid, isTilted, shiftOf, uprightGrid, uprightSlice, volumeOf } from "./volume.ts";

/** Slices of 4 × 3 pixels at these places, otherwise as told. */
function slices(places: readonly Vec3[], values: (index: number) => Partial<SeriesImage> = () => ({})): Frame[] {
  return framesOf(
    places.map((place, index) =>
      image({ id: `i${index}`, columns: 4, rows: 3, pixel_spacing: [2, 1], image_position: [...place], image_orientation: [1, 0, 0, 0, 1, 0], ...values(index) }),
    ),
  );
}

const at = (...heights: readonly number[]): Vec3[] => heights.map((z) => [10, 20, z]);

function gridOf(frames: readonly Frame[]): Grid {
  const judged = volumeOf(frames);
  return "grid" in judged ? judged.grid : expect.fail(judged.flaw);
}

describe("volumeOf", () => {
  it("makes one grid of slices in any order", () => {
    const grid = gridOf(slices(at(6, 0, 3)));
    expect(grid.frames.map(({ position }) => position?.[2])).toEqual([0, 3, 6]);
    expect(grid).toMatchObject({ dimensions: [4, 3, 3], spacing: [1, 2, 3], origin: [10, 20, 0], normal: [0, 0, 1], tilt: [0, 0] });
  });

  it("counts along the normal of rows and columns, whichever way the slices were made", () => {
    const grid = gridOf(slices(at(0, 3, 6), () => ({ image_orientation: [-1, 0, 0, 0, 1, 0] })));
    expect(grid.normal).toEqual([0, 0, -1]);
    expect(grid.origin).toEqual([10, 20, 6]);
  });

  it.each([
    ["one image", slices(at(0)), { flaw: "single" }],
    ["slices that are missing", slices(at(0, 3, 6, 15, 18)), { flaw: "missing", count: 2 }],
    ["uneven steps", slices(at(0, 1.08, 4, 7, 13.99)), { flaw: "uneven" }],
    ["a step that creeps", slices(at(0, 3, 6, 9.5, 12.9, 16)), { flaw: "uneven" }],
    ["two at one place", slices(at(0, 3, 3, 6)), { flaw: "double" }],
    ["all at one place", slices(at(5, 5, 5)), { flaw: "double" }],
    ["another size", slices(at(0, 3, 6), (index) => (index === 1 ? { rows: 4 } : {})), { flaw: "sizes" }],
    ["another pixel", slices(at(0, 3, 6), (index) => (index === 1 ? { pixel_spacing: [2, 1.1] } : {})), { flaw: "sizes" }],
    ["a turned slice", slices(at(0, 3, 6), (index) => (index === 2 ? { image_orientation: [0.9998, 0.02, 0, -0.02, 0.9998, 0] } : {})), { flaw: "directions" }],
    ["colour", slices(at(0, 3, 6), () => ({ samples_per_pixel: 3, photometric_interpretation: "RGB" })), { flaw: "colour" }],
    ["a palette", slices(at(0, 3, 6), () => ({ photometric_interpretation: "PALETTE COLOR" })), { flaw: "colour" }],
    ["no positions", slices(at(0, 3, 6), () => ({ image_position: [] })), { flaw: "place" }],
    ["a size at the detector", slices(at(0, 3, 6), () => ({ pixel_spacing: [], imager_pixel_spacing: [1, 1] })), { flaw: "scale" }],
    ["a slice that stands aside", slices([[10, 20, 0], [11, 20, 3], [10, 20, 6]]), { flaw: "crooked" }],
  ] as const)("refuses %s", (_what, frames, judged) => {
    expect(volumeOf(frames)).toEqual(judged);
  });

  it("refuses what does not fit into memory", () => {
    expect(volumeOf(slices(at(0, 3, 6)), 71)).toEqual({ flaw: "large" });
    expect(volumeOf(slices(at(0, 3, 6)), 72)).toHaveProperty("grid");
  });

  it("bears the rounding of files", () => {
    expect(gridOf(slices(at(0, 2.99, 6.01, 9))).spacing[2]).toBe(3);
  });
});

describe("a tilted gantry", () => {
  // each slice 1 mm (half a row) further down
  const tilted = gridOf(slices([[0, 0, 0], [0, 1, 3], [0, 2, 6]]));

  it("is a volume that leans", () => {
    expect(tilted.tilt).toEqual([0, 1]);
    expect(isTilted(tilted)).toBe(true);
    expect(uprightGrid(tilted)).toMatchObject({ dimensions: [4, 4, 3], origin: [0, 0, 0], tilt: [0, 0] });
    expect([0, 1, 2].map((index) => shiftOf(tilted, index))).toEqual([[0, 0], [0, 0.5], [0, 1]]);
  });

  it("may lean the other way: then the upright grid begins above", () => {
    const other = gridOf(slices([[0, 0, 0], [-1, 0, 3], [-2, 0, 6]]));
    expect(uprightGrid(other)).toMatchObject({ dimensions: [6, 3, 3], origin: [-2, 0, 0] });
    expect([0, 1, 2].map((index) => shiftOf(other, index))).toEqual([[2, 0], [1, 0], [0, 0]]);
  });

  it("is set upright slice by slice, between rows by interpolation, with nothing made up at the edges", () => {
    const rows = [[10, 10, 10, 10], [20, 20, 20, 20], [40, 40, 40, 40]].flat();
    const column = (index: number): number[] => {
      const into = new Int16Array(16);
      uprightSlice(tilted, index, rows, into, -1000);
      return [0, 1, 2, 3].map((row) => into[row * 4 + 2] ?? NaN);
    };
    expect(column(0)).toEqual([10, 20, 40, -1000]);
    expect(column(1)).toEqual([-1000, 15, 30, -1000]);
    expect(column(2)).toEqual([-1000, 10, 20, 40]);
  });
});
