import { useSignal } from "@preact/signals";
import { useEffect, useId, useRef } from "preact/hooks";

import { ApiError } from "../../io/http.ts";
import { Icon, toast } from "../kit/index.ts";
import { t } from "../prefs/index.ts";
import type { ArchiveStore, Chosen } from "./archiveStore.ts";

interface SaidProps {
  readonly chosen: Chosen;
  readonly store: ArchiveStore;
}

/** What the user says of an entry: labels and a note. Kept beside the catalog, never in the files. */
export const SaidSection = ({ chosen, store }: SaidProps) => (
  <section aria-label={t("said.title")}>
    <h2>{t("said.title")}</h2>
    <LabelEditor chosen={chosen} store={store} />
    <NoteEditor chosen={chosen} store={store} />
  </section>
);

function LabelEditor({ chosen, store }: SaidProps) {
  const { id, labels } = chosen.entry;
  const list = useId();
  const known = useSignal<readonly string[]>([]);
  const typed = useSignal("");
  useEffect(() => {
    store.labels().then(
      (all) => (known.value = all),
      () => undefined, // nothing is suggested then
    );
  }, [store, known, labels]);
  const put = (to: readonly string[]): void => {
    typed.value = "";
    store.setLabels(id, to).catch(complain);
  };
  const add = (): void => {
    const label = typed.value.trim();
    if (label !== "" && !labels.includes(label)) put([...labels, label]);
    typed.value = "";
  };
  return (
    <div class="said-labels">
      {labels.map((label) => (
        <span key={label} class="label-chip">
          {label}
          <button
            type="button"
            aria-label={t("said.dropLabel", { label })}
            title={t("said.dropLabel", { label })}
            onClick={() => {
              put(labels.filter((one) => one !== label));
            }}
          >
            <Icon name="close" size={11} />
          </button>
        </span>
      ))}
      <input
        type="text"
        list={list}
        maxLength={64}
        autocomplete="off"
        aria-label={t("said.addLabel")}
        placeholder={t("said.addLabel")}
        value={typed.value}
        onInput={(event) => (typed.value = event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") typed.value = "";
          else if (event.key === "Enter" || event.key === ",") add();
          else return;
          event.preventDefault();
        }}
        onBlur={add}
      />
      <datalist id={list}>
        {known.value
          .filter((label) => !labels.includes(label))
          .map((label) => (
            <option key={label} value={label} />
          ))}
      </datalist>
    </div>
  );
}

function NoteEditor({ chosen, store }: SaidProps) {
  const { id, note } = chosen.entry;
  const draft = useSignal(note);
  const kept = useSignal(note);
  if (kept.value !== note) {
    // another window may have written it: what is not being written here follows
    if (draft.value === kept.value) draft.value = note;
    kept.value = note;
  }
  const dirty = draft.value !== note;
  const saving = useRef(false); // a click on Save takes the focus away, too: that is one saving
  const save = (): void => {
    if (!dirty || saving.current) return;
    saving.current = true;
    store
      .setNote(id, draft.value)
      .then(() => {
        toast({ text: t("said.saved") });
      }, complain)
      .finally(() => (saving.current = false));
  };
  return (
    <div class="said-note">
      <textarea
        rows={Math.min(12, Math.max(2, draft.value.split("\n").length))}
        aria-label={t("said.note")}
        placeholder={t("said.notePlaceholder")}
        value={draft.value}
        onInput={(event) => (draft.value = event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") draft.value = note;
          else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) save();
          else return;
          event.preventDefault();
        }}
        onBlur={save}
      />
      {chosen.level === "patient" && chosen.entry.anonymous ? <p class="quiet">{t("said.nameHint")}</p> : null}
      {dirty ? (
        <button type="button" class="button" onClick={save}>
          {t("said.save")}
        </button>
      ) : null}
    </div>
  );
}

function complain(error: unknown): void {
  toast({ kind: "bad", text: t(error instanceof ApiError ? `error.${error.code}` : "error.internal") });
}
