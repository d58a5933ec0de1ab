import { describe, expect, it } from "vitest";

import type { Presentation } from "./contents.ts";
import type { Frame } from "./frames.ts";
import { areaFor, isPart, means, pathOf, shutterPath, toScreen, unappliedTo, windowFor } from "./presentation.ts";
import { rangeOf } from "./window.ts";

const frame = (sop: string, number = 1): Frame => ({ image: { sop_instance_uid: sop }, number, rows: 20, columns: 10 }) as unknown as Frame;
const state = (more: Partial<Presentation>): Presentation => ({
  label: "",
  description: "",
  inverse: false,
  rotation: 0,
  flip: false,
  rescale: [],
  windows: [],
  areas: [],
  annotations: [],
  shutters: [],
  unapplied: [],
  ...more,
});
const window = (images: Presentation["windows"][number]["images"], center: number) => ({ images, centers: [center], widths: [100], function: "", table: null });

describe("a presentation state", () => {
  it("means the images that it names, or all", () => {
    expect(means([], frame("a"))).toBe(true);
    expect(means([{ sop_instance_uid: "a", frames: [2] }], frame("a", 2))).toBe(true);
    expect(means([{ sop_instance_uid: "a", frames: [2] }], frame("a", 1))).toBe(false);
    expect(means([{ sop_instance_uid: "b", frames: [] }], frame("a"))).toBe(false);
  });

  it("has a window for each image, or a table", () => {
    const windows = [window([{ sop_instance_uid: "a", frames: [] }], 40), window([], 300)];
    expect(windowFor(state({ windows }), frame("a"))?.center).toBe(40);
    expect(windowFor(state({ windows }), frame("b"))?.center).toBe(300);
    const table = { first: 0, bits: 8, data: btoa("\u0000\u0000\u00ff\u0000"), explanation: "" };
    expect(windowFor(state({ windows: [{ ...window([], 0), table }] }), frame("a"))?.table?.entries.length).toBe(2);
    expect(windowFor(state({}), frame("a"))).toBeUndefined();
  });

  it("has its window in values of its own rescale", () => {
    const ct = { ...frame("a"), slope: 2, intercept: -1000 };
    // 100 ± 50 of stored values, which the state takes as they are
    const own = state({ rescale: [1, 0], windows: [{ ...window([], 100), function: "LINEAR_EXACT" }] });
    expect(windowFor(own, ct)).toEqual({ center: -800, width: 200, exact: true });
    // the ends of LINEAR are 50 and 149
    const linear = windowFor(state({ rescale: [1, 0], windows: [window([], 100)] }), ct);
    expect(linear && rangeOf(linear)).toEqual({ lower: -900, upper: -702 });
    expect(windowFor(state({ rescale: [1, 0], windows: [{ ...window([], 100), function: "SIGMOID" }] }), ct)).toEqual({ center: -800, width: 200, sigmoid: true });
    expect(windowFor(state({ rescale: [2, -1000], windows: [window([], 40)] }), ct)).toEqual({ center: 40, width: 100 });
  });

  it("tells of a window that the values of the frame have no words for", () => {
    const ct = { ...frame("a"), slope: 2, intercept: -1000 };
    const table = { first: 0, bits: 8, data: btoa("\u0000\u0000\u00ff\u0000"), explanation: "" };
    const windows = [{ ...window([], 0), table }];
    const other = state({ rescale: [1, 0], windows, unapplied: ["overlays"] });
    expect(windowFor(other, ct)).toBeUndefined();
    expect(unappliedTo(other, ct)).toEqual(["rescale", "overlays"]);
    expect(unappliedTo(state({ rescale: [-1, 0], windows: [window([], 40)] }), ct)).toEqual(["rescale"]);
    expect(unappliedTo(state({ rescale: [2, -1000], windows }), ct)).toEqual([]);
  });

  it("shows a part of the image, corners included", () => {
    const part = areaFor(state({ areas: [{ images: [], first: [3, 5], last: [6, 8], mode: "SCALE TO FIT" }] }), frame("a"));
    expect(part).toEqual({ left: 1.5, top: 3.5, right: 5.5, bottom: 7.5 });
    expect(isPart(part, frame("a"))).toBe(true);
    expect(isPart(areaFor(state({}), frame("a")), frame("a"))).toBe(false);
  });
});

describe("where it is drawn", () => {
  const area = { left: -0.5, top: -0.5, right: 9.5, bottom: 19.5 };

  it("pixels begin at the corner of the first, the display at its own", () => {
    expect(toScreen("PIXEL", [2, 0, 0, 2, 100, 50], area)([0.5, 0.5])).toEqual([100, 50]);
    expect(toScreen("DISPLAY", [2, 0, 0, 2, 101, 51], area)([0.5, 1])).toEqual([110, 90]);
  });

  it("circles by middle and radius, ellipses by their axes", () => {
    const circle = pathOf({ type: "CIRCLE", units: "PIXEL", filled: false, points: [5, 5, 8, 9] });
    expect(circle.every(([x, y]) => Math.abs(Math.hypot(x - 5, y - 5) - 5) < 1e-9)).toBe(true);
    const ellipse = pathOf({ type: "ELLIPSE", units: "PIXEL", filled: false, points: [0, 5, 10, 5, 5, 3, 5, 7] });
    expect([Math.min(...ellipse.map(([x]) => x)), Math.max(...ellipse.map(([, y]) => y))]).toEqual([0, 7]);
    expect(pathOf({ type: "POLYLINE", units: "PIXEL", filled: false, points: [1, 2, 3, 4] })).toEqual([[1, 2], [3, 4]]); // prettier-ignore
  });

  it("shutters leave what is inside", () => {
    expect(shutterPath({ shape: "RECTANGULAR", values: [2, 3, 8, 9] })).toEqual([[1, 2], [7, 2], [7, 8], [1, 8]]); // prettier-ignore
    expect(shutterPath({ shape: "CIRCULAR", values: [11, 6, 4] })[0]).toEqual([9, 10]);
    expect(shutterPath({ shape: "POLYGONAL", values: [1, 2, 3, 4, 5, 6] })).toEqual([[1, 0], [3, 2], [5, 4]]); // prettier-ignore
  });
});
