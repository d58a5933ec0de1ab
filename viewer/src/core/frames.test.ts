import { describe, expect, it } from "vitest";

import { cineRate, frameKey, framesOf, meanRate, sliceLocation, staying } from "./frames.ts";
import type { SeriesImage } from "./model.ts";
import { image, perFrame } from "./testing.ts";

describe("framesOf", () => {
  it("keeps the order of the instances and numbers frames from 1", () => {
    const frames = framesOf([image({ id: "b" }), image({ id: "a", frames: 2 })]);
    expect(frames.map(frameKey)).toEqual(["fileroom:b/1", "fileroom:a/1", "fileroom:a/2"]);
  });

  it.each<[string, Partial<SeriesImage>]>([
    ["without pixels", { has_pixels: false }],
    ["without rows", { rows: null }],
    ["of no columns", { columns: 0 }],
    ["that is a video", { transfer_syntax_uid: "1.2.840.10008.1.2.4.102" }],
  ])("leaves out an instance %s", (_what, values) => {
    expect(framesOf([image(values)])).toEqual([]);
  });

  it("takes a frame's own values where it has them, and the instance's where not", () => {
    const own = perFrame(2, {
      image_position: [
        [0, 0, 1],
        [0, 0, 2],
      ],
      image_orientation: [
        [1, 0, 0, 0, 1, 0],
        [0, 1, 0, 0, 0, -1],
      ],
      pixel_spacing: [[], [0.5, 0.5]],
      window_center: [[], [100]],
      window_width: [[], [50]],
      rescale_slope: [null, 2],
      rescale_intercept: [-5, null],
    });
    const values = { frames: 2, per_frame: own, window_center: [40], window_width: [400], rescale_slope: 1, rescale_intercept: -1024 };
    const [first, second] = framesOf([image({ ...values, pixel_spacing: [0.7, 0.8] })]);
    expect(first).toMatchObject({ slope: 1, intercept: -5, windows: [{ center: 40, width: 400 }] });
    expect(first?.spacing).toEqual({ row: 0.7, column: 0.8, atDetector: false });
    expect(second).toMatchObject({ slope: 2, intercept: -1024, windows: [{ center: 100, width: 50 }] });
    expect(second?.spacing).toEqual({ row: 0.5, column: 0.5, atDetector: false });
    expect(second?.plane?.row).toEqual([0, 1, 0]);
    expect(second?.position).toEqual([0, 0, 2]);
  });

  it("does not take the window of the first frame for that of all", () => {
    const own = perFrame(2, { window_center: [[40], []], window_width: [[400], []] });
    const [first, second] = framesOf([image({ frames: 2, per_frame: own, window_center: [40], window_width: [400] })]);
    expect([first?.windows, second?.windows]).toEqual([[{ center: 40, width: 400 }], []]);
  });

  it("does not take the position of the first frame for that of all", () => {
    const [, second] = framesOf([image({ frames: 2, image_position: [0, 0, 5] })]);
    expect(second?.position).toBeUndefined();
  });

  it("says when a spacing is that of the detector", () => {
    const [frame] = framesOf([image({ pixel_spacing: [], imager_pixel_spacing: [0.14, 0.15] })]);
    expect(frame?.spacing).toEqual({ row: 0.14, column: 0.15, atDetector: true });
    // the same for the patient: nobody has corrected it
    const [same, corrected] = framesOf([[0.14, 0.15], [0.12, 0.13]].map((spacing) => image({ pixel_spacing: spacing, imager_pixel_spacing: [0.14, 0.15] })));
    expect([same?.spacing?.atDetector, corrected?.spacing]).toEqual([true, { row: 0.12, column: 0.13, atDetector: false }]);
  });

  it("does not believe a spacing that makes a pixel twenty times as long as wide", () => {
    expect(framesOf([image({ pixel_spacing: [1, 0.01] })])[0]?.spacing).toBeUndefined();
  });

  it("does not believe a slope of 0", () => {
    expect(framesOf([image({ rescale_slope: 0 })])[0]?.slope).toBe(1);
  });
});

describe("sliceLocation", () => {
  it.each<[string, Partial<SeriesImage>, number | undefined]>([
    ["axial", { image_orientation: [1, 0, 0, 0, 1, 0], image_position: [-200, -180, 12.5] }, 12.5],
    ["axial, columns running up", { image_orientation: [1, 0, 0, 0, -1, 0], image_position: [-200, 180, 12.5] }, 12.5],
    ["coronal", { image_orientation: [1, 0, 0, 0, 0, -1], image_position: [-200, 33, 100] }, 33],
    ["sagittal", { image_orientation: [0, 1, 0, 0, 0, -1], image_position: [-7, 33, 100] }, -7],
    ["without geometry", { image_orientation: [], image_position: [], slice_location: 3 }, 3],
    ["without anything", { image_orientation: [], image_position: [] }, undefined],
  ])("of an image %s", (_what, values, expected) => {
    const [frame] = framesOf([image(values)]);
    expect(frame === undefined ? undefined : sliceLocation(frame)).toBe(expected);
  });
});

describe("cineRate", () => {
  it.each<[string, Partial<SeriesImage>, number | undefined]>([
    ["by frame time", { frames: 9, frame_time: 40, cine_rate: 10 }, 25],
    ["as recommended", { frames: 9, cine_rate: 12 }, 12],
    ["unknown", { frames: 9 }, undefined],
    ["of a gated image", { frames: 2, per_frame: perFrame(2, { frame_time: [62.5, 62.5] }) }, 16],
    ["of a dynamic image that took hours", { frames: 2, per_frame: perFrame(2, { frame_time: [60000, 60000] }) }, 1],
    ["of a rotation: a turn in six seconds", { frames: 2, per_frame: perFrame(2, { angular_step: [6, 6] }) }, 10],
    ["of a gated rotation: by the heart", { frames: 2, per_frame: perFrame(2, { angular_step: [6, 6], frame_time: [50, 50] }) }, 20],
    ["of a still image", { frames: 1, cine_rate: 12 }, undefined],
  ])("%s", (_what, values, expected) => {
    expect(cineRate(framesOf([image(values)]))).toBe(expected);
  });
});

describe("frames that come unevenly", () => {
  const [first, second, third] = framesOf([image({ frames: 3 })]);

  it("stay for as long as the file says, the last as long as on the whole", () => {
    const times = [0, 32, 96];
    expect(meanRate(times)).toBe(15.625);
    expect([first, second, third].map((frame) => frame && staying(frame, times))).toEqual([0.5, 1.5, 1]);
  });

  it("stay alike where there are no times", () => {
    expect([first, second, third].map((frame) => frame && staying(frame, []))).toEqual([1, 1, 1]);
    expect([meanRate([]), meanRate([0])]).toEqual([undefined, undefined]);
  });
});
