import { type Signal, useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";

import { patientSubtitle, patientTitle, studyTitle } from "../../core/people.ts";
import * as api from "../../io/api.ts";
import { isAbort } from "../../io/http.ts";
import { fmt, t } from "../prefs/index.ts";
import type { Part } from "./parts.ts";

const MOST_FOUND = 8;

interface Offered {
  readonly part: Part;
  /** What is told of it besides. */
  readonly more: string;
}

/** Patients and studies by the words of the search box: several go onto one medium. */
async function look(words: string, signal: AbortSignal): Promise<readonly Offered[]> {
  const query = { q: words, limit: MOST_FOUND };
  const [people, studies] = await Promise.all([api.patients(query, signal), api.studies(query, signal)]);
  return [
    ...people.items.map((one) => ({ part: { id: one.id, title: patientTitle(one, t), images: one.counts.instances }, more: patientSubtitle(one, fmt()) })),
    ...studies.items.map((one) => ({
      part: { id: one.id, title: [patientTitle(one.patient, t), fmt().date(one.date), studyTitle(one, t)].filter(Boolean).join(" · "), images: one.counts.instances },
      more: "",
    })),
  ];
}

/** What else is to be written: looked for, and added below the rest. */
export function WriteMore({ parts }: { readonly parts: Signal<readonly Part[]> }) {
  const words = useSignal("");
  const found = useSignal<readonly Offered[] | undefined>(undefined);
  const asked = useRef<AbortController | undefined>(undefined);
  const ask = (text: string): void => {
    words.value = text;
    asked.current?.abort();
    if (text.trim() === "") {
      found.value = undefined;
      return;
    }
    const now = new AbortController();
    asked.current = now;
    look(text, now.signal).then(
      (all) => (found.value = all),
      (error: unknown) => {
        if (!isAbort(error)) found.value = [];
      },
    );
  };
  const here = new Set(parts.value.map((part) => part.id));
  const left = (found.value ?? []).filter(({ part }) => !here.has(part.id));
  return (
    <details class="write-more">
      <summary>{t("write.more")}</summary>
      <input
        type="search"
        autocomplete="off"
        aria-label={t("write.moreWords")}
        placeholder={t("write.moreWords")}
        value={words.value}
        onInput={(event) => {
          ask(event.currentTarget.value);
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter") event.preventDefault(); // it would begin to write
        }}
      />
      {found.value !== undefined && left.length === 0 ? <p class="quiet">{t("write.moreNone")}</p> : null}
      <ul>
        {left.map(({ part, more }) => (
          <li key={part.id} class="write-found">
            <button type="button" class="button" aria-label={`${t("write.add")} ${part.title}`} onClick={() => (parts.value = [...parts.value, part])}>
              {t("write.add")}
            </button>
            <span>
              <bdi>{part.title}</bdi> <span class="quiet">{[more, t("count.images", { count: part.images })].filter(Boolean).join(" · ")}</span>
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}
