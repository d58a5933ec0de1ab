import { describe, expect, it } from "vitest";

import { framesOf } from "./frames.ts";
import type { FrameVector, VectorKind } from "./model.ts";
import { stacksOf } from "./stacks.ts";
import { image, perFrame } from "./testing.ts";
import { toldBy } from "./vectors.ts";
import { volumeOf } from "./volume.ts";

type Vectors = Readonly<Partial<Record<VectorKind, readonly number[]>>>;

const LOOSE = { image_position: [], image_orientation: [] };
const nuclear = (vectors: Vectors, names: Readonly<Partial<Record<string, readonly string[]>>> = {}, id = "i1") => {
  const rows = Object.entries(vectors).map(([kind, values]): FrameVector => ({ kind: kind as VectorKind, values, names: names[kind] ?? [] }));
  const frames = rows[0]?.values.length ?? 0;
  return image({ ...LOOSE, id, frames, per_frame: perFrame(frames, { vectors: rows }) });
};
const stacks = (...images: readonly ReturnType<typeof nuclear>[]) =>
  stacksOf(framesOf(images)).map(({ name, also = [], frames, slices, phases }) => ({
    names: [name, ...also].map(({ by, value, title }) => [by, value, ...(title === undefined ? [] : [title])].join(" ")),
    numbers: frames.map(({ number }) => number),
    slices,
    phases: phases.map((phase) => phase.map(({ by, value }) => `${by} ${value}`).join()),
  }));

describe("an image of nuclear medicine", () => {
  it("goes through its detectors, and has a slider for its energy windows", () => {
    expect(stacks(nuclear({ energy_window: [1, 2, 1, 2], detector: [1, 1, 2, 2] }))).toEqual([
      { names: ["whole "], numbers: [1, 3, 2, 4], slices: 2, phases: ["energy_window 1", "energy_window 2"] },
    ]);
  });

  it("has a part for each detector and phase of a dynamic study, in order of time, with the file's names", () => {
    const vectors = { detector: [2, 2, 2, 1, 1, 1], phase: [1, 1, 2, 1, 1, 2], time_slice: [2, 1, 1, 1, 2, 1] };
    expect(stacks(nuclear(vectors, { detector: ["Anterior", "Posterior"] }))).toEqual([
      { names: ["detector 1 Anterior", "phase 1"], numbers: [4, 5], slices: 2, phases: [""] },
      { names: ["detector 1 Anterior", "phase 2"], numbers: [6], slices: 1, phases: [""] },
      { names: ["detector 2 Posterior", "phase 1"], numbers: [2, 1], slices: 2, phases: [""] },
      { names: ["detector 2 Posterior", "phase 2"], numbers: [3], slices: 1, phases: [""] },
    ]);
  });

  it("has a part for each interval of the heart beat", () => {
    expect(stacks(nuclear({ rr_interval: [1, 1, 2, 2], time_slot: [1, 2, 1, 2] })).map(({ names, numbers }) => [names, numbers])).toEqual([
      [["rr_interval 1"], [1, 2]],
      [["rr_interval 2"], [3, 4]],
    ]);
  });

  it("has the heart beat behind the views of a gated rotation", () => {
    expect(stacks(nuclear({ rotation: [1, 1, 1, 1], time_slot: [1, 2, 1, 2], angular_view: [1, 1, 2, 2] }))).toEqual([
      { names: ["whole "], numbers: [1, 3, 2, 4], slices: 2, phases: ["time_slot 1", "time_slot 2"] },
    ]);
  });

  it("has no fourth dimension where views are missing, and stays in order", () => {
    expect(stacks(nuclear({ time_slot: [2, 1, 1], angular_view: [1, 2, 1] }))).toEqual([{ names: ["whole "], numbers: [3, 2, 1], slices: 3, phases: [""] }]);
  });

  it("keeps the parts of several files apart", () => {
    const vectors = { detector: [1, 2, 1, 2], time_slice: [1, 1, 2, 2] };
    expect(stacks(nuclear(vectors, {}, "i1"), nuclear(vectors, {}, "i2")).map(({ names }) => names)).toEqual([
      ["clip 1", "detector 1"],
      ["clip 1", "detector 2"],
      ["clip 2", "detector 1"],
      ["clip 2", "detector 2"],
    ]);
  });

  it("is as it stands in the file where nothing that is counted changes", () => {
    expect(stacks(nuclear({ detector: [1, 1] }))).toEqual([{ names: ["whole "], numbers: [1, 2], slices: 2, phases: [""] }]);
  });

  it("makes a volume of reconstructed slices, by position, one for each time slot", () => {
    const slot = [1, 1, 1, 2, 2, 2];
    const slice = [3, 1, 2, 3, 1, 2];
    const groups = perFrame(6, {
      vectors: [
        { kind: "time_slot", values: slot, names: [] },
        { kind: "slice", values: slice, names: [] },
      ],
      image_position: slice.map((number) => [0, 0, -4 * number]),
      image_orientation: slice.map(() => [1, 0, 0, 0, 1, 0]),
    });
    const [stack, ...rest] = stacksOf(framesOf([image({ ...LOOSE, frames: 6, per_frame: groups })]));
    expect(rest).toEqual([]);
    expect(stack?.phases).toEqual([[{ by: "time_slot", value: "1" }], [{ by: "time_slot", value: "2" }]]);
    const first = stack?.frames.slice(0, stack.slices) ?? [];
    const judged = volumeOf(first);
    expect("grid" in judged ? [judged.grid.dimensions[2], judged.grid.spacing[2], judged.grid.frames.map(({ number }) => number)] : judged).toEqual([3, 4, [1, 3, 2]]);
  });

  it("says of a frame what its number does not", () => {
    const [frame] = framesOf([nuclear({ energy_window: [1, 1], detector: [1, 2], time_slice: [1, 2] })]);
    expect(frame === undefined ? [] : toldBy(frame)).toEqual(["detector"]);
  });
});
