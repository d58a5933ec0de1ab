import { describe, expect, it } from "vitest";

import { LANGUAGES, learn, preferredLanguage, regional, TABLES, translator } from "./messages.ts";
import { beyond } from "./messages/beyond.ts";
import { ledger } from "./messages/ledger.ts";
import { media } from "./messages/media.ts";
import { pacs } from "./messages/pacs.ts";
import { others } from "./messages/others.ts";
import { upkeep } from "./messages/upkeep.ts";
import { viewport } from "./messages/viewport.ts";
import { volume } from "./messages/volume.ts";
import { DETAILS, OUTCOMES, REASONS } from "./model.ts";

learn(viewport, volume, beyond, ledger, media, others, pacs, upkeep);

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

describe("what the server says", () => {
  it.each(LANGUAGES)("has words for every outcome and every reason in %s", (language) => {
    const codes = [...OUTCOMES.map((one) => `outcome.${one}`), ...OUTCOMES.map((one) => `outcome.${one}.words`), ...REASONS.map((one) => `reason.${one}`), ...DETAILS.map((one) => `detail.${one}`)];
    expect(codes.filter((code) => !(code in TABLES[language]))).toEqual([]);
  });
});

describe("translator", () => {
  it.each([
    ["en", 0, "0 studies"],
    ["en", 1, "1 study"],
    ["en", 1234, "1,234 studies"],
    ["it", 1, "1 studio"],
    ["it", 0, "0 studi"],
    ["it", 12345, "12.345 studi"],
  ] as const)("counts in %s: %i", (language, count, expected) => {
    expect(translator(language)("count.studies", { count })).toBe(expected);
  });


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

describe("regional", () => {
  it("takes the reader's own region of the language, when there is one", () => {
    expect(regional("en", ["it-IT", "en-GB", "en-US"])).toBe("en-GB");
    expect(regional("it", ["en-GB"])).toBe("it");
    expect(regional("en", ["en-US@posix"])).toBe("en");
  });
});
