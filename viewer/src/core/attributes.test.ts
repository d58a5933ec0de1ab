import { describe, expect, it } from "vitest";

import { attributesText, soughtAttributes } from "./attributes.ts";
import type { Attribute } from "./model.ts";

const line = (depth: number, tag: string, keyword: string, name: string, value: string): Attribute => ({ depth, tag, vr: "LO", keyword, name, value });
const LINES = [
  line(0, "(0008,0060)", "Modality", "Modality", "CT"),
  line(0, "(0010,0010)", "PatientName", "Patient's Name", "ROSSI^Mario"),
  line(0, "(0008,1140)", "ReferencedImageSequence", "Referenced Image Sequence", "1"),
  line(1, "(0008,1155)", "ReferencedSOPInstanceUID", "Referenced SOP Instance UID", "2.999.1"),
];
const found = (words: string): string[] => soughtAttributes(LINES, words).map((one) => one.tag);

describe("attributes", () => {
  it.each([
    ["", ["(0008,0060)", "(0010,0010)", "(0008,1140)", "(0008,1155)"]],
    ["0008,0060", ["(0008,0060)"]],
    ["(00100010)", ["(0010,0010)"]],
    ["rossi", ["(0010,0010)"]],
    ["referenced uid", ["(0008,1155)"]],
    ["patientname mario", ["(0010,0010)"]],
    ["nothing of this", []],
  ])("are found by %j", (words, tags) => {
    expect(found(words)).toEqual(tags);
  });

  it("are copied as text", () => {
    expect(attributesText(LINES.slice(2))).toBe("(0008,1140) LO Referenced Image Sequence: 1\n  (0008,1155) LO Referenced SOP Instance UID: 2.999.1");
  });
});
