import { describe, expect, it, vi } from "vitest";

import { learn, translator } from "../../core/messages.ts";
import { viewport } from "../../core/messages/viewport.ts";
import { volume } from "../../core/messages/volume.ts";
import { presetsOf } from "../../core/window.ts";
import { HELP, press } from "./keys.ts";
import { Viewer } from "./viewer.ts";

learn(viewport, volume);

function setup(ct = true) {
  const viewer = new Viewer();
  const around = { close: vi.fn(), turnSeries: vi.fn() };
  vi.spyOn(viewer.active.value, "presets").mockReturnValue(presetsOf(ct ? "CT" : "US"));
  return { viewer, around, press: (key: string) => press(key, viewer, around) };
}

describe("press", () => {
  it("does what the key stands for, whether the shift key is down or not", () => {
    const { viewer, around, press } = setup();
    expect(press("Z")).toBe(true);
    expect(viewer.tool.value).toBe("zoom");
    expect(press("c")).toBe(true);
    expect(viewer.corners.value).toBe(false);
    expect(press("ArrowRight")).toBe(true);
    expect(around.turnSeries).toHaveBeenCalledWith(1);
    expect(press("Escape")).toBe(true);
    expect(around.close).toHaveBeenCalledOnce();
  });

  it("knows the windows of CT only for CT", () => {
    expect(setup(true).press("1")).toBe(true);
    expect(setup(false).press("1")).toBe(false);
  });

  it.each(["x", "Enter", "Tab", "F5", "constructor", "toString"])("leaves %s alone", (key) => {
    expect(setup().press(key)).toBe(false);
  });
});

describe("HELP", () => {
  it("says each thing once, in words", () => {
    const t = translator("en");
    const does = HELP.map(([, message]) => t(message));
    expect(new Set(does).size).toBe(does.length);
    expect(does).not.toContain("");
  });

  it("lists every key that does something", () => {
    const listed = HELP.flatMap(([keys]) => keys.filter((key) => typeof key === "string")).map((key) => key.toLowerCase());
    const every = Array.from({ length: 94 }, (_, at) => String.fromCharCode(33 + at)).filter((key) => key === key.toLowerCase());
    const silent = every.filter((key) => setup().press(key) && !listed.includes(key));
    // the windows of a CT are listed as one row, = is the + of a keyboard without Shift, and ? shows the list
    expect(silent).toEqual([...presetsOf("CT").map(({ key }) => key), "=", "?"]);
  });
});
