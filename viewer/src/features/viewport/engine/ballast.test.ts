import { afterEach, describe, expect, it, vi } from "vitest";

import { Ballast } from "./ballast.ts";

const MIB = 1 << 20;

/** What older engines lack; of a buffer that is given back nothing else is asked. */
const transfer = vi.fn<(size: number) => ArrayBuffer>(() => new ArrayBuffer(0));
const its = Object.getOwnPropertyDescriptor(ArrayBuffer.prototype, "transfer");
const set = (value: unknown): void => {
  Object.defineProperty(ArrayBuffer.prototype, "transfer", { value, configurable: true, writable: true });
};

afterEach(() => {
  transfer.mockClear();
  if (its === undefined) Reflect.deleteProperty(ArrayBuffer.prototype, "transfer");
  else Object.defineProperty(ArrayBuffer.prototype, "transfer", its);
});

describe("ballast", () => {
  it("is there from the beginning, and goes as what is wanted comes", () => {
    set(transfer);
    const ballast = new Ballast(100 * MIB);
    const kept = [1, 0.75, 0.5, 0.1, 0].map((part) => {
      ballast.keep(part);
      return ballast.bytes / MIB;
    });
    expect(kept).toEqual([96, 72, 48, 8, 0]);
    expect(transfer.mock.calls).toEqual(Array.from({ length: 12 }, () => [0]));
  });

  it("never comes back", () => {
    set(transfer);
    const ballast = new Ballast(32 * MIB);
    ballast.keep(0.5);
    ballast.keep(1);
    expect(ballast.bytes).toBe(16 * MIB);
  });

  it("is none for a few slices", () => {
    set(transfer);
    expect(new Ballast(MIB).bytes).toBe(0);
  });

  it("is none where it could not be given back", () => {
    set(undefined);
    expect(new Ballast(100 * MIB).bytes).toBe(0);
  });
});
