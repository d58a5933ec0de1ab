import { describe, expect, it } from "vitest";

import { rescale } from "./rescale.ts";

describe("rescaled values", () => {
  it("are in the smallest kind of number that holds all of them", () => {
    expect(rescale([0, 4095], 1, -1024)).toEqual({ values: Int16Array.of(-1024, 3071), min: -1024, max: 3071 });
    expect(rescale([0, 200], 1, 0).values).toEqual(Uint8Array.of(0, 200));
    expect(rescale([0, 200], -1, 100).values).toEqual(Int8Array.of(100, -100));
    expect(rescale([0, 4095], 16, 0).values).toEqual(Uint16Array.of(0, 65520));
    expect(rescale([0, 65535], 1, -1).values).toEqual(Float32Array.of(-1, 65534));
    expect(rescale([1, 3], 0.5, 0).values).toEqual(Float32Array.of(0.5, 1.5));
  });

  it("take the place of the stored ones where they fit it", () => {
    const stored = Uint16Array.of(0, 1024, 4095);
    const { values } = rescale(stored, 1, -1024);
    expect(values).toEqual(Int16Array.of(-1024, 0, 3071));
    expect(values.buffer).toBe(stored.buffer);
  });

  it("have memory of their own where they are wider or narrower", () => {
    const stored = Uint16Array.of(0, 255);
    expect(rescale(stored, 1, 0).values).toEqual(Uint8Array.of(0, 255));
    expect(rescale(stored, 0.5, 0).values).toEqual(Float32Array.of(0, 127.5));
    expect(stored).toEqual(Uint16Array.of(0, 255));
  });

  it("that are no numbers become 0", () => {
    expect(rescale(Float32Array.of(1, NaN, 2), 2, 1).values).toEqual(Float32Array.of(3, 0, 5));
  });
});
