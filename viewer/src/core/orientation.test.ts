import { describe, expect, it } from "vitest";

import { imagePlane } from "./geometry.ts";
import { directionLetters, sideLetters } from "./orientation.ts";

const degrees = (angle: number): number => (angle * Math.PI) / 180;

describe("directionLetters", () => {
  it.each([
    [[1, 0, 0], "L"],
    [[-1, 0, 0], "R"],
    [[0, 1, 0], "P"],
    [[0, -1, 0], "A"],
    [[0, 0, 1], "H"],
    [[0, 0, -1], "F"],
    [[0, 0, 0], ""],
    [[3, 0, 4], "HL"],
    [[-4, 3, 0], "RP"],
    [[1, -1.1, 0.9], "ALH"],
  ] as const)("of %j is %s", (direction, expected) => {
    expect(directionLetters(direction)).toBe(expected);
  });

  it("names a second direction from about twelve degrees on", () => {
    expect(directionLetters([Math.cos(degrees(8)), 0, Math.sin(degrees(8))])).toBe("L");
    expect(directionLetters([Math.cos(degrees(15)), 0, Math.sin(degrees(15))])).toBe("LH");
  });
});

describe("sideLetters", () => {
  it("of an axial image has the patient's left at the right", () => {
    expect(sideLetters([1, 0, 0], [0, 1, 0])).toEqual({ top: "A", right: "L", bottom: "P", left: "R" });
  });

  it("of a sagittal and of a coronal image", () => {
    expect(sideLetters([0, 1, 0], [0, 0, -1])).toEqual({ top: "H", right: "P", bottom: "F", left: "A" });
    expect(sideLetters([1, 0, 0], [0, 0, -1])).toEqual({ top: "H", right: "L", bottom: "F", left: "R" });
  });

  it("turns with the image", () => {
    expect(sideLetters([0, -1, 0], [1, 0, 0])).toEqual({ top: "R", right: "A", bottom: "L", left: "P" });
  });
});

describe("imagePlane", () => {
  it("mends rounded cosines and completes the normal", () => {
    const plane = imagePlane([0.999, 0, 0, 0, 1.001, 0]);
    expect(plane).toEqual({ row: [1, 0, 0], column: [0, 1, 0], normal: [0, 0, 1] });
  });

  it.each([[[]], [[1, 0, 0]], [[1, 0, 0, 1, 0, 0]], [[0, 0, 0, 0, 1, 0]], [[1, 0, 0, 0.5, 0.9, 0]], [[NaN, 0, 0, 0, 1, 0]]])(
    "of %j is none",
    (orientation) => {
      expect(imagePlane(orientation)).toBeUndefined();
    },
  );
});
