/** The studies of a patient along the years. */
import { parseDate } from "./format.ts";
import type { Study } from "./model.ts";

export interface Mark {
  readonly study: Study;
  /** From 0, the oldest, to 1, the newest. */
  readonly at: number;
}

/** Where each study with a date stands; nothing when that would tell no more than one date. */
export function timeline(studies: readonly Study[]): Mark[] {
  const dated = studies.flatMap((study) => {
    const day = parseDate(study.date)?.getTime();
    return day === undefined ? [] : [{ study, day }];
  });
  const days = dated.map((one) => one.day);
  const [first, last] = [Math.min(...days), Math.max(...days)];
  if (dated.length < 2 || first === last) return [];
  return dated.map(({ study, day }) => ({ study, at: (day - first) / (last - first) })).sort((a, b) => a.at - b.at);
}
