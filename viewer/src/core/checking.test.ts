import { describe, expect, it } from "vitest";

import { findingRoute, findingText, found, isWell, subjectText } from "./checking.ts";
import { formats } from "./format.ts";
import { translator } from "./messages.ts";
import type { CheckReport, Finding } from "./model.ts";

const en = translator("en");
const it_ = translator("it");
const finding = (values: Partial<Finding>): Finding => ({ trouble: "gap", path: "", entry: "", subject: null, detail: "as the system says", values: {}, ...values });
const report = (counts: CheckReport["counts"]): CheckReport => ({
  ...{ id: 1, state: "done", started: "", read_data: false, sample: 1, files: 9, offline: 0, read: 0, first_read: 0, bytes: 0, seconds: 1 },
  counts,
});

describe("what a check found", () => {
  it("is told worst first, without what was not found", () => {
    expect(found(report({ one_drive: 3, missing: 0, damaged: 1 }))).toEqual([
      { trouble: "damaged", count: 1 },
      { trouble: "one_drive", count: 3 },
    ]);
  });

  it.each([
    [{}, true],
    [{ gap: 1, one_drive: 20 }, true],
    [{ missing: 1 }, false],
  ])("%j is well: %s", (counts, well) => {
    expect(isWell(report(counts))).toBe(well);
  });

  it.each<[Partial<Finding>, string, string]>([
    [{ trouble: "lost", values: { missing: 1, of: 5 } }, "1 of 5 images missing", "manca 1 immagine su 5"],
    [
      { values: { missing: 2, slices: 38, step: 2.5, gaps: 1, position: 12.5, image: 14 } },
      "2 slices missing, first after image 14; 38 are there, 2.5 mm apart",
      "mancano 2 strati, a partire dall'immagine 14; ce ne sono 38, a 2,5 mm",
    ],
    [
      { values: { missing: 1, slices: 38, step: 2.5, gaps: 1, position: -12.5 } },
      "1 slice missing, first after -12.5 mm; 38 are there, 2.5 mm apart",
      "manca 1 strato, a partire da -12,5 mm; ce ne sono 38, a 2,5 mm",
    ],
    [{ trouble: "unreadable" }, "as the system says", "as the system says"],
  ])("%j has words", (values, english, italian) => {
    expect(findingText(finding(values), en, formats("en", en))).toBe(english);
    expect(findingText(finding(values), it_, formats("it", it_))).toBe(italian);
  });

  it("names whom it is about", () => {
    const subject = { patient: { alphabetic: "Rossi^Mario", ideographic: "", phonetic: "" }, anonymous: false, study_date: "20240131", description: "Lung", modality: "CT", number: 4 };
    expect(subjectText(finding({ subject }), en, formats("en-GB", en))).toBe("Rossi, Mario · 31 Jan 2024 · CT 4 Lung");
    expect(subjectText(finding({}), en, formats("en-GB", en))).toBe("");
  });

  it.each([
    ["e0123", { page: "series", id: "e0123" }],
    ["s0123", { page: "study", id: "s0123" }],
    ["", undefined],
  ])("leads from %s to its page", (entry, route) => {
    expect(findingRoute(finding({ entry }))).toEqual(route);
  });
});
