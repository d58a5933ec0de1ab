import { describe, expect, it } from "vitest";

import type { Presentation } from "./contents.ts";
import type { Frame } from "./frames.ts";
import type { OverlayData, TableData } from "./model.ts";
import { annotationsOn, areaFor, bitmapShutter, isPart, means, overlaysOver, pathOf, shutterPath, toScreen, unappliedTo, windowFor } from "./presentation.ts";
import { lookUp } from "./tables.ts";
import { colourOf, curveOf } from "./transfer.ts";
import { rangeOf } from "./window.ts";

const frame = (sop: string, number = 1): Frame => ({ image: { sop_instance_uid: sop }, number, rows: 20, columns: 10 }) as unknown as Frame;
const state = (more: Partial<Presentation>): Presentation => ({
  label: "",
  description: "",
  images: [],
  inverse: false,
  rotation: 0,
  flip: false,
  rescale: [],
  modality_table: null,
  presentation_table: null,
  windows: [],
  areas: [],
  annotations: [],
  layers: [],
  activations: [],
  overlays: [],
  palette: "",
  shutters: [],
  shutter_overlay: 0,
  shutter_colour: [0, 0, 0],
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

  it("says which overlays are drawn, of the image and its own, in what order and colour", () => {
    const plane = (group: number, label: string): OverlayData => ({ group, kind: "G", rows: 1, columns: 1, origin: [1, 1], frames: 1, first_frame: 1, label, data: "AQ==" });
    const image = [plane(0x6000, "a"), plane(0x6002, "b"), plane(0x6004, "c"), plane(0x6006, "d")];
    const asked = state({
      images: [{ sop_instance_uid: "x", frames: [] }],
      layers: [
        { name: "TOP", order: 2, colour: [255, 0, 0] },
        { name: "LOW", order: 1, colour: null },
      ],
      // b is not to be seen, c is another one, of d nothing is said
      activations: [
        { group: 0x6000, layer: "TOP" },
        { group: 0x6002, layer: "" },
        { group: 0x6004, layer: "LOW" },
      ],
      overlays: [plane(0x6004, "own"), plane(0x6008, "mask")],
      shutter_overlay: 0x6008,
    });
    const seen = (sop: string) => overlaysOver(frame(sop), image, asked).map(({ overlay, colour }) => [overlay.label, colour]);
    expect(seen("x")).toEqual([["d", undefined], ["own", undefined], ["a", [255, 0, 0]]]); // prettier-ignore
    expect(seen("y").map(([label]) => label)).toEqual(["a", "b", "c", "d"]); // it is about another image
    expect(overlaysOver(frame("x"), image).length).toBe(4);
    expect(bitmapShutter(asked, frame("x"))?.label).toBe("mask");
    expect(bitmapShutter(asked, frame("y"))).toBeUndefined();
  });

  it("draws the annotations of higher layers over those of lower ones, in their colours", () => {
    const on = (layer: string, sop: string) => ({ images: [{ sop_instance_uid: sop, frames: [] }], layer, graphics: [], texts: [] });
    const layers = [
      { name: "A", order: 2, colour: [0, 0, 255] as const },
      { name: "B", order: 1, colour: null },
    ];
    const drawn = annotationsOn(state({ layers, annotations: [on("A", "x"), on("B", "x"), on("B", "y")] }), frame("x"));
    expect(drawn.map(({ layer, colour }) => [layer, colour])).toEqual([["B", undefined], ["A", [0, 0, 255]]]); // prettier-ignore
  });

  it("gives greys their colours, in its window or that of the file", () => {
    const palette = btoa(String.fromCharCode(0, 0, 0, 255, 0, 0, 255, 255, 255)); // black, red, white
    const coloured = windowFor(state({ palette, windows: [{ ...window([], 50), function: "LINEAR_EXACT" }] }), frame("a"));
    if (coloured === undefined) throw new Error("no window");
    const curve = curveOf(coloured);
    expect([curve[0]?.value, curve.at(-1)?.value]).toEqual([0, 100]);
    expect(colourOf(curve.at(curve.length >> 1)?.grey ?? 0, coloured.colours)).toEqual([1, 0, 0]);
    expect(colourOf(1, coloured.colours)).toEqual([1, 1, 1]);
    expect(colourOf(0.25)).toEqual([0.25, 0.25, 0.25]);
    const own = { ...frame("a"), windows: [{ center: 7, width: 3 }] };
    expect(windowFor(state({ palette }), own)).toMatchObject({ center: 7, width: 3, colours: coloured.colours });
    // of bytes without a window, all of them
    const bytes = { ...frame("a"), windows: [], slope: 1, intercept: 0, image: { bits_stored: 8, pixel_representation: 0 } } as unknown as Frame;
    expect(windowFor(state({ palette }), bytes)).toMatchObject({ center: 127.5, width: 255, exact: true });
    const real = { ...bytes, slope: 0.5 };
    expect(windowFor(state({ palette }), real)).toBeUndefined();
    expect(unappliedTo(state({ palette }), real)).toEqual(["palette"]);
    expect(unappliedTo(state({ palette }), bytes)).toEqual([]);
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

  describe("with tables", () => {
    const words = (first: number, bits: number, ...entries: number[]): TableData => ({
      first,
      bits,
      data: btoa(entries.map((entry) => String.fromCharCode(entry & 255, entry >> 8)).join("")),
      explanation: "",
    });
    const image = { sop_instance_uid: "a", bits_stored: 12, pixel_representation: 1 };
    const ct = { image, number: 1, rows: 20, columns: 10, slope: 2, intercept: -1000 } as unknown as Frame;
    const voi = words(100, 8, 0, 0, 51, 255);
    const bend = words(0, 10, ...Array.from({ length: 1024 }, (_, level) => Math.round(1023 * (level / 1023) ** 2)));
    const modality = words(-100, 12, ...Array.from({ length: 201 }, (_, at) => at * 20));
    const linear = { ...window([], 2000), widths: [1001] };
    const clamp = (grey: number): number => Math.min(1, Math.max(0, grey));

    /** What each stored value is to look like, written out here. */
    const cases: [name: string, state: Presentation, grey: (stored: number) => number][] = [
      ["a window table in values of its own rescale", state({ rescale: [1, 0], windows: [{ ...window([], 0), table: voi }] }), (stored) => ([0, 0, 0.2, 1][Math.min(3, Math.max(0, stored - 100))] ?? 0)],
      ["a rescale that falls", state({ rescale: [-1, 0], windows: [window([], 40)] }), (stored) => clamp((-stored - (39.5 - 49.5)) / 99)],
      ["a table of values", state({ modality_table: modality, windows: [linear] }), (stored) => clamp((Math.min(4000, Math.max(0, (stored + 100) * 20)) - 1499.5) / 1000)],
      ["a table of values without a window", state({ modality_table: modality }), (stored) => Math.min(4000, Math.max(0, (stored + 100) * 20)) / 4095],
      ["a table of grey levels", state({ rescale: [2, -1000], windows: [window([], 40)], presentation_table: bend }), (stored) => clamp((stored * 2 - 1000 - (39.5 - 49.5)) / 99) ** 2],
      ["a table of grey levels behind a sigmoid", state({ windows: [{ ...window([], 40), function: "SIGMOID" }], presentation_table: bend }), (stored) => (1 / (1 + Math.exp((-4 * (stored * 2 - 1000 - 40)) / 100))) ** 2],
    ];
    it.each(cases)("%s: each stored value has the grey that it asks for", (_, asked, grey) => {
      const { table } = windowFor(asked, ct) ?? expect.fail("there is none");
      if (table === undefined) expect.fail("it is no table");
      for (let stored = -2048; stored < 2048; stored += 1) {
        expect(Math.abs(lookUp(table, stored * 2 - 1000) / 65535 - grey(stored))).toBeLessThan(asked.presentation_table === null ? 1e-4 : 3e-3);
      }
      expect(unappliedTo(asked, ct)).toEqual([]);
    });

    it("names the window whose grey levels it bends", () => {
      const found = windowFor(state({ windows: [window([], 40)], presentation_table: bend }), ct);
      expect([found?.center, found?.width]).toEqual([40, 100]);
    });

    it("tells of what goes by stored values, where a table of the image stands before them", () => {
      const asked = state({ rescale: [1, 0], windows: [window([], 40)] });
      expect([windowFor(asked, ct, true), unappliedTo(asked, ct, true)]).toEqual([undefined, ["rescale"]]);
      expect(unappliedTo(state({ modality_table: modality }), ct, true)).toEqual(["modality_table"]);
      expect(windowFor(state({ windows: [window([], 40)] }), ct, true)?.center).toBe(40); // in the values that it gives
    });

    it("tells of what the values of a frame have no words for", () => {
      const fine = { ...ct, slope: 0.5 };
      const asked = state({ rescale: [1, 0], windows: [{ ...window([], 0), table: voi }], presentation_table: bend, unapplied: ["overlays"] });
      expect(windowFor(asked, fine)).toBeUndefined();
      expect(unappliedTo(asked, fine)).toEqual(["rescale", "presentation_table", "overlays"]);
      expect(unappliedTo(state({ modality_table: modality }), fine)).toEqual(["modality_table"]);
      expect(unappliedTo(state({ presentation_table: bend }), ct)).toEqual(["presentation_table"]); // no window for it to bend
    });
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
