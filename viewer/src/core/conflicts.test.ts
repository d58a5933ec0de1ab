import { describe, expect, it } from "vitest";

import { bothValues, differenceName, inShort } from "./conflicts.ts";
import { translator } from "./messages.ts";
import type { ConflictFile, Difference } from "./model.ts";

const t = translator("it");
const difference = (keyword: string, name: string, one = "", other = ""): Difference => ({ keyword, name, one, other });
const file = (values: Partial<ConflictFile>): ConflictFile => ({ id: 1, path: "/a", drive: "", size: 1, shown: false, state: "online", differences: [], problem: "", ...values });

const PIXELS = difference("PixelData", "pixels");
const COMMENT = difference("ImageComments", "Image Comments", "", "again");

describe("files of one image", () => {
  it.each([
    [{ differences: [PIXELS] }, "Dice le stesse cose; differiscono i pixel, o ciò che li segue."],
    [{ differences: [COMMENT, PIXELS] }, undefined],
    [{}, "Contiene le stesse cose di quello mostrato."],
    [{ problem: "its drive is not connected" }, "Ora non si può confrontare."],
  ])("%j in short", (values, text) => {
    expect(inShort(file(values), t)).toBe(text);
  });

  it("differ by name and values", () => {
    expect([differenceName(PIXELS, t), ...bothValues(PIXELS, t)]).toEqual(["pixel", "", "diverso"]);
    expect([differenceName(COMMENT, t), ...bothValues(COMMENT, t)]).toEqual(["Image Comments", "nessuno", "again"]);
  });
});
