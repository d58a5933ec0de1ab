import { describe, expect, it } from "vitest";

import { type Frame, framesOf } from "./frames.ts";
import type { SeriesImage } from "./model.ts";
import { stacksOf } from "./stacks.ts";
import { image, perFrame } from "./testing.ts";

let made = 0;
const at = (z: number, values: Partial<SeriesImage> = {}): SeriesImage => {
  made += 1;
  return image({ id: `i${made}`, instance_number: made, image_position: [0, 0, z], ...values });
};
const stacks = (images: readonly SeriesImage[]) => stacksOf(framesOf(images));
const heights = (frames: readonly Frame[]): (number | undefined)[] => frames.map(({ position }) => position?.[2]);

describe("stacksOf", () => {
  it("goes by position, and numbers say only which end comes first", () => {
    const [stack] = stacks([at(3, { instance_number: 3 }), at(1, { instance_number: 5 }), at(2, { instance_number: 4 })]);
    expect(heights(stack?.frames ?? [])).toEqual([3, 2, 1]);
    expect(stack).toMatchObject({ slices: 3, phases: [[]], name: { by: "whole" } });
  });

  it("makes echoes a fourth dimension", () => {
    const [stack, ...rest] = stacks([1, 2].flatMap((z) => [at(z, { echo_time: 9.2 }), at(z, { echo_time: 4.6 })]));
    expect(rest).toEqual([]);
    expect(stack?.slices).toBe(2);
    expect(stack?.phases).toEqual([[{ by: "echo", value: "4.6" }], [{ by: "echo", value: "9.2" }]]);
    expect(stack?.frames.map(({ image: { echo_time: echo }, position }) => [echo, position?.[2]])).toEqual([
      [4.6, 1],
      [4.6, 2],
      [9.2, 1],
      [9.2, 2],
    ]);
  });

  it("takes two aspects where it needs them, and numbers by their size", () => {
    const values = [1000, 0, 50].flatMap((b) => ["M", "P"].map((part) => ({ diffusion_b_value: b, image_type: ["ORIGINAL", "PRIMARY", part] })));
    const [stack] = stacks([1, 2].flatMap((z) => values.map((value) => at(z, value))));
    expect(stack?.phases.map((phase) => phase.map(({ value }) => value).join(" "))).toEqual(["0 M", "0 P", "50 M", "50 P", "1000 M", "1000 P"]);
  });

  it("goes by rank where nothing else tells them apart", () => {
    const [stack] = stacks([at(1), at(2), at(1), at(2), at(1), at(2)]);
    expect(stack?.phases).toEqual([1, 2, 3].map((value) => [{ by: "rank", value: String(value) }]));
    expect(heights(stack?.frames ?? [])).toEqual([1, 2, 1, 2, 1, 2]);
  });

  it("says the weight that several directions share, and goes by rank among them", () => {
    const [stack, ...rest] = stacks([1, 2].flatMap((z) => [1000, 0, 1000].map((b) => at(z, { diffusion_b_value: b, trigger_time: z + b }))));
    expect(rest).toEqual([]);
    expect(stack?.phases.map((phase) => phase.map(({ by, value }) => `${by} ${value}`).join(", "))).toEqual(["diffusion 0, rank 1", "diffusion 1000, rank 2", "diffusion 1000, rank 3"]);
    expect(heights(stack?.frames ?? [])).toEqual([1, 2, 1, 2, 1, 2]);
  });

  it("does not take trigger times that differ from slice to slice for phases of their own", () => {
    const [stack] = stacks([at(1, { trigger_time: 0 }), at(1, { trigger_time: 40 }), at(2, { trigger_time: 3 }), at(2, { trigger_time: 43 })]);
    expect(stack?.phases.map(([one]) => one?.by)).toEqual(["rank", "rank"]);
  });

  it("lets a film of one kind of image go on to its end", () => {
    const kinds = [0, 40].flatMap((time) => ["M", "P"].map((part) => ({ trigger_time: time, image_type: ["ORIGINAL", "PRIMARY", part] })));
    const order = ["M 0", "M 40", "P 0", "P 40"];
    const [stack] = stacks([1, 2].flatMap((z) => kinds.map((value) => at(z, value))));
    expect(stack?.phases.map((phase) => phase.map(({ value }) => value).join(" "))).toEqual(order);
    const [film] = stacks(kinds.map((value) => at(1, value)));
    expect(film).toMatchObject({ slices: 4, phases: [[]] });
    expect(film?.frames.map(({ image }) => `${image.image_type.at(-1)} ${image.trigger_time}`)).toEqual(order);
  });

  it("goes by when images were acquired, not by when they were made or sent", () => {
    const when = [2, 0, 1];
    const images = [1, 2].flatMap((z) => when.map((minute, made) => at(z, { acquisition_date: "20240101", acquisition_time: `10000${minute}`, content_time: `11000${made}` })));
    const [stack] = stacks(images);
    expect(stack?.phases).toEqual([1, 2, 3].map((value) => [{ by: "rank", value: String(value) }]));
    expect(stack?.frames.map(({ image }) => image.acquisition_time.at(-1)).join("")).toBe("001122");
  });

  it("keeps the whole points in time of a scan that was broken off within one, and the rest apart", () => {
    const whole = [1, 2, 3].flatMap((time) => [1, 2, 3].map((z) => at(z, { temporal_position_identifier: time })));
    const found = stacks([...whole, at(1, { temporal_position_identifier: 4 }), at(2, { temporal_position_identifier: 4 })]);
    expect(found.map(({ name, slices, phases }) => [name.by, slices, phases.length])).toEqual([
      ["whole", 3, 3],
      ["time", 2, 1],
    ]);
  });

  it("does not make a part of each slice where each has a number of its own", () => {
    const found = stacks([1, 2, 3, 4, 4].map((z, n) => at(z, { acquisition_number: n })));
    expect(found.map(({ slices }) => slices)).toEqual([5]);
  });

  it("is not split by how directions were rounded", () => {
    const tilted = (part: number) => ({ image_orientation: [1, 0, 0, 0, Math.sqrt(1 - part * part), part] });
    expect(stacks([at(1, tilted(0.00999)), at(2, tilted(0.01001))]).map(({ slices }) => slices)).toEqual([2]);
  });

  it("splits what lies in other directions", () => {
    const coronal = { image_orientation: [1, 0, 0, 0, 0, -1] };
    const found = stacks([at(1), at(0, coronal), at(2), at(0, { ...coronal, image_position: [0, 5, 0] })]);
    expect(found.map(({ name, slices }) => [name.value, slices])).toEqual([
      ["axial", 2],
      ["coronal", 2],
    ]);
  });

  it("splits where one part has more slices than the other", () => {
    const found = stacks([at(1, { echo_time: 5 }), at(2, { echo_time: 5 }), at(3, { echo_time: 5 }), at(1, { echo_time: 9 }), at(2, { echo_time: 9 })]);
    expect(found.map(({ name, slices }) => [name.by, name.value, slices])).toEqual([
      ["echo", "5", 3],
      ["echo", "9", 2],
    ]);
  });

  it("keeps clips apart, and single images without a place together", () => {
    const loose = { image_position: [], image_orientation: [] };
    const found = stacks([at(0, loose), at(0, { ...loose, frames: 8 }), at(0, loose), at(0, { ...loose, frames: 4 })]);
    expect(found.map(({ name, slices }) => [name.by, slices])).toEqual([
      ["whole", 2],
      ["clip", 8],
      ["clip", 4],
    ]);
  });

  it("has points in time as a fourth dimension where no place is known", () => {
    const loose = (time: number, n: number) => at(0, { image_position: [], image_orientation: [], temporal_position_identifier: time, instance_number: n });
    const [stack, ...rest] = stacks([loose(2, 3), loose(2, 4), loose(1, 1), loose(1, 2)]);
    expect(rest).toEqual([]);
    expect(stack).toMatchObject({ slices: 2, phases: [[{ by: "time", value: "1" }], [{ by: "time", value: "2" }]] });
    expect(stack?.frames.map(({ image }) => image.instance_number)).toEqual([1, 2, 3, 4]);
    const [uneven] = stacks([loose(1, 1), loose(1, 2), loose(2, 3)]);
    expect(uneven?.phases).toEqual([[]]);
  });

  it("reads a multi-frame image by its functional groups", () => {
    const groups = perFrame(4, {
      image_position: [1, 1, 2, 2].map((z) => [0, 0, z]),
      image_orientation: Array.from({ length: 4 }, () => [1, 0, 0, 0, 1, 0]),
      temporal_position: [1, 2, 1, 2],
    });
    const [stack] = stacks([image({ frames: 4, per_frame: groups })]);
    expect(stack?.frames.map(({ number }) => number)).toEqual([1, 3, 2, 4]);
    expect(stack?.phases.map(([one]) => one)).toEqual([
      { by: "time", value: "1" },
      { by: "time", value: "2" },
    ]);
  });

  it("goes by the dimensions of a multi-frame image where its groups tell nothing else", () => {
    const groups = perFrame(4, {
      image_position: [1, 1, 2, 2].map((z) => [0, 0, z]),
      image_orientation: Array.from({ length: 4 }, () => [1, 0, 0, 0, 1, 0]),
      dimensions: [[2], [1], [1], [2]],
    });
    const [stack] = stacks([image({ frames: 4, per_frame: groups })]);
    expect(stack?.frames.map(({ number }) => number)).toEqual([2, 3, 1, 4]);
  });

  it("loses nothing, whatever there is", () => {
    const odd = [at(1), at(1), at(2), at(0, { image_position: [] }), at(5, { rows: 9 }), at(0, { frames: 3 })];
    const frames = framesOf(odd);
    const kept = stacksOf(frames).flatMap((stack) => stack.frames);
    expect(new Set(kept)).toEqual(new Set(frames));
    expect(kept.length).toBe(frames.length);
  });
});
