import { describe, expect, it } from "vitest";

import { framesOf } from "./frames.ts";
import { axesOf, begun, done, type Ground, groundOf, measure, quantityOf, redone, scaleOf, undone, withPoint } from "./measure.ts";
import type { Display } from "./model.ts";
import { image } from "./testing.ts";

const [frame] = framesOf([image({ pixel_spacing: [2, 0.5], rescale_slope: 1 })]);
if (frame === undefined) throw new Error("no frame");
const DISPLAY: Display = { modality_table: null, voi_tables: [], overlays: [], padding: [], regions: [], uptake: null, frame_times: [], frame_tables: [], table_of_frame: [] };

/** 4 × 4 pixels with the values 0 … 15. */
const pixels = { rows: 4, columns: 4, channels: 1, values: Array.from({ length: 16 }, (_, index) => index) };
const flat: Ground = { scale: { across: 1, down: 1, unit: "px" }, quantity: { unit: "1", factor: 1 }, pixels, padding: undefined };
const said = (found: ReturnType<typeof measure>): Record<string, number> => Object.fromEntries(found.map(({ name, value }) => [name, Number(value.toFixed(4))]));

describe("sizes", () => {
  it("are millimetres of pixels that are taller than wide", () => {
    const ground = groundOf(frame, "CT", [], pixels, undefined);
    // 6 columns of 0.5 mm and 2 rows of 2 mm: 3 and 4 make 5
    expect(measure("length", [[1, 1], [7, 3]], ground)).toEqual([{ name: "length", value: 5, unit: "mm" }]);
    expect(measure("rectangle", [[0, 0], [3, 3]], ground)[0]).toEqual({ name: "area", value: 9, unit: "mm2" });
    // in pixels a right angle, on the body not
    expect(said(measure("angle", [[4, 0], [0, 0], [4, 1]], ground))).toEqual({ angle: 45 });
  });

  it.each([
    [[[1, 0], [0, 0], [0, 5]], 90],
    [[[1, 0], [0, 0], [-3, 0]], 180],
    [[[1, 0], [0, 0], [1, Math.tan(Math.PI / 6)]], 30],
  ] as const)("an angle at the second of %j is %i°", (points, angle) => {
    expect(said(measure("angle", points, flat))).toEqual({ angle });
  });

  it("the Cobb angle is the smaller one of two lines, whichever way they were drawn", () => {
    const upper = [[0, 0], [10, 1]] as const;
    const lower = [[0, 9], [10, 5]] as const;
    const angle = ((Math.atan(0.1) + Math.atan(0.4)) * 180) / Math.PI;
    expect(measure("cobb", [...upper, ...lower], flat)[0]?.value).toBeCloseTo(angle, 9);
    expect(measure("cobb", [...upper, ...[...lower].reverse()], flat)[0]?.value).toBeCloseTo(angle, 9);
  });

  it("are pixels where nobody said how large they are, or only at the detector", () => {
    const [film] = framesOf([image({ pixel_spacing: [], imager_pixel_spacing: [0.1, 0.1] })]);
    const [odd] = framesOf([image({ pixel_spacing: [], pixel_aspect_ratio: [3, 1] })]);
    if (film === undefined || odd === undefined) throw new Error("no frame");
    expect(scaleOf(film, [])).toEqual({ across: 1, down: 1, unit: "px" });
    expect(scaleOf(odd, [])).toEqual({ across: 1, down: 3, unit: "px" });
  });

  it("of ultrasound are those of the region in which all lies", () => {
    const [scan] = framesOf([image({ pixel_spacing: [] })]);
    if (scan === undefined) throw new Error("no frame");
    const tissue = { left: 0, top: 0, right: 100, bottom: 100, across: 0.2, down: 0.3, high: false };
    const within = (regions: Display["regions"]) => ({ ...DISPLAY, regions });
    expect(scaleOf(scan, [[5, 5], [99, 99]], within([tissue]))).toEqual({ across: 0.2, down: 0.3, unit: "mm" });
    expect(scaleOf(scan, [[5, 5], [101, 99]], within([tissue])).unit).toBe("px");
  });

  it("of ultrasound are pixels where a spectrum covers the tissue, or where another scale does", () => {
    const [scan] = framesOf([image({ pixel_spacing: [] })]);
    if (scan === undefined) throw new Error("no frame");
    const box = { left: 0, top: 0, right: 100, bottom: 100 };
    const tissue = { ...box, across: 0.2, down: 0.2, high: false };
    const spectrum = { ...box, top: 60, across: null, down: null, high: true };
    const unit = (regions: Display["regions"], y: number) => scaleOf(scan, [[5, 5], [50, y]], { ...DISPLAY, regions }).unit;
    expect([unit([tissue, spectrum], 50), unit([tissue, spectrum], 70)]).toEqual(["mm", "px"]);
    // below it hides nothing; flow of the same size may cover tissue; two sizes at one place are none
    expect(unit([{ ...tissue, high: true }, { ...spectrum, high: false }], 70)).toBe("mm");
    expect(unit([tissue, { ...tissue, top: 60, high: true }], 70)).toBe("mm");
    expect(unit([tissue, { ...tissue, across: 0.5 }], 70)).toBe("px");
  });

  it("of ultrasound with regions are not those of the whole image beside them", () => {
    const regions = [{ left: 0, top: 0, right: 10, bottom: 10, across: 0.2, down: 0.2, high: true }];
    expect(scaleOf(frame, [[1, 1], [50, 50]], { ...DISPLAY, regions })).toMatchObject({ across: 1, unit: "px" });
    expect(scaleOf(frame, [[1, 1], [5, 5]], { ...DISPLAY, regions })).toMatchObject({ across: 0.2, unit: "mm" });
  });
});

describe("values", () => {
  it("of a rectangle are those of the pixels whose middle lies in it", () => {
    // 5 6 / 9 10
    expect(said(measure("rectangle", [[0.5, 0.5], [2.5, 2.5]], flat))).toEqual({ area: 4, mean: 7.5, sd: 2.0616, min: 5, max: 10 });
  });

  it("of an ellipse and of a free line", () => {
    // a circle around 1.5, 1.5 that leaves the four corners out
    const round = axesOf([[-0.2, -0.2], [3.2, 3.2]]);
    expect(said(measure("ellipse", round, flat))).toMatchObject({ area: Number((Math.PI * 1.7 * 1.7).toFixed(4)), mean: 7.5, min: 1, max: 14 });
    expect(said(measure("freehand", [[-0.5, -0.5], [3.4, -0.5], [-0.5, 3.4]], flat))).toMatchObject({ area: 7.605, mean: 3.3333, min: 0, max: 8 });
  });

  it("leave padding out, and are nothing of colour or beside the image", () => {
    expect(said(measure("rectangle", [[0, 0], [3, 0]], { ...flat, padding: { lower: 0, upper: 1 } }))).toMatchObject({ mean: 2.5, min: 2 });
    expect(measure("probe", [[9, 9]], flat)).toEqual([]);
    expect(measure("probe", [[1, 1]], { ...flat, pixels: { ...pixels, channels: 3 } })).toEqual([]);
    expect(measure("rectangle", [[10, 10], [12, 12]], flat).map(({ name }) => name)).toEqual(["area"]);
  });

  it("have the unit of the modality", () => {
    const pet = framesOf([image({ units: "BQML" })])[0] ?? frame;
    expect(quantityOf("CT", frame)).toEqual({ unit: "HU", factor: 1 });
    expect(quantityOf("MR", frame)).toEqual({ unit: "1", factor: 1 });
    expect(quantityOf("XA", framesOf([image({ rescale_type: "HU" })])[0] ?? frame)).toEqual({ unit: "HU", factor: 1 });
    expect(quantityOf("CT", framesOf([image({ rescale_type: "Z_EFF", rescale_slope: 1 })])[0] ?? frame)).toEqual({ unit: "1", factor: 1 });
    expect(quantityOf("PT", pet)).toEqual({ unit: "Bq/ml", factor: 1 });
    const uptake = quantityOf("PT", pet, { ...DISPLAY, uptake: { factor: 0.001, missing: "" } });
    expect(uptake).toEqual({ unit: "SUVbw", factor: 0.001 });
    expect(measure("probe", [[3, 3]], { ...flat, quantity: uptake })).toEqual([{ name: "value", value: 0.015, unit: "SUVbw" }]);
  });
});

describe("changing what was measured", () => {
  it("draws one end of a line, or one side of an ellipse", () => {
    expect(withPoint({ kind: "length", points: [[0, 0], [1, 1]] }, 1, [5, 6])).toEqual([[0, 0], [5, 6]]);
    const ellipse = axesOf([[0, 0], [4, 2]]);
    expect(withPoint({ kind: "ellipse", points: ellipse }, 3, [8, 99])).toEqual(axesOf([[0, 0], [8, 2]]));
  });

  it("can be undone and done again, until something else is done", () => {
    const history = done(done(begun("a"), "b"), "c");
    expect(undone(history).now).toBe("b");
    expect(undone(undone(undone(history))).now).toBe("a");
    expect(redone(undone(history)).now).toBe("c");
    expect(redone(done(undone(history), "d")).now).toBe("d");
  });
});
