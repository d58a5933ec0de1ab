import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

import type { SavedSearch } from "../../core/model.ts";
import { dropSearch, savedSearches, saveSearch } from "../../io/api.ts";
import { ApiError } from "../../io/http.ts";
import { Dialog, Icon, toast } from "../kit/index.ts";
import { t } from "../prefs/index.ts";
import type { ArchiveStore } from "./archiveStore.ts";

interface SavedProps {
  readonly store: ArchiveStore;
  readonly onClose: () => void;
}

/** The searches that are kept: keep the one at hand under a name, forget others. */
export function SavedDialog({ store, onClose }: SavedProps) {
  const words = store.words.value;
  const kept = useSignal<readonly SavedSearch[]>([]);
  const name = useSignal(words);
  const load = (): void => {
    savedSearches().then((all) => (kept.value = all), complain);
  };
  useEffect(load, []);
  const save = (event: Event): void => {
    event.preventDefault();
    const called = name.value.trim();
    if (called !== "") saveSearch({ name: called, level: "patient", words }).then(onClose, complain);
  };
  return (
    <Dialog title={t("saved.title")} class="ask" onClose={onClose}>
      <div class="dialog-body">
        {words === "" ? (
          <p class="quiet">{t("saved.hint")}</p>
        ) : (
          <form class="saved-form" onSubmit={save}>
            <input type="text" autofocus maxLength={80} aria-label={t("saved.name")} value={name.value} onInput={(event) => (name.value = event.currentTarget.value)} />
            <button type="submit" class="button primary">
              {t("saved.save")}
            </button>
          </form>
        )}
        <ul class="saved-list">
          {kept.value.map((one) => (
            <li key={one.name}>
              <span class="ellipsis">{one.name}</span>
              <code class="ellipsis quiet">{one.words}</code>
              <button
                type="button"
                class="icon-button"
                aria-label={t("saved.forget", { name: one.name })}
                title={t("saved.forget", { name: one.name })}
                onClick={() => {
                  dropSearch(one.name).then(load, complain);
                }}
              >
                <Icon name="trash" />
              </button>
            </li>
          ))}
        </ul>
      </div>
    </Dialog>
  );
}

function complain(error: unknown): void {
  toast({ kind: "bad", text: t(error instanceof ApiError ? `error.${error.code}` : "error.internal") });
}
