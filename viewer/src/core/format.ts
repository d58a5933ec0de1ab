/** Numbers, dates, times, lengths and sizes as the reader's language writes them. DICOM text in, plain text out. */
import type { Translate } from "./messages.ts";

export interface Formats {
  /** DA `19620314` → 14 Mar 1962; what is no date is shown as it stands. */
  readonly date: (da: string) => string;
  /** TM `101530.5` → 10:15. */
  readonly time: (tm: string) => string;
  /** DA and TM together. */
  readonly dateTime: (da: string, tm: string) => string;
  /** A moment in ISO 8601, as imports have. */
  readonly moment: (iso: string) => string;
  readonly number: (value: number, digits?: number) => string;
  readonly bytes: (value: number) => string;
  /** Millimetres, without the unit: 0.625. */
  readonly length: (value: number) => string;
  /** Seconds as 3 s, 4 min 10 s, 1 h 5 min. */
  readonly duration: (seconds: number) => string;
}

const DA = /^(\d{4})[.-]?(\d{2})[.-]?(\d{2})$/;
const TM = /^(\d{2}):?(\d{2})?:?(\d{2})?(\.\d+)?$/;
const UNITS = ["B", "kB", "MB", "GB", "TB", "PB"];

/** A DA value (and the old form with full stops) as a date in UTC; undefined when there is no such day. */
export function parseDate(da: string): Date | undefined {
  const parts = DA.exec(da.trim());
  if (parts === null) return undefined;
  const [year, month, day] = [Number(parts[1]), Number(parts[2]), Number(parts[3])];
  const date = new Date(Date.UTC(2000, 0, 1));
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date : undefined;
}

/** The formats of a locale: a language, or a language as one region writes it. */
export function formats(locale: string, t: Translate): Formats {
  const day = new Intl.DateTimeFormat(locale, { day: "2-digit", month: "short", year: "numeric", timeZone: "UTC" });
  const moment = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
  const plain = new Intl.NumberFormat(locale);
  const length = new Intl.NumberFormat(locale, { maximumSignificantDigits: 4 });

  const date = (da: string): string => {
    const parsed = parseDate(da);
    return parsed === undefined ? da : day.format(parsed);
  };
  const time = (tm: string): string => {
    const parts = TM.exec(tm.trim());
    return parts === null ? tm : `${parts[1] ?? ""}:${parts[2] ?? "00"}`;
  };
  return {
    date,
    time,
    dateTime: (da, tm) => [date(da), time(tm)].filter((text) => text !== "").join(", "),
    moment: (iso) => {
      const parsed = new Date(iso);
      return Number.isNaN(parsed.getTime()) ? iso : moment.format(parsed);
    },
    number: (value, digits) =>
      digits === undefined ? plain.format(value) : new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(value),
    bytes: (value) => showBytes(value, locale),
    length: (value) => length.format(value),
    duration: (seconds) => showDuration(seconds, t),
  };
}

/** Three figures are enough, and decimal units are what file managers show: 1.44 MB. */
function showBytes(value: number, locale: string): string {
  let size = value;
  let unit = 0;
  while (size >= 999.5 && unit < UNITS.length - 1) {
    size /= 1000;
    unit += 1;
  }
  const number = new Intl.NumberFormat(locale, { maximumSignificantDigits: 3 });
  return `${number.format(size)} ${UNITS[unit] ?? ""}`; // a space that does not break
}

function showDuration(seconds: number, t: Translate): string {
  if (seconds > 0 && seconds < 1) return t("duration.blink");
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return t("duration.seconds", { seconds: whole });
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return t("duration.minutes", { minutes, seconds: whole % 60 });
  return t("duration.hours", { hours: Math.floor(minutes / 60), minutes: minutes % 60 });
}
