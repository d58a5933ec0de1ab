/** The words of the search box as pieces (docs/http-api.md, *Search*), so that menus can read and write some of them. */

const PIECE = /-*(?:\p{L}+:(?=\S))?(?:"[^"]*"?|[^\s"]+)/gu;

/** What people call the fields that menus write, in English and Italian; three letters are enough. */
const CALLED = {
  mod: ["modality", "modalita"],
  date: ["date", "studydate", "data"],
} as const;
export type MenuField = keyof typeof CALLED;

const pieces = (words: string): string[] => words.match(PIECE) ?? [];

/** What a piece asks for in `field`; undefined when it is something else. */
function asked(piece: string, field: MenuField): string | undefined {
  const colon = piece.indexOf(":");
  const name = piece.slice(0, colon).toLowerCase().replace("à", "a");
  if (colon < 3 || !CALLED[field].some((called) => called.startsWith(name))) return undefined;
  return piece.slice(colon + 1).replaceAll('"', "");
}

/** What the words ask for in `field`: `CT` of `rossi mod:CT`. */
export function wordOf(words: string, field: MenuField): string | undefined {
  for (const piece of pieces(words)) {
    const value = asked(piece, field);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** The same words, asking for `value` in `field`, or for nothing there. */
export function withWord(words: string, field: MenuField, value: string | undefined): string {
  const others = pieces(words).filter((piece) => asked(piece, field) === undefined);
  return [...others, ...(value === undefined ? [] : [`${field}:${value}`])].join(" ");
}

/** The first and the last day of `2024-01-05..2024-02-01`, as an input of days has them; what is not a day is left open. */
export function daysOf(value: string | undefined): readonly [string, string] {
  const [first = "", last = ""] = (value ?? "").split("..");
  const day = (text: string): string => (/^\d{4}-\d{2}-\d{2}$/.test(text) ? text : "");
  return [day(first), day(last)];
}

export const STRETCHES = ["week", "month", "year", "lastYear", "fiveYears"] as const;
export type Stretch = (typeof STRETCHES)[number];

const iso = (day: Date): string => `${day.getFullYear()}-${String(day.getMonth() + 1).padStart(2, "0")}-${String(day.getDate()).padStart(2, "0")}`;

/** A stretch of days up to `today` as it is typed: `2026-11-16..`, `2025`. */
export function stretchWord(stretch: Stretch, today: Date): string {
  const back = (days: number): string => `${iso(new Date(today.getFullYear(), today.getMonth(), today.getDate() - days))}..`;
  switch (stretch) {
    case "week":
      return back(6);
    case "month":
      return back(29);
    case "year":
      return String(today.getFullYear());
    case "lastYear":
      return String(today.getFullYear() - 1);
    case "fiveYears":
      return `${today.getFullYear() - 4}..`;
  }
}
