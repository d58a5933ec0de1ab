import { describe, expect, it } from "vitest";

import type { Channel } from "./contents.ts";
import { curveOf, tracePath } from "./curves.ts";

const data = (...samples: number[]): string => btoa(String.fromCharCode(...new Uint8Array(Int32Array.from(samples).buffer)));
const channel = (values: Partial<Channel>): Channel => ({
  name: "I",
  unit: "uV",
  scale: 2.5,
  baseline: 0,
  low_filter: null,
  high_filter: null,
  notch_filter: null,
  padding: null,
  data: data(0, 400, -400),
  ...values,
});

describe("values of a curve", () => {
  it("are millivolts, whatever the unit of a voltage", () => {
    expect([...curveOf(channel({})).values]).toEqual([0, 1, -1]);
    expect([...curveOf(channel({ unit: "mV", scale: 0.001, baseline: 100 })).values]).toEqual([0.1, 0.5, -0.3].map(Math.fround));
  });

  it("stay in their unit when they are none, and are nothing where the device wrote padding", () => {
    const pressure = curveOf(channel({ unit: "mm[Hg]", scale: 1, padding: 400 }));
    expect([...pressure.values]).toEqual([0, NaN, -400]);
    expect([pressure.voltage, pressure.least, pressure.most]).toEqual([false, -400, 0]);
  });
});

describe("the trace", () => {
  it("goes from sample to sample, up for more", () => {
    expect(tracePath([0, 1, -2], { from: 0, to: 3 }, 4, 10)).toBe("M0 0L4 -10L8 20");
  });

  it("begins anew behind a gap", () => {
    expect(tracePath([1, NaN, 1], { from: 0, to: 3 }, 1, 1)).toBe("M0 -1M2 -1");
  });

  it("keeps spikes that are thinner than a pixel, in their order", () => {
    const values = [0, 9, 0, 0, 0, 0, -9, 0];
    expect(tracePath(values, { from: 0, to: 8 }, 0.25, 1)).toBe("M0 0L0 -9L1 0L1 9");
    expect(tracePath([5, 1], { from: 0, to: 2 }, 0.5, 1)).toBe("M0 -5L0 -1");
  });

  it("is of the stretch that is asked for", () => {
    expect(tracePath([7, 1, 2, 7], { from: 1, to: 3 }, 1, 1)).toBe("M0 -1L1 -2");
  });
});
