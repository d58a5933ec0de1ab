/**
 * The one message table. Every text that a person sees stands here, in English and Italian, under the same key.
 *
 * A message may hold `{name}` (put in as it is; numbers in the language's way) and one choice by number,
 * `{count, one: # study, other: # studies}`, by the plural rules of the language (Intl.PluralRules).
 */
import { archive } from "./messages/archive.ts";
import { check } from "./messages/check.ts";
import { common } from "./messages/common.ts";
import { folders } from "./messages/folders.ts";
import { imports } from "./messages/imports.ts";
import { matches } from "./messages/matches.ts";
import type { beyond } from "./messages/beyond.ts";
import type { ledger } from "./messages/ledger.ts";
import type { media } from "./messages/media.ts";
import type { pacs } from "./messages/pacs.ts";
import type { others } from "./messages/others.ts";
import type { viewport } from "./messages/viewport.ts";
import type { upkeep } from "./messages/upkeep.ts";
import type { volume } from "./messages/volume.ts";

export const LANGUAGES = ["en", "it"] as const;
export type Language = (typeof LANGUAGES)[number];

const english = { ...common.en, ...folders.en, ...archive.en, ...check.en, ...imports.en, ...matches.en } as const;

/** Words of the viewer come with it, by {@link learn}: the first page does not wait for them. */
export type MessageKey = keyof typeof english | keyof typeof viewport.en | keyof typeof volume.en | keyof typeof beyond.en | keyof typeof ledger.en | keyof typeof media.en | keyof typeof others.en | keyof typeof pacs.en | keyof typeof upkeep.en;
export type Table = Readonly<Record<MessageKey, string>>;
type Words = Readonly<Record<Language, Readonly<Record<string, string>>>>;

const tables = {
  en: { ...english } as Record<string, string>,
  it: { ...common.it, ...folders.it, ...archive.it, ...check.it, ...imports.it, ...matches.it } as Record<string, string>,
};
export const TABLES: Words = tables;

/** The words of a part of the page that is loaded when it is first opened. */
export function learn(...parts: readonly Words[]): void {
  for (const words of parts) for (const language of LANGUAGES) Object.assign(tables[language], words[language]);
}

export type MessageValues = Readonly<Record<string, string | number>>;
export type Translate = (key: MessageKey, values?: MessageValues) => string;

const HOLE = /\{(\w+)(?:,([^{}]*))?\}/g;

/** The translator of one language. */
export function translator(language: Language): Translate {
  const plural = new Intl.PluralRules(language);
  const number = new Intl.NumberFormat(language);
  const show = (value: string | number): string => (typeof value === "number" ? number.format(value) : value);
  return (key, values = {}) =>
    (TABLES[language][key] ?? key).replace(HOLE, (_hole, name: string, choices: string | undefined) => {
      const value = values[name] ?? "";
      if (choices === undefined) return show(value);
      return choose(choices, plural.select(Number(value))).replace("#", show(value));
    });
}

/** The text of `category` in `one: a study, other: # studies`; `other` stands in for what is not listed. */
function choose(choices: string, category: string): string {
  const texts = new Map<string, string>();
  for (const part of choices.split(/,\s*(?=\w+:)/)) {
    const colon = part.indexOf(":");
    texts.set(part.slice(0, colon).trim(), part.slice(colon + 1).trim());
  }
  return texts.get(category) ?? texts.get("other") ?? "";
}

/** The language as the reader's own region writes it (`en-GB`: 14 Mar 1962), when their browser says one. */
export function regional(language: Language, wanted: readonly string[]): string {
  return wanted.find((tag) => tag.toLowerCase().startsWith(`${language}-`) && isLocale(tag)) ?? language;
}

/** Browsers do say things that are no language tags: Chromium in the C locale says `en-US@posix`. */
function isLocale(tag: string): boolean {
  try {
    return Intl.DateTimeFormat.supportedLocalesOf(tag).length > 0;
  } catch {
    return false;
  }
}

/** The first of the reader's languages that we speak. */
export function preferredLanguage(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const found = LANGUAGES.find((language) => tag.toLowerCase().split("-")[0] === language);
    if (found !== undefined) return found;
  }
  return "en";
}
