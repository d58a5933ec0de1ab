/** What a search found, as pieces to draw: the part that matches is marked, also where the page writes a text otherwise. */
import type { Formats } from "./format.ts";
import type { Found, Hit, Patient, Series } from "./model.ts";
import { showGroup } from "./names.ts";

/** A stretch of a text; `found` when it is what was searched for. */
export interface Piece {
  readonly text: string;
  readonly found: boolean;
}

type Span = readonly [start: number, end: number];

/** Spans of Unicode code points, as the server counts, in UTF-16 units, as strings here do. */
export function inUnits(text: string, spans: readonly Span[]): Span[] {
  const at: number[] = [];
  let unit = 0;
  for (const point of text) {
    at.push(unit);
    unit += point.length;
  }
  at.push(unit);
  return spans.map(([start, end]) => [at[start] ?? unit, at[end] ?? unit]);
}

/** `text` cut where spans (in UTF-16 units, in order) begin and end. */
export function cut(text: string, spans: readonly Span[]): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const [start, end] of spans) {
    pieces.push({ text: text.slice(at, start), found: false }, { text: text.slice(Math.max(at, start), end), found: true });
    at = Math.max(at, end);
  }
  pieces.push({ text: text.slice(at), found: false });
  return pieces.filter((piece) => piece.text !== "");
}

const SEPARATOR = /[\s^,=\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

/** The spans of `raw` in `shown`, which is the same but for separators; undefined when it is not. */
function carried(raw: string, spans: readonly Span[], shown: string): Span[] | undefined {
  const place: number[] = [];
  let at = 0;
  for (let index = 0; index < raw.length; index += 1) {
    if (SEPARATOR.test(raw.charAt(index))) {
      place.push(-1);
      continue;
    }
    while (at < shown.length && shown[at] !== raw[index]) {
      if (!SEPARATOR.test(shown.charAt(at))) return undefined;
      at += 1;
    }
    if (at >= shown.length) return undefined;
    place.push(at);
    at += 1;
  }
  return spans.flatMap(([start, end]): Span[] => {
    const places = place.slice(start, end).filter((one) => one >= 0);
    const [first, last] = [places[0], places.at(-1)];
    return first === undefined || last === undefined ? [] : [[first, last + 1]];
  });
}

const plain = (text: string): Piece[] => (text === "" ? [] : [{ text, found: false }]);

/** `shown`, which stands for the text `raw` of `field`, with what was found in it. `field` may be left open. */
export function marked(shown: string, raw: string, hits: readonly Hit[], ...fields: readonly string[]): Piece[] {
  const hit = hits.find((one) => one.text === raw && (fields.length === 0 || fields.includes(one.field)));
  if (hit === undefined || shown === "") return plain(shown);
  const spans = carried(raw, inUnits(raw, hit.spans), shown);
  return spans === undefined ? [{ text: shown, found: true }] : cut(shown, spans);
}

/** Texts in a line, those that say nothing left out. */
export function joined(parts: readonly (readonly Piece[])[], between: string): Piece[] {
  return parts.filter((part) => part.length > 0).flatMap((part, index) => [...plain(index === 0 ? "" : between), ...part]);
}

/** A date (DA) as the page writes it: the year alone when only that was asked for, else all of it. */
export function markedDate(da: string, hits: readonly Hit[], field: string, fmt: Formats): Piece[] {
  const shown = fmt.date(da);
  const hit = hits.find((one) => one.text === da && one.field === field);
  if (hit === undefined || shown === "") return plain(shown);
  const year = da.slice(0, 4);
  const at = shown.indexOf(year);
  const yearOnly = hit.spans.length === 1 && hit.spans[0]?.[1] === year.length && at >= 0;
  return cut(shown, yearOnly ? [[at, at + year.length]] : [[0, shown.length]]);
}

/** The fields whose hits have a text on the page (`hit.*` in the message table). */
export const HIT_FIELDS = [
  "name",
  "id",
  "born",
  "sex",
  "date",
  "description",
  "accession",
  "institution",
  "physician",
  "modality",
  "part",
  "equipment",
  "uid",
  "label",
  "note",
] as const;
export type HitField = (typeof HIT_FIELDS)[number];

/** What a row of the list of patients shows by itself: hits in it are marked there. */
function shownInRow(hit: Hit, patient: Patient): boolean {
  switch (hit.field) {
    case "name":
      return Object.values(patient.name).includes(hit.text);
    case "id":
      return hit.text === patient.patient_id;
    case "born":
      return hit.text === patient.birth_date;
    case "sex":
      return hit.text === patient.sex;
    case "modality":
      return patient.modalities.includes(hit.text);
    case "date":
      return hit.text === patient.last_study_date;
    case "label":
      return patient.labels.includes(hit.text);
    case "note":
      return patient.anonymous && hit.text === patient.note;
    default:
      return false;
  }
}

export interface Elsewhere {
  readonly field: HitField;
  readonly pieces: readonly Piece[];
}

/** Before the first mark of a long text no more than this is shown. */
const LEAD = 24;
const LONGEST = 160;

/** The first text in which something was found that the row of this patient does not show. */
export function elsewhere(patient: Patient, hits: readonly Hit[], fmt: Formats): Elsewhere | undefined {
  const hit = hits.find((one) => !shownInRow(one, patient));
  const field = HIT_FIELDS.find((one) => one === hit?.field);
  if (hit === undefined || field === undefined) return undefined;
  if (field === "born" || field === "date") return { field, pieces: markedDate(hit.text, [hit], field, fmt) };
  const isName = field === "name" || field === "physician";
  return { field, pieces: shortened(marked(isName ? showGroup(hit.text) : hit.text, hit.text, [hit])) };
}

/** A long text from shortly before the first mark on. */
function shortened(pieces: readonly Piece[]): Piece[] {
  const [first, ...rest] = pieces;
  if (first === undefined) return [];
  const long = !first.found && first.text.length > LEAD * 2;
  const all = [long ? { text: `…${first.text.slice(-LEAD)}`, found: false } : first, ...rest];
  return all.map((piece) => (piece.text.length > LONGEST ? { ...piece, text: `${piece.text.slice(0, LONGEST)}…` } : piece));
}

/** What a search finds below one patient. */
export interface FoundBelow {
  readonly hits: readonly Hit[];
  /** The studies in which it is, the first few. */
  readonly studies: readonly string[];
  /** The first series that has it. */
  readonly first: string | undefined;
}

const OF_PATIENT: ReadonlySet<string> = new Set(["name", "id", "born", "sex"]);
const MOST_OPEN = 3;

/** Which series of a patient have what was searched for, rather than only the patient's own texts. */
export function foundBelow(page: Found<Series>): FoundBelow {
  const having = page.items.filter((_, index) => page.hits[index]?.some((hit) => !OF_PATIENT.has(hit.field)) === true);
  const hits = new Map(page.hits.flat().map((hit) => [`${hit.field} ${hit.text}`, hit]));
  const studies = [...new Set(having.map((one) => one.study.id))].slice(0, MOST_OPEN);
  return { hits: [...hits.values()], studies, first: having.find((one) => one.study.id === studies[0])?.id };
}
