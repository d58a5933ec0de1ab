import { describe, expect, it } from "vitest";

import { boxPlanes, nodesOf, RENDER_PRESETS, renderPresets, WHOLE_BOX } from "./rendering.ts";

const WINDOW = { lower: 100, upper: 300 };

describe("presets", () => {
  it("in Hounsfield units are for CT alone", () => {
    expect(renderPresets("CT")).toEqual(["bone", "soft", "lung", "vessels", "mip"]);
    expect(renderPresets("MR")).toEqual(["mr", "mip"]);
  });

  it.each(RENDER_PRESETS)("%s: values rise, opacities and colours lie between 0 and 1", (preset) => {
    const nodes = nodesOf(preset, WINDOW, 0);
    const values = nodes.map(([value]) => value);
    expect(values).toEqual([...values].sort((a, b) => a - b));
    for (const part of nodes.flatMap(([, opacity, colour]) => [opacity, ...colour])) expect(part >= 0 && part <= 1).toBe(true);
  });

  it("of other modalities follow the window, and all may be shifted", () => {
    expect(nodesOf("mip", WINDOW, 0).map(([value]) => value)).toEqual([100, 300]);
    expect(nodesOf("mip", WINDOW, 0.5).map(([value]) => value)).toEqual([200, 400]);
    expect(nodesOf("bone", WINDOW, -0.5)[1]?.[0]).toBe(120 - 300);
  });
});

describe("boxPlanes", () => {
  it("cuts only where the box is smaller than all", () => {
    expect(boxPlanes(WHOLE_BOX, [0, 0, 0], [10, 20, 30])).toEqual([]);
    expect(boxPlanes([[0.1, 1], [0, 1], [0, 0.5]], [0, 0, 0], [10, 20, 30])).toEqual([
      { origin: [1, 10, 15], normal: [1, 0, 0] },
      { origin: [5, 10, 15], normal: [0, 0, -1] },
    ]);
  });
});
