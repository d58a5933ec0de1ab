import { beforeEach, describe, expect, it, vi } from "vitest";

import type { Measurement } from "../../core/measure.ts";
import { Measurements } from "./measurements.ts";

/** What the archive keeps of the one series there is, and how it answers. */
const archive = vi.hoisted(() => ({ kept: [] as readonly Measurement[], fails: false, answer: Promise.resolve(), leaving: [] as string[][] }));
const toasts = vi.hoisted(() => [] as string[]);

vi.mock("../../io/api.ts", () => ({
  measurements: async () => {
    await archive.answer;
    if (archive.fails) throw new Error("out of reach");
    return archive.kept;
  },
  keepMeasurements: (_: string, all: readonly Measurement[]) => {
    archive.kept = all;
    return Promise.resolve();
  },
}));
vi.mock("../../io/leaving.ts", () => ({ keepOnLeaving: (_: string, all: readonly Measurement[]) => archive.leaving.push(all.map(({ id }) => id)) }));
vi.mock("../kit/index.ts", () => ({ toast: ({ text }: { text: string }) => toasts.push(text) }));
vi.mock("../prefs/index.ts", () => ({ t: (key: string) => key }));

const one = (id: string): Measurement => ({ id, kind: "probe", sop_instance_uid: "2.999.1", frame: 1, points: [[1, 1]], text: "", values: [] });
const ids = (all: readonly Measurement[]): string[] => all.map(({ id }) => id);
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

beforeEach(() => {
  Object.assign(archive, { kept: [one("old")], fails: false, answer: Promise.resolve(), leaving: [] });
  toasts.length = 0;
});

describe("what is measured before the archive has said what there is", () => {
  it("comes on top of it, can be undone, and takes nothing away", async () => {
    let answer = (): void => undefined;
    archive.answer = new Promise((resolve) => (answer = resolve));
    const measured = new Measurements();
    measured.load("s");
    measured.put("s", one("new"));
    measured.flush();
    await settled();
    expect(ids(archive.kept)).toEqual(["old"]);
    answer();
    await settled();
    expect(ids(archive.kept)).toEqual(["old", "new"]);
    measured.undo("s");
    expect(ids(measured.of("s"))).toEqual(["old"]);
    measured.redo("s");
    expect(ids(measured.of("s"))).toEqual(["old", "new"]);
  });

  it("is not written over what could not be asked for, and says so; it is once that can be", async () => {
    archive.fails = true;
    const measured = new Measurements();
    measured.load("s");
    await settled();
    measured.put("s", one("new"));
    measured.flush();
    await settled();
    expect([ids(archive.kept), toasts]).toEqual([["old"], ["measure.notKept"]]);
    archive.fails = false;
    measured.put("s", one("newer"));
    measured.flush();
    await settled();
    expect(ids(archive.kept)).toEqual(["old", "new", "newer"]);
  });
});

describe("what is not yet written when the page goes", () => {
  it("is handed to the browser, once it is known what there was", async () => {
    const measured = new Measurements();
    measured.load("s");
    measured.put("s", one("new"));
    measured.leave();
    expect(archive.leaving).toEqual([]);
    await settled();
    measured.leave();
    expect(archive.leaving).toEqual([["old", "new"]]);
  });
});
