import { computed, effect, signal } from "@preact/signals";

import { type Formats, formats } from "../../core/format.ts";
import { type Language, LANGUAGES, type MessageKey, type MessageValues, preferredLanguage, regional, translator } from "../../core/messages.ts";
import { recall, remember } from "../../io/storage.ts";

export const language = signal<Language>(recall("language", LANGUAGES) ?? preferredLanguage(navigator.languages));

effect(() => {
  document.documentElement.lang = language.value;
});

export function setLanguage(to: Language): void {
  language.value = to;
  remember("language", to);
}

const translate = computed(() => translator(language.value));
const formatters = computed(() => formats(regional(language.value, navigator.languages), translate.value));

/** The text of a key in the language at hand. A component that calls it is drawn again when the language changes. */
export const t = (key: MessageKey, values?: MessageValues): string => translate.value(key, values);

/** Numbers, dates, names and sizes in the language at hand; likewise. */
export const fmt = (): Formats => formatters.value;
