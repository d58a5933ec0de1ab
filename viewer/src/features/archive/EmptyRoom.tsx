import { Icon } from "../kit/index.ts";
import { t } from "../prefs/index.ts";

const DEMO_COMMAND = "fileroom demo";

/** What a newcomer sees: an empty film jacket, and what to do about it. */
export function EmptyRoom({ onImport }: { readonly onImport: () => void }) {
  return (
    <main class="empty-room">
      <svg class="empty-art" viewBox="0 0 120 96" aria-hidden="true">
        <path d="M34 10h50l12 11v30H34z" class="art-film back" />
        <path d="M22 20h58l14 12v22H22z" class="art-film" />
        <path d="M12 36h30l7 8h59v40a6 6 0 0 1-6 6H18a6 6 0 0 1-6-6z" class="art-jacket" />
      </svg>
      <h1>{t("archive.empty")}</h1>
      <p>{t("archive.emptyHint")}</p>
      <button type="button" class="button primary large" onClick={onImport}>
        <Icon name="download" />
        {t("header.import")}
      </button>
      <p class="quiet">
        {t("archive.emptyDemo")} <code>{DEMO_COMMAND}</code>
      </p>
    </main>
  );
}
