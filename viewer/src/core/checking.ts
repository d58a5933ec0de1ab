/** What a check found, in the words of the reader. */
import type { Formats } from "./format.ts";
import type { MessageKey, Translate } from "./messages.ts";
import { type CheckReport, type Finding, type Trouble, TROUBLES } from "./model.ts";
import { mainName } from "./names.ts";
import type { Route } from "./routes.ts";

/** What may be so by intention: told, but nothing that is wrong with the archive (`model.HINTS`). */
const HINTS: ReadonlySet<Trouble> = new Set(["gap", "same_place", "uneven", "numbers", "one_drive"]);

export const isHint = (trouble: Trouble): boolean => HINTS.has(trouble);

/** The kinds that were found, worst first, with how often. */
export const found = (report: CheckReport): { readonly trouble: Trouble; readonly count: number }[] =>
  TROUBLES.map((trouble) => ({ trouble, count: report.counts[trouble] ?? 0 })).filter(({ count }) => count > 0);

/** Nothing is wrong; there may be hints. */
export const isWell = (report: CheckReport): boolean => found(report).every(({ trouble }) => isHint(trouble));

/** The study or series that a finding is about, as people call it. */
export function subjectText({ subject }: Finding, t: Translate, fmt: Formats): string {
  if (subject === null) return "";
  const name = subject.anonymous ? t("archive.anonymous") : mainName(subject.patient) || t("archive.noName");
  const series = [subject.modality, subject.number === null ? "" : String(subject.number), subject.description];
  const parts = [name, fmt.date(subject.study_date), series.filter((part) => part !== "").join(" ")];
  return parts.filter((part) => part !== "").join(" · ");
}

/** What exactly was found: in our words where it is told in numbers, else in those of the system. */
export function findingText({ trouble, detail, values }: Finding, t: Translate, fmt: Formats): string {
  const key = SENTENCES[trouble]?.(values);
  if (key === undefined) return detail;
  const shown = Object.entries(values).map(([name, value]) => [name, LENGTHS.has(name) ? fmt.length(Number(value)) : value] as const);
  return t(key, Object.fromEntries(shown));
}

const LENGTHS: ReadonlySet<string> = new Set(["from", "position", "step", "to"]);

const SENTENCES: Readonly<Partial<Record<Trouble, (values: Finding["values"]) => MessageKey>>> = {
  lost: () => "check.lost.what",
  gap: (values) => ("each" in values ? "check.gap.each" : "image" in values ? "check.gap.after" : "check.gap.at"),
  same_place: () => "check.same_place.what",
  uneven: () => "check.uneven.what",
  numbers: () => "check.numbers.what",
  one_drive: () => "check.one_drive.what",
};

/** Where a finding leads; undefined when it is about no entry. */
export function findingRoute({ entry }: Finding): Route | undefined {
  if (entry.startsWith("e")) return { page: "series", id: entry };
  return entry.startsWith("s") ? { page: "study", id: entry } : undefined;
}
