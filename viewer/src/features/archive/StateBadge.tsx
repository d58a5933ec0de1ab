import type { State } from "../../core/model.ts";
import { t } from "../prefs/index.ts";

/** Says that the files of an entry cannot be reached now; says nothing when they can. */
export function StateBadge({ state }: { readonly state: State }) {
  if (state === "online") return null;
  return (
    <span class="badge warn" title={t(state === "offline" ? "archive.offlineHint" : "archive.missingHint")}>
      {t(state === "offline" ? "archive.offline" : "archive.missing")}
    </span>
  );
}
