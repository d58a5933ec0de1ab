import { describe, expect, it } from "vitest";

import { makePatient } from "../../dev/mock-data.ts";
import { formats } from "./format.ts";
import { mostKnown, sideBySide } from "./matching.ts";
import { translator } from "./messages.ts";
import type { Patient } from "./model.ts";

const t = translator("en");
const fmt = formats("en-GB", t);
const patient = (alphabetic: string, values: Partial<Patient> = {}): Patient => ({
  ...makePatient(1),
  name: { alphabetic, ideographic: "", phonetic: "" },
  patient_id: "42",
  issuer_of_patient_id: "",
  birth_date: "19700102",
  sex: "M",
  ...values,
});
const differing = (...patients: readonly Patient[]): string[] =>
  sideBySide(patients, t, fmt)
    .filter((line) => line.differs)
    .map((line) => line.label);

describe("patients side by side", () => {
  it("differ in what tells people apart", () => {
    expect(differing(patient("ROSSI^Mario"), patient("ROSSI^Mario Luigi"))).toEqual(["fact.name"]);
    expect(differing(patient("ROSSI^Mario"), patient("ROSSI^Mario", { patient_id: "X-9", birth_date: "19700103" }))).toEqual(["fact.patientId", "fact.birthDate"]);
  });

  it("do not differ by how a name is written, nor by what one does not say", () => {
    expect(differing(patient("MÜLLER^Hans"), patient("Muller^Hans^^"), patient("Müller^Hans", { sex: "" }))).toEqual([]);
  });

  it("have a line for each thing that any of them says, and none else", () => {
    const lines = sideBySide([patient("ROSSI^Mario"), patient("", { birth_date: "" })], t, fmt);
    expect(lines.slice(0, 3).map(({ label, values }) => [label, ...values])).toEqual([
      ["fact.name", "ROSSI, Mario", ""],
      ["fact.patientId", "42", "42"],
      ["fact.birthDate", "02 Jan 1970", ""],
    ]);
  });

  it("are shown as the one of whom most is known", () => {
    const counts = (instances: number) => ({ ...makePatient(1).counts, instances });
    expect(mostKnown([patient("A", { id: "a", counts: counts(3) }), patient("B", { id: "b", counts: counts(9) }), patient("C", { id: "c", counts: counts(9) })])).toBe("b");
  });
});
