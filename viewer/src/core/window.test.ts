import { describe, expect, it } from "vitest";

import { autoWindow, rangeOf, roundWindow, windowOf, windowsOf } from "./window.ts";

describe("rangeOf", () => {
  // PS3.3 C.11.2.1.2.1: c = 2048, w = 4096 maps 0 to black and 4095 to white
  it.each([
    [{ center: 2048, width: 4096 }, { lower: 0, upper: 4095 }],
    [{ center: 2048, width: 1 }, { lower: 2047.5, upper: 2047.5 }],
    [{ center: 0, width: 100 }, { lower: -50, upper: 49 }],
    [{ center: 0, width: 0.2 }, { lower: -0.5, upper: -0.5 }],
  ])("of %j is %j", (window, range) => {
    expect(rangeOf(window)).toEqual(range);
  });

  it("comes back", () => {
    expect(windowOf(rangeOf({ center: 40, width: 400 }))).toEqual({ center: 40, width: 400 });
  });
});

describe("windowsOf", () => {
  it("pairs centres with widths and leaves out what is no window", () => {
    expect(windowsOf([40, -600, 5, 7], [400, 1500, 0])).toEqual([
      { center: 40, width: 400 },
      { center: -600, width: 1500 },
    ]);
  });
});

describe("autoWindow", () => {
  it("covers the values but for the few that are far from all others", () => {
    const values = Array.from({ length: 1000 }, (_, index) => index % 100);
    values[500] = 1e6;
    const { lower, upper } = rangeOf(autoWindow(values));
    expect(lower).toBeGreaterThanOrEqual(0);
    expect(lower).toBeLessThan(3);
    expect(upper).toBeLessThan(101);
    expect(upper).toBeGreaterThan(95);
  });

  it("of one value everywhere still has a width", () => {
    expect(autoWindow([7, 7, 7]).width).toBe(2);
  });
});

describe("roundWindow", () => {
  it.each([
    [400, 400],
    [1234.56, 1235],
    [0.012345, 0.0123],
    [-3.14159, -3.14],
  ])("of %d is %d", (value, expected) => {
    expect(roundWindow(value)).toBe(expected);
  });
});
