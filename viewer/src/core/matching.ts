/** Patients who might be one person, side by side: what is said of each, and in what they differ. */
import type { Formats } from "./format.ts";
import type { MessageKey, Translate } from "./messages.ts";
import type { Patient } from "./model.ts";
import { mainName, otherNames } from "./names.ts";
import { sexWord } from "./people.ts";

export interface Line {
  readonly label: MessageKey;
  /** One for each patient. */
  readonly values: readonly string[];
  /** Whether they tell these patients apart: how a name is written does not. */
  readonly differs: boolean;
}

const folded = (text: string): string =>
  text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim()
    .toLowerCase();

/** Whether these texts say different things; a text that says nothing contradicts none. */
function differ(values: readonly string[]): boolean {
  return new Set(values.map(folded).filter((text) => text !== "")).size > 1;
}

export function sideBySide(patients: readonly Patient[], t: Translate, fmt: Formats): Line[] {
  const identity = (label: MessageKey, value: (patient: Patient) => string): Line => {
    const values = patients.map(value);
    return { label, values, differs: differ(values) };
  };
  const more = (label: MessageKey, value: (patient: Patient) => string): Line => ({ label, values: patients.map(value), differs: false });
  const lines = [
    identity("fact.name", (one) => mainName(one.name)),
    identity("match.otherNames", (one) => otherNames(one.name)),
    identity("fact.patientId", (one) => one.patient_id),
    identity("fact.issuer", (one) => one.issuer_of_patient_id),
    identity("fact.birthDate", (one) => fmt.date(one.birth_date)),
    identity("fact.sex", (one) => sexWord(one.sex, t)),
    more("fact.modalities", (one) => one.modalities.join(", ")),
    more("column.lastStudy", (one) => fmt.date(one.last_study_date)),
    more("fact.contents", (one) => [t("count.studies", { count: one.counts.studies }), t("count.images", { count: one.counts.instances })].join(", ")),
  ];
  return lines.filter((line) => line.values.some((value) => value !== ""));
}

/** Which of them to show when they are one: the one with the most images. */
export function mostKnown(patients: readonly Patient[]): string {
  const [first, ...rest] = patients;
  return rest.reduce((best, one) => (best !== undefined && one.counts.instances <= best.counts.instances ? best : one), first)?.id ?? "";
}
