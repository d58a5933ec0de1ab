import { describe, expect, it } from "vitest";

import { autoWindow, rangeOf, roundWindow, showsNothing, windowOf, windowsOf } from "./window.ts";

describe("rangeOf", () => {
  // PS3.3 C.11.2.1.2.1: c = 2048, w = 4096 maps 0 to black and 4095 to white
  it.each([
    [{ center: 2048, width: 4096 }, { lower: 0, upper: 4095 }],
    [{ center: 0, width: 100 }, { lower: -50, upper: 49 }],
  ])("of %j is %j", (window, range) => {
    expect(rangeOf(window)).toEqual(range);
  });

  it("of a width of 1 is as good as a threshold", () => {
    const { lower, upper } = rangeOf({ center: 2048, width: 1 });
    expect([lower, upper].map((value) => Number(value.toFixed(2)))).toEqual([2047.5, 2047.5]);
    expect(upper).toBeGreaterThan(lower);
  });

  it("of an exact window is its width", () => {
    expect(rangeOf({ center: 0.25, width: 0.5, exact: true })).toEqual({ lower: 0, upper: 0.5 });
    expect(windowOf({ lower: 0, upper: 0.5 }, true)).toEqual({ center: 0.25, width: 0.5, exact: true });
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
  const range = (values: number[]) => rangeOf(autoWindow(values));

  it("covers the values but for the few that are far from all others", () => {
    const values = Array.from({ length: 1000 }, (_, index) => index % 100);
    values[500] = 1e6;
    expect(range(values)).toEqual({ lower: 0, upper: 99 });
  });

  it("leaves out the background, when it is a good part of the picture", () => {
    expect(range([...Array<number>(500).fill(-1024), ...Array.from({ length: 500 }, (_, index) => index)])).toEqual({ lower: 2, upper: 497 });
  });

  it("of a mask is from background to mask", () => {
    expect(range([0, 0, 0, 1, 1])).toEqual({ lower: 0, upper: 1 });
  });

  it("of one value everywhere still has a width", () => {
    expect(autoWindow([7, 7, 7]).width).toBe(1);
  });
});

describe("showsNothing", () => {
  it.each([
    ["hardly above black", [1, 2, 3], { center: 16384, width: 32768 }, true],
    ["within", [1000, 2000], { center: 16384, width: 32768 }, false],
    ["far below", [1, 2, 3], { center: 500, width: 100 }, true],
    ["far above", [1000, 2000], { center: 500, width: 100 }, true],
    ["half and half", [0, 1000], { center: 500, width: 100 }, false],
  ] as const)("%s", (_what, values, window, expected) => {
    expect(showsNothing(values, window)).toBe(expected);
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
