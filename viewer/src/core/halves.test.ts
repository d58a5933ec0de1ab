import { describe, expect, it } from "vitest";

import { offsetFor, writeHalves } from "./halves.ts";

/** A half float read as IEEE 754 has it. */
function read(bits: number): number {
  const [sign, exponent, rest] = [bits >> 15, (bits >> 10) & 0x1f, bits & 0x3ff];
  return (sign === 1 ? -1 : 1) * (exponent === 0 ? rest * 2 ** -24 : (1 + rest / 1024) * 2 ** (exponent - 15));
}

describe("half floats", () => {
  it("hold every value of 12 bits exactly", () => {
    const values = Int16Array.from({ length: 4097 }, (_, place) => place - 1024);
    const halves = new Uint16Array(values.length);
    writeHalves(values, 1024, halves);
    expect([...halves].map((half) => read(half) + 1024)).toEqual([...values]);
  });

  it("are the same for any kind of number, wherever it lies in memory", () => {
    const values = Array.from({ length: 4096 }, (_, place) => place);
    const kinds = [Uint16Array.from(values), Int16Array.from(values), Float32Array.from(values), Uint16Array.of(7, ...values).subarray(1), Int16Array.from(values.slice(1))];
    for (const given of kinds) {
      for (const offset of [2048, 2047]) {
        const halves = new Uint16Array(given.length);
        writeHalves(given, offset, halves);
        expect([...halves].map((half) => read(half) + offset)).toEqual([...given]);
      }
    }
    const below = new Uint16Array(2);
    writeHalves(Int16Array.of(-1024, -1), 1024, below);
    expect([...below].map((half) => read(half) + 1024)).toEqual([-1024, -1]);
  });

  it("have the bits of the standard", () => {
    const halves = new Uint16Array(5);
    writeHalves([0, 1, -2, 1000, 2048], 0, halves);
    expect([...halves]).toEqual([0, 0x3c00, 0xc000, 0x63d0, 0x6800]);
  });

  it("are moved so that all values fit, where they do", () => {
    expect(offsetFor(-1024, 3071)).toBe(1024);
    expect(offsetFor(0, 4095)).toBe(2048);
    expect(offsetFor(-500, 200)).toBe(1024);
    expect(offsetFor(-3024, 1000)).toBe(-1012);
    expect(offsetFor(10_000, 14_096)).toBe(12_048);
    expect(offsetFor(-2000, 3071)).toBeUndefined();
    expect(offsetFor(0, 65_535)).toBeUndefined();
  });
});
