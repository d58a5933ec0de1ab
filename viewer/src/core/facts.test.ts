import { describe, expect, it } from "vitest";

import { makePatient, makeSeries, makeStudy } from "../../dev/mock-data.ts";
import { type FactGroup, patientFacts, seriesFacts, studyFacts } from "./facts.ts";
import { formats } from "./format.ts";
import { translator } from "./messages.ts";

const t = translator("en");
const fmt = formats("en-GB", t);
const told = (group: FactGroup): Record<string, string> => Object.fromEntries(group.facts.map((fact) => [t(fact.label), fact.value]));

describe("facts", () => {
  it("leave out what the file does not say", () => {
    const study = { ...makeStudy(64), accession_number: "", institution_name: "", date: "", time: "" };
    const labels = Object.keys(told(studyFacts(study, t, fmt)));
    expect(labels).not.toContain("Accession number");
    expect(labels).not.toContain("Institution");
    expect(labels).not.toContain("Date");
    expect(studyFacts(study, t, fmt).facts.every((fact) => fact.value !== "")).toBe(true);
  });

  it("of a series tell its geometry in the order of the standard: between rows, then between columns", () => {
    const series = { ...makeSeries(16), pixel_spacing: [0.5, 0.703125], slice_thickness: 1.25, plane: "axial", rows: 512, columns: 400 } as const;
    expect(told(seriesFacts(series, t, fmt))).toMatchObject({
      "Pixel spacing": "0.5 × 0.7031 mm",
      "Slice thickness": "1.25 mm",
      Plane: "axial",
      Matrix: "400 × 512",
    });
  });

  it("of a series say whether its pixels are its own", () => {
    const series = makeSeries(16);
    const pixels = (original: boolean, reformatted: boolean) => told(seriesFacts({ ...series, original, reformatted }, t, fmt))["Pixels"];
    expect(pixels(true, false)).toBe("original");
    expect(pixels(false, false)).toBe("derived");
    expect(pixels(false, true)).toBe("derived, reformatted");
  });

  it("name the SOP Class and the transfer syntax, or show a UID that has no name here", () => {
    const series = { ...makeSeries(16), sop_class_uid: "1.2.840.10008.5.1.4.1.1.2", transfer_syntax_uid: "1.2.840.10008.1.2" };
    expect(told(seriesFacts(series, t, fmt))).toMatchObject({ "SOP class": "CT Image Storage", "Transfer syntax": "Implicit VR Little Endian" });
    expect(told(seriesFacts({ ...series, sop_class_uid: "1.2.3" }, t, fmt))).toMatchObject({ "SOP class": "1.2.3" });
  });

  it("of a patient say by which rule these files are one person's", () => {
    const patient = makePatient(1);
    expect(told(patientFacts({ ...patient, reason: "same_identifiers" }, t, fmt))["Held to be one person by"]).toBe(
      "same ID and issuer, name and birth date",
    );
    expect(told(patientFacts({ ...patient, reason: "a_new_rule" }, t, fmt))["Held to be one person by"]).toBe("a_new_rule");
  });

  it("say it when the files cannot be reached, and nothing when they can", () => {
    expect(told(patientFacts({ ...makePatient(1), state: "offline" }, t, fmt))["State"]).toContain("not connected");
    expect(told(patientFacts({ ...makePatient(1), state: "online" }, t, fmt))["State"]).toBeUndefined();
  });
});
