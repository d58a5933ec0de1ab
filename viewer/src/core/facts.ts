/** All that is known of an entry, in words: the details pane. What the file does not say is left out. */
import type { Formats } from "./format.ts";
import { millimetres, spacing } from "./lengths.ts";
import type { MessageKey, Translate } from "./messages.ts";
import type { Alias, Counts, Patient, PersonName, Series, State, Study } from "./model.ts";
import { mainName, showGroup } from "./names.ts";
import { age, contents, patientTitle, sexWord } from "./people.ts";
import { sopClassName, transferSyntaxName } from "./uids.ts";

export interface Fact {
  readonly label: MessageKey;
  readonly value: string;
  /** A UID or a code: shown in a fixed-width face and broken anywhere. */
  readonly code?: boolean;
}

export interface FactGroup {
  readonly title: MessageKey;
  readonly facts: readonly Fact[];
}

const said = (facts: readonly Fact[]): Fact[] => facts.filter((fact) => fact.value !== "");

const IDENTITY_RULES: Readonly<Record<string, MessageKey>> = {
  same_identifiers: "identity.same_identifiers",
  no_patient_id: "identity.no_patient_id",
};

/** The rule by which files are held to be one person's; a rule that is newer than this page is shown as its code. */
function identityWords(reason: string, t: Translate): string {
  const key = IDENTITY_RULES[reason];
  return key === undefined ? reason : t(key);
}

/** Another entry that the user said is this person: by what it differs. */
function aliasWords(alias: Alias, fmt: Formats): string {
  const { name, patient_id, issuer_of_patient_id, birth_date } = alias;
  return [mainName(name), patient_id, issuer_of_patient_id, fmt.date(birth_date)].filter((text) => text !== "").join(" · ");
}

function person(name: PersonName): string {
  const main = mainName(name);
  const ideographic = showGroup(name.ideographic);
  return ideographic === "" || ideographic === main ? main : `${main} (${ideographic})`;
}

/** How its texts were decoded, where that is not as the files say. */
const guessFact = (charset: string, t: Translate): Fact => ({ label: "charset.title", value: charset === "" ? "" : t("guess.value", { charset }) });

function stateFact(state: State, t: Translate): Fact {
  return { label: "fact.state", value: state === "online" ? "" : t(`archive.${state}Hint`) };
}

function below(counts: Counts, t: Translate, level: "patient" | "study"): string {
  const parts = [
    level === "patient" ? t("count.studies", { count: counts.studies }) : "",
    t("count.series", { count: counts.series }),
    t("count.images", { count: counts.instances }),
    counts.frames > counts.instances ? t("count.frames", { count: counts.frames }) : "",
  ];
  return parts.filter((part) => part !== "").join(", ");
}

export function patientFacts(patient: Patient, t: Translate, fmt: Formats): FactGroup {
  return {
    title: "fact.patient",
    facts: said([
      { label: "fact.name", value: patientTitle(patient, t) },
      { label: "fact.ideographic", value: showGroup(patient.name.ideographic) },
      { label: "fact.phonetic", value: showGroup(patient.name.phonetic) },
      { label: "fact.patientId", value: patient.patient_id },
      { label: "fact.issuer", value: patient.issuer_of_patient_id },
      { label: "fact.birthDate", value: fmt.date(patient.birth_date) },
      { label: "fact.sex", value: sexWord(patient.sex, t) },
      { label: "fact.contents", value: below(patient.counts, t, "patient") },
      { label: "fact.size", value: fmt.bytes(patient.counts.bytes) },
      { label: "fact.reason", value: identityWords(patient.reason, t) },
      ...patient.also.map((alias) => ({ label: "fact.also", value: aliasWords(alias, fmt) }) as const),
      { label: "fact.alsoReason", value: patient.also.length > 0 ? t("identity.said") : "" },
      guessFact(patient.charset_guessed, t),
      stateFact(patient.state, t),
    ]),
  };
}

export function studyFacts(study: Study, t: Translate, fmt: Formats): FactGroup {
  return {
    title: "fact.study",
    facts: said([
      { label: "fact.description", value: study.description },
      { label: "fact.date", value: fmt.dateTime(study.date, study.time) },
      { label: "fact.age", value: age(study.patient_age) },
      { label: "fact.modalities", value: study.modalities.join(", ") },
      { label: "fact.accession", value: study.accession_number },
      { label: "fact.studyId", value: study.study_id },
      { label: "fact.institution", value: study.institution_name },
      { label: "fact.referring", value: person(study.referring_physician_name) },
      { label: "fact.performing", value: person(study.performing_physician_name) },
      { label: "fact.manufacturer", value: study.manufacturer },
      { label: "fact.model", value: study.manufacturer_model_name },
      { label: "fact.station", value: study.station_name },
      { label: "fact.contents", value: below(study.counts, t, "study") },
      { label: "fact.size", value: fmt.bytes(study.counts.bytes) },
      guessFact(study.charset_guessed, t),
      stateFact(study.state, t),
      { label: "fact.studyUid", value: study.study_instance_uid, code: true },
    ]),
  };
}

export function seriesFacts(series: Series, t: Translate, fmt: Formats): FactGroup {
  return {
    title: "fact.series",
    facts: said([
      { label: "fact.description", value: series.description },
      { label: "fact.number", value: series.number === null ? "" : String(series.number) },
      { label: "fact.modality", value: series.modality },
      { label: "fact.date", value: fmt.dateTime(series.date, series.time) },
      { label: "fact.protocol", value: series.protocol_name },
      { label: "fact.bodyPart", value: series.body_part_examined },
      { label: "fact.laterality", value: series.laterality },
      { label: "fact.position", value: series.patient_position },
      ...geometryFacts(series, t, fmt),
      { label: "fact.origin", value: originWords(series, t) },
      { label: "fact.imageType", value: series.image_type.join(" \\ "), code: true },
      { label: "fact.contents", value: contents(series, t) },
      { label: "fact.size", value: fmt.bytes(series.counts.bytes) },
      { label: "fact.performing", value: person(series.performing_physician_name) },
      {
        label: "fact.performed",
        value: fmt.dateTime(series.performed_procedure_step_start_date, series.performed_procedure_step_start_time),
      },
      { label: "fact.manufacturer", value: series.manufacturer },
      { label: "fact.model", value: series.manufacturer_model_name },
      { label: "fact.station", value: series.station_name },
      guessFact(series.charset_guessed, t),
      stateFact(series.state, t),
      { label: "fact.sopClass", value: sopClassName(series.sop_class_uid) },
      { label: "fact.transferSyntax", value: transferSyntaxName(series.transfer_syntax_uid) },
      { label: "fact.seriesUid", value: series.series_instance_uid, code: true },
      { label: "fact.frameOfReference", value: series.frame_of_reference_uid, code: true },
    ]),
  };
}

function geometryFacts(series: Series, t: Translate, fmt: Formats): Fact[] {
  const { rows, columns } = series;
  return [
    { label: "fact.plane", value: series.plane === null ? "" : t(`plane.${series.plane}`) },
    { label: "fact.matrix", value: rows === null || columns === null ? "" : t("value.matrix", { rows: String(rows), columns: String(columns) }) },
    { label: "fact.spacing", value: spacing(series.pixel_spacing, t, fmt.length) },
    { label: "fact.thickness", value: millimetres(series.slice_thickness, t, fmt) },
    { label: "fact.gap", value: millimetres(series.spacing_between_slices, t, fmt) },
  ];
}

function originWords(series: Series, t: Translate): string {
  const words = [series.original ? "" : t("archive.derived"), series.reformatted ? t("archive.reformatted") : ""];
  return words.filter((word) => word !== "").join(", ") || t("fact.original");
}
