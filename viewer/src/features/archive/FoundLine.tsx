import { t } from "../prefs/index.ts";
import type { ArchiveStore } from "./archiveStore.ts";

/** Above the list while something is asked for: how many there are, in which order, and what was looked for instead. */
export function FoundLine({ store }: { readonly store: ArchiveStore }) {
  const { instead, more } = store.answer.value;
  const count = store.patients.total.value;
  if (store.unasked || count === undefined) return null;
  const typed = instead.map(([word]) => word).join(" ");
  const meant = instead.map(([, word]) => word).join(" ");
  return (
    <div class="found-line">
      <span>{t(more ? "archive.foundMore" : "archive.found", { count })}</span>
      {store.answered.value === "" || count < 2 ? null : store.order.value === undefined ? (
        <span class="quiet">{t("archive.bestFirst")}</span>
      ) : (
        <button type="button" class="link" onClick={() => void store.orderBy(undefined)}>
          {t("archive.bestFirst")}
        </button>
      )}
      {instead.length === 0 ? null : <p class="found-instead">{t("archive.instead", { typed, meant })}</p>}
    </div>
  );
}
