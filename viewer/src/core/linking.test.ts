import { describe, expect, it } from "vitest";

import { applied, direction, inverted } from "./affine.ts";
import { type Frame, framesOf } from "./frames.ts";
import { cutLine, nearestAlong, parallel, sameSpace } from "./linking.ts";
import { magnified, shader } from "./loupe.ts";
import type { SeriesImage } from "./model.ts";
import { image } from "./testing.ts";

function frame(values: Partial<SeriesImage>): Frame {
  const [made] = framesOf([image({ rows: 10, columns: 10, frame_of_reference_uid: "1.2", ...values })]);
  if (made === undefined) throw new Error("no frame");
  return made;
}
const axial = (z: number): Frame => frame({ image_position: [0, 0, z] });
const coronal = (y: number): Frame => frame({ image_position: [0, y, 9], image_orientation: [1, 0, 0, 0, 0, -1] });

describe("two stacks in step", () => {
  it("finds the nearest slice", () => {
    const stack = [0, 5, 10].map(axial);
    expect([-3, 2.4, 2.6, 99].map((at) => nearestAlong(stack, [0, 0, 1], at))).toEqual([0, 0, 1, 2]);
    expect(nearestAlong([frame({ image_position: [] })], [0, 0, 1], 0)).toBeUndefined();
  });

  it("goes together only in one direction, also counted the other way round", () => {
    const backwards = frame({ image_orientation: [1, 0, 0, 0, -1, 0] });
    expect([parallel(axial(0), axial(1)), parallel(axial(0), backwards), parallel(axial(0), coronal(0))]).toEqual([true, true, false]);
  });

  it("is in one space when both say so", () => {
    expect(sameSpace(axial(0), coronal(0))).toBe(true);
    expect(sameSpace(frame({ frame_of_reference_uid: "" }), frame({ frame_of_reference_uid: "" }))).toBe(false);
  });
});

describe("cutLine", () => {
  it("is where one plane crosses the other, in its pixels", () => {
    // the axial plane at z = 4 crosses the coronal one, whose first row is at z = 9, in row 5
    const [from, to] = cutLine(axial(4), coronal(3)) ?? [];
    expect([from?.[1], to?.[1]]).toEqual([5, 5]);
    expect([from?.[0], to?.[0]].sort()).toEqual([-0.5, 9.5]);
  });

  it("is nowhere when planes are parallel, apart, or of other spaces", () => {
    expect(cutLine(axial(4), axial(5))).toBeUndefined();
    expect(cutLine(axial(4), coronal(30))).toBeUndefined();
    expect(cutLine(frame({ frame_of_reference_uid: "9" }), coronal(3))).toBeUndefined();
  });
});

describe("a map of the plane", () => {
  it("leads back", () => {
    const map = [0, 2, -2, 0, 100, 50] as const;
    expect(applied(map, [3, 4])).toEqual([92, 56]);
    expect(applied(inverted(map) ?? map, [92, 56])).toEqual([3, 4]);
    expect(direction(map, [1, 0])).toEqual([0, 2]);
    expect(inverted([0, 0, 0, 0, 1, 1])).toBeUndefined();
  });
});

describe("a magnifier", () => {
  it("shows pixels in the window at hand, each as large as it says", () => {
    const pixels = { rows: 2, columns: 2, channels: 1, values: [0, 100, 200, 300] };
    const shade = shader({ center: 150, width: 300, exact: true }, false);
    // two screen pixels to a pixel of the image, held over its middle
    const seen = magnified(pixels, { size: 4, factor: 2, at: [0.5, 0.5] }, [1, 0, 0, 1, 0, 0], shade);
    const line = (row: number): number[] => [0, 1, 2, 3].map((column) => seen[(row * 4 + column) * 4] ?? -1);
    expect([line(0), line(3)]).toEqual([
      [0, 0, 85, 85],
      [170, 170, 255, 255],
    ]);
  });

  it.each([
    [{ center: 100, width: 40, sigmoid: true }, 110, 186],
    [{ center: 100, width: 40, exact: true }, 110, 191],
    [{ center: 1, width: 2, exact: true, table: { first: 5, bits: 8, entries: Uint16Array.of(7, 200), explanation: "" } }, 6, 200],
  ])("knows %j", (window, value, grey) => {
    expect(shader(window, false)(value)).toBe(grey);
    expect(shader(window, true)(value)).toBe(255 - grey);
  });
});
