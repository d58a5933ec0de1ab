/** How an entry is called on the page. Anonymous people get what tells them apart. */
import type { Formats } from "./format.ts";
import type { MessageKey, Translate } from "./messages.ts";
import type { Patient, Series, Study } from "./model.ts";
import { mainName, otherNames } from "./names.ts";

const SEXES: Readonly<Record<string, MessageKey>> = { F: "sex.F", M: "sex.M", O: "sex.O" };

/** Patient's Sex (0010,0040) in words; what is none of the three values is shown as it stands. */
export function sexWord(sex: string, t: Translate): string {
  const key = SEXES[sex.toUpperCase()];
  return key === undefined ? sex : t(key);
}

const firstLine = (text: string): string => (text.split("\n")[0] ?? "").trim();

export function patientTitle(patient: Patient, t: Translate): string {
  if (patient.anonymous) return firstLine(patient.note) || t("archive.anonymous"); // named by the user, perhaps
  return mainName(patient.name) || patient.patient_id || t("archive.noName");
}

/** In small type beside the title: the other groups of a name, or what tells one anonymous person from the next. */
export function patientSubtitle(patient: Patient, fmt: Formats): string {
  if (!patient.anonymous) return otherNames(patient.name);
  return [patient.sex, fmt.date(patient.birth_date || patient.last_study_date)].filter((text) => text !== "").join(" · ");
}

export const studyTitle = (study: Study, t: Translate): string => study.description || t("archive.noDescription");

export const seriesTitle = (series: Series, t: Translate): string =>
  series.description || series.protocol_name || t("archive.noDescription");

/** Patient's Age (0010,1010) `054Y` → 54 Y; the unit is the standard's own letter (PS3.5 6.2, AS). */
export function age(text: string): string {
  const parts = /^0*(\d+)([DWMY])$/.exec(text);
  return parts === null ? text : `${parts[1] ?? ""} ${parts[2] ?? ""}`;
}

/** How much there is to see: 312 images, or 1 image and its 84 frames; a report is an object, not an image. */
export function contents(series: Series, t: Translate): string {
  const { instances, frames } = series.counts;
  if (series.rows === null || frames === 0) return t("count.objects", { count: instances });
  const images = t("count.images", { count: instances });
  return frames === instances ? images : `${images} · ${t("count.frames", { count: frames })}`;
}
