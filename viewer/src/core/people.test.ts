import { describe, expect, it } from "vitest";

import { makePatient, makeSeries } from "../../dev/mock-data.ts";
import { formats } from "./format.ts";
import { translator } from "./messages.ts";
import { age, contents, patientSubtitle, patientTitle, seriesTitle, sexWord } from "./people.ts";

const t = translator("en");
const fmt = formats("en-GB", t);
const nobody = { alphabetic: "", ideographic: "", phonetic: "" };

describe("a patient", () => {
  const patient = { ...makePatient(1), anonymous: false, name: { ...nobody, alphabetic: "ROSSI^Mario" } };

  it("is called by their name", () => {
    expect(patientTitle(patient, t)).toBe("ROSSI, Mario");
    expect(patientSubtitle(patient, fmt)).toBe("");
  });

  it("without a name is called by their ID", () => {
    expect(patientTitle({ ...patient, name: nobody, patient_id: "4711" }, t)).toBe("4711");
    expect(patientTitle({ ...patient, name: nobody, patient_id: "" }, t)).toBe("No name");
  });

  it("who is anonymous is told apart by sex and date, in the reader's language", () => {
    const anonymous = { ...patient, anonymous: true, sex: "F", birth_date: "", last_study_date: "20240301" };
    expect(patientTitle(anonymous, t)).toBe("Anonymous");
    expect(patientTitle(anonymous, translator("it"))).toBe("Anonimo");
    expect(patientSubtitle(anonymous, fmt)).toBe("F · 01 Mar 2024");
    expect(patientSubtitle({ ...anonymous, birth_date: "19500102", sex: "" }, fmt)).toBe("02 Jan 1950");
  });

  it("of a sex that the standard does not know is shown as the file says", () => {
    expect(sexWord("N/A", t)).toBe("N/A");
    expect(sexWord("m", t)).toBe("male");
  });
});

describe("what there is to see in a series", () => {
  const series = makeSeries(16);
  const count = (instances: number, frames: number) => ({ ...series.counts, instances, frames });

  it("is images, and frames where they are more", () => {
    expect(contents({ ...series, rows: 512, counts: count(312, 312) }, t)).toBe("312 images");
    expect(contents({ ...series, rows: 512, counts: count(1, 84) }, t)).toBe("1 image · 84 frames");
  });

  it("is objects where there are no pixels", () => {
    expect(contents({ ...series, rows: null, counts: count(2, 2) }, t)).toBe("2 objects");
  });

  it("is called by its protocol when nobody described it", () => {
    expect(seriesTitle({ ...series, description: "", protocol_name: "T1 ax" }, t)).toBe("T1 ax");
    expect(seriesTitle({ ...series, description: "", protocol_name: "" }, t)).toBe("No description");
  });
});

describe("an age string", () => {
  it.each([
    ["054Y", "54 Y"],
    ["003M", "3 M"],
    ["", ""],
    ["old", "old"],
  ])("%j is shown as %j", (text, expected) => {
    expect(age(text)).toBe(expected);
  });
});
