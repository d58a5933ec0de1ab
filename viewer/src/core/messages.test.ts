import { describe, expect, it } from "vitest";

import { LANGUAGES, preferredLanguage, TABLES, translator } from "./messages.ts";

/** The holes of a message, so that a translation cannot forget one: `{count}`, `{name}` … */
const holes = (text: string): string[] => [...text.matchAll(/\{(\w+)/g)].map((hole) => hole[1] ?? "").sort();

describe("the message table", () => {
  const keys = Object.keys(TABLES.en).sort();

  it.each(LANGUAGES)("has every key in %s, and no other", (language) => {
    expect(Object.keys(TABLES[language]).sort()).toEqual(keys);
  });

  it.each(LANGUAGES)("has no empty text in %s", (language) => {
    expect(Object.entries(TABLES[language]).filter(([, text]) => text.trim() === "")).toEqual([]);
  });

  it.each(LANGUAGES)("has the same holes in %s as in English", (language) => {
    const other = Object.entries(TABLES[language]).map(([key, text]) => [key, [...new Set(holes(text))]]);
    const english = Object.entries(TABLES.en).map(([key, text]) => [key, [...new Set(holes(text))]]);
    expect(Object.fromEntries(other)).toEqual(Object.fromEntries(english));
  });
});

describe("translator", () => {
  it("fills holes and writes numbers in the way of the language", () => {
    expect(translator("en")("duration.hours", { hours: 1234, minutes: 5 })).toBe("1,234 h 5 min");
    expect(translator("it")("duration.hours", { hours: 12345, minutes: 5 })).toBe("12.345 h 5 min");
  });
});

describe("preferredLanguage", () => {
  it.each([
    [["it-CH", "en"], "it"],
    [["de", "it"], "it"],
    [["de", "fr"], "en"],
    [["EN-gb"], "en"],
    [[], "en"],
  ] as const)("of %j is %s", (wanted, expected) => {
    expect(preferredLanguage(wanted)).toBe(expected);
  });
});
