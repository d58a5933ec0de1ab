import { describe, expect, it } from "vitest";

import { dropped } from "./dropped.ts";

const file = (name: string) => ({ isFile: true, isDirectory: false, name, file: (found: (file: File) => void) => { found(new File(["x"], name)); } });
/** Gives what is in it two at a time, as browsers give a hundred. */
const folder = (name: string, ...inside: readonly object[]) => ({
  isFile: false,
  isDirectory: true,
  name,
  createReader: () => {
    const left = [...inside];
    return { readEntries: (found: (some: object[]) => void) => { found(left.splice(0, 2)); } };
  },
});
const drop = (...entries: readonly object[]) =>
  dropped({ items: entries.map((entry) => ({ webkitGetAsEntry: () => entry })), files: [] } as unknown as DataTransfer);

describe("what is dropped", () => {
  it("is every file of a folder, with its path in it", async () => {
    const found = await drop(folder("scan", file("IM1"), folder("b", file("IM1"), file("IM2"), file("IM3")), file("map.nii")), file("notes.nii"));
    expect(found.map(({ path }) => path)).toEqual(["scan/IM1", "scan/b/IM1", "scan/b/IM2", "scan/b/IM3", "scan/map.nii", "notes.nii"]);
  });

  it("is nothing when a folder is empty", async () => {
    expect(await drop(folder("empty"))).toEqual([]);
  });
});
