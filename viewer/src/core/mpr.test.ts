import { describe, expect, it } from "vitest";

import type { Vec3 } from "./geometry.ts";
import { angleBetween, type Cross, customary, dragged, fitted, inPatient, lineMoved, lineOn, lookFrom, movedTo, normalOf, onScreen, panned, PLANES, scrolled, SIDES, sliceOf, stepAlong, through, turned, voxelOf, zoomed } from "./mpr.ts";
import { sideLetters } from "./orientation.ts";
import type { Grid } from "./volume.ts";

/** 11 × 21 × 31 voxels of 1 × 2 × 3 mm; its middle is at 5, 20, 45. */
const grid: Grid = { frames: [], dimensions: [11, 21, 31], spacing: [1, 2, 3], origin: [0, 0, 0], row: [1, 0, 0], column: [0, 1, 0], normal: [0, 0, 1], tilt: [0, 0] };
const begin = customary(grid);
const size = { width: 400, height: 200 };

const close = (found: Vec3, wanted: readonly number[]): void => {
  found.forEach((part, axis) => {
    expect(part).toBeCloseTo(wanted[axis] ?? NaN, 9);
  });
};
const letters = (at: Cross, name: (typeof PLANES)[number]): string => Object.values(sideLetters(at.views[name].right, at.views[name].down)).join(" ");

describe("the patient's planes", () => {
  it("lie as radiologists look at them, around the middle", () => {
    expect(begin.center).toEqual([5, 20, 45]);
    expect(PLANES.map((name) => letters(begin, name))).toEqual(["A L P R", "H L F R", "H P F A"]);
  });

  it("are scrolled by slices and end where the volume does", () => {
    expect(stepAlong(grid, [0, 0, -1])).toBeCloseTo(3);
    expect(scrolled(begin, grid, "axial", 2).center).toEqual([5, 20, 51]);
    expect(scrolled(begin, grid, "axial", -1e6).center[2]).toBeCloseTo(0);
    expect(scrolled(begin, grid, "coronal", 1e6).center[1]).toBeCloseTo(40);
    expect(sliceOf(begin, grid, "axial")).toEqual({ number: 16, total: 31 });
    expect(sliceOf(scrolled(begin, grid, "axial", 1e6), grid, "axial")).toEqual({ number: 31, total: 31 });
    expect(sliceOf(scrolled(begin, grid, "axial", -1e6), grid, "axial")).toEqual({ number: 1, total: 31 });
  });

  it("stay inside when the cross is put outside", () => {
    expect(movedTo(begin, grid, [100, 20, -5]).center).toEqual([10, 20, 0]);
  });

  it("are turned together about the cross, and stay perpendicular", () => {
    const at = turned(begin, "axial", Math.PI / 6);
    expect(at.views.axial).toEqual(begin.views.axial);
    close(lineOn(at, "axial", "coronal"), lineOn(begin, "axial", "coronal").map((part, axis) => (axis === 0 ? part * Math.cos(Math.PI / 6) : axis === 1 ? 0.5 * Math.sign(lineOn(begin, "axial", "coronal")[0]) : part)));
    const [a, b] = [normalOf(at.views.coronal), normalOf(at.views.sagittal)];
    expect(a[0] * b[0] + a[1] * b[1] + a[2] * b[2]).toBeCloseTo(0);
    close(normalOf(turned(at, "axial", -Math.PI / 6).views.coronal), normalOf(begin.views.coronal));
  });
});

describe("a viewport of a plane", () => {
  const aim = fitted(grid, begin.views.axial, begin.center, size);

  it("shows all of the volume, in its middle", () => {
    expect(aim).toMatchObject({ eye: [5, 20, 45], height: 42 });
    expect(onScreen(aim, size, begin.center)).toEqual([200, 100]);
    close(inPatient(aim, size, [200, 0]), [5, -1, 45]);
  });

  it("goes between the screen and the patient both ways", () => {
    const place = inPatient(aim, size, [31, 57]);
    const [x, y] = onScreen(aim, size, place);
    expect([x, y]).toEqual([expect.closeTo(31), expect.closeTo(57)]);
  });

  it("zooms about a point and is drawn along", () => {
    const near = zoomed(aim, size, 2, [30, 40]);
    expect(near.height).toBe(21);
    close(inPatient(near, size, [30, 40]), inPatient(aim, size, [30, 40]));
    close(inPatient(panned(aim, size, [10, -5]), size, [40, 35]), inPatient(aim, size, [30, 40]));
  });

  it("follows the cross in depth alone", () => {
    expect(through(aim, [9, 9, 60]).eye).toEqual([5, 20, 60]);
  });

  it("moves a line across itself alone", () => {
    close(lineMoved(begin, "sagittal", aim, size, [200, 100], [220, 150]), [5 + 20 * (42 / 200), 20, 45]);
    expect(angleBetween([0, 0], [10, 0], [0, 10])).toBeCloseTo(Math.PI / 2);
    expect(angleBetween([0, 0], [-10, -1], [-10, 1])).toBeCloseTo(-2 * Math.atan(0.1));
  });
});

describe("voxelOf", () => {
  it("knows a tilted gantry", () => {
    close(voxelOf({ ...grid, tilt: [0, 1] }, [5, 22, 6]), [5, 10, 2]);
  });
});

describe("looking from a side", () => {
  it.each([
    ["A", "H L F R"],
    ["P", "H R F L"],
    ["L", "H P F A"],
    ["R", "H A F P"],
    ["S", "A R P L"],
    ["I", "A L P R"],
  ] as const)("%s has the letters %s", (side, wanted) => {
    expect(SIDES).toContain(side);
    const { right, down } = lookFrom(side);
    expect(Object.values(sideLetters(right, down)).join(" ")).toBe(wanted);
  });

  it("is turned as one turns the thing: drawn to the right, its left side comes to the front", () => {
    const quarter = dragged(lookFrom("A"), Math.PI / 2, 0);
    // from the front, the patient's right is at the left of the screen; drawn to the right it comes before us
    expect(Object.values(sideLetters(quarter.right, quarter.down)).join(" ")).toBe("H A F P");
    const up = dragged(lookFrom("A"), 0, Math.PI / 2);
    expect(sideLetters(up.right, up.down).bottom).toBe("A");
  });
});
