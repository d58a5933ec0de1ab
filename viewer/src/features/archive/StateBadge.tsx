import type { State } from "../../core/model.ts";
import { t } from "../prefs/index.ts";

/** Says that the files of an entry cannot be reached now, or are not what they were; says nothing when all is well. */
export function StateBadge({ state }: { readonly state: State }) {
  if (state === "online") return null;
  return (
    <span class="badge warn" title={t(`archive.${state}Hint`)}>
      {t(`archive.${state}`)}
    </span>
  );
}
