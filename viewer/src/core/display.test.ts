import { describe, expect, it } from "vitest";

import { framesOf } from "./frames.ts";
import type { Display } from "./model.ts";
import { needsDisplay } from "./needs.ts";
import { filmLetters } from "./orientation.ts";
import { overlayFrame, overlayPixels } from "./overlays.ts";
import { lookUp, paddingOf, tableOf, tablesOf, throughTable } from "./tables.ts";
import { curveOf } from "./transfer.ts";
import { image } from "./testing.ts";
import { autoWindow, presetsOf, rangeOf, tableWindow, windowsOf } from "./window.ts";

const EMPTY: Display = {
  modality_table: null,
  voi_tables: [],
  overlays: [],
  padding: [],
  regions: [],
  uptake: null,
  frame_times: [],
  frame_tables: [],
  table_of_frame: [],
};

const base64 = (...bytes: number[]): string => btoa(String.fromCharCode(...bytes));

describe("a look-up table", () => {
  // entries 0, 256, 1023 for the values 10, 11, 12, of ten bits
  const table = tableOf({ first: 10, bits: 10, data: base64(0, 0, 0, 1, 0xff, 3), explanation: "" });

  it("gives its ends to what lies beyond them", () => {
    expect([...throughTable([-5, 10, 11, 12, 900], table)]).toEqual([0, 0, 256, 1023, 1023]);
    expect(lookUp({ ...table, first: -11 }, -10)).toBe(256);
  });

  it("is a curve from black to white", () => {
    expect(curveOf(tableWindow(table))).toEqual([
      { value: 10, grey: 0 },
      { value: 11, grey: 256 / 1023 },
      { value: 12, grey: 1 },
    ]);
  });

  it("of 65536 entries becomes a curve that ends where it does", () => {
    const long = curveOf(tableWindow({ first: 0, bits: 16, entries: Uint16Array.from({ length: 65536 }, (_, index) => index), explanation: "" }));
    expect(long.length).toBeLessThanOrEqual(8193);
    expect(long.at(-1)).toEqual({ value: 65535, grey: 1 });
  });

  it("of a frame comes before those of the whole image", () => {
    const [one, two, common] = ["1", "2", "0"].map((explanation) => ({ first: 0, bits: 8, data: base64(0, 0), explanation }));
    if (one === undefined || two === undefined || common === undefined) throw new Error("three of them");
    const display = { ...EMPTY, voi_tables: [common], frame_tables: [one, two], table_of_frame: [1, -1, 0] };
    expect([1, 2, 3, 4].map((number) => tablesOf(display, number).map(({ explanation }) => explanation))).toEqual([["2", "0"], ["0"], ["1", "0"], ["0"]]);
    expect(tableOf(one)).toBe(tableOf(one));
  });

  it("has a window from its first to its last value", () => {
    expect(rangeOf(tableWindow(table))).toEqual({ lower: 10, upper: 12 });
  });
});

describe("windows of other kinds", () => {
  it("may be narrower than 1", () => {
    expect(windowsOf([0.5], [0.2])).toEqual([]);
    expect(windowsOf([0.5], [0.2], "LINEAR_EXACT")).toEqual([{ center: 0.5, width: 0.2, exact: true }]);
    expect(windowsOf([2048], [1000], "SIGMOID")).toEqual([{ center: 2048, width: 1000, sigmoid: true }]);
  });

  it("leave padding out where none is given", () => {
    const values = [...Array<number>(50).fill(-2000), ...Array.from({ length: 101 }, (_, index) => index)];
    expect(rangeOf(autoWindow(values, paddingOf([-2000], 1, 0))).lower).toBeGreaterThanOrEqual(0);
    expect(paddingOf([10, 0], 2, -1)).toEqual({ lower: -1, upper: 19 });
    expect(paddingOf([], 1, 0)).toBeUndefined();
  });

  it("of PET are of uptake, where it is known", () => {
    expect(presetsOf("PT")).toEqual([]);
    expect(rangeOf(presetsOf("PT", 0.0005)[0] ?? { center: 0, width: 0 })).toEqual({ lower: 0, upper: 10000 });
    expect(presetsOf("CT").length).toBe(6);
  });
});

describe("an image without a plane in the patient", () => {
  const [upright, quarter, mirrored] = [
    { right: [1, 0], down: [0, 1] },
    { right: [0, -1], down: [1, 0] }, // turned clockwise: what was up is at the right
    { right: [-1, 0], down: [0, 1] },
  ] as const;

  it("takes its letters from Patient Orientation, however it is turned", () => {
    expect(filmLetters(["L", "F"], upright)).toEqual({ top: "H", right: "L", bottom: "F", left: "R" });
    expect(filmLetters(["L", "F"], quarter)).toEqual({ top: "R", right: "H", bottom: "L", left: "F" });
    expect(filmLetters(["L", "F"], mirrored)).toEqual({ top: "H", right: "R", bottom: "F", left: "L" });
    expect(filmLetters(["A", "FR"], upright)).toEqual({ top: "HL", right: "A", bottom: "FR", left: "P" });
  });

  it("has none where it does not say, or says what is no direction", () => {
    expect(filmLetters([], upright)).toBeUndefined();
    expect(filmLetters(["LE", "F"], upright)).toBeUndefined();
  });

  it("has the proportions of its pixels", () => {
    const [frame] = framesOf([image({ pixel_spacing: [], pixel_aspect_ratio: [4, 3] })]);
    expect(frame).toMatchObject({ spacing: undefined, aspect: 4 / 3 });
    expect(framesOf([image({ pixel_spacing: [2, 1], pixel_aspect_ratio: [4, 3] })])[0]?.aspect).toBe(2);
    expect(framesOf([image({ pixel_spacing: [], pixel_aspect_ratio: [1, 0] })])[0]?.aspect).toBe(1);
  });

  it("is inverted once, whatever it says twice", () => {
    const inverted = (photometric_interpretation: string, presentation_lut_shape: string): boolean | undefined =>
      framesOf([image({ photometric_interpretation, presentation_lut_shape })])[0]?.inverted;
    expect(inverted("MONOCHROME2", "IDENTITY")).toBe(false);
    expect(inverted("MONOCHROME1", "INVERSE")).toBe(true);
    expect(inverted("MONOCHROME1", "")).toBe(true);
    expect(inverted("MONOCHROME2", "INVERSE")).toBe(true);
    expect(inverted("RGB", "INVERSE")).toBe(false);
  });
});

describe("an overlay", () => {
  const overlay = { group: 0x6000, kind: "G", rows: 1, columns: 3, origin: [1, 1], frames: 2, first_frame: 3, label: "", data: base64(0b101001) } as const;

  it("lies over the frames that it names", () => {
    expect([1, 2, 3, 4, 5].map((number) => overlayFrame(overlay, number, 9))).toEqual([undefined, undefined, 0, 1, undefined]);
    expect(overlayFrame({ ...overlay, frames: 1, first_frame: 1 }, 7, 9)).toBe(0);
  });

  it("is coloured where its bits are set", () => {
    const set = (frame: number): boolean[] => {
      const pixels = overlayPixels(overlay, frame, [255, 200, 0]);
      return [0, 1, 2].map((pixel) => pixels[pixel * 4 + 3] === 255);
    };
    expect(set(0)).toEqual([true, false, false]);
    expect(set(1)).toEqual([true, false, true]);
  });
});

describe("what has to be asked of the file", () => {
  it.each([
    ["CT", { window_center: [40], window_width: [400], rescale_slope: 1 }, false],
    ["MR", {}, false],
    ["CT", { overlay_rows: 512, rescale_slope: 1 }, true],
    ["DX", { window_center: [40], rescale_slope: 1 }, true],
    ["OT", {}, true],
    ["OT", { window_center: [40], rescale_slope: 1 }, false],
    ["US", { samples_per_pixel: 3, photometric_interpretation: "RGB" }, false],
    ["US", { samples_per_pixel: 3, photometric_interpretation: "RGB", frames: 30 }, true],
    ["US", { samples_per_pixel: 3, photometric_interpretation: "RGB", frames: 30, frame_time: 40 }, false],
  ] as const)("%s %j: %s", (modality, values, needed) => {
    expect(needsDisplay(image(values), modality)).toBe(needed);
  });
});
