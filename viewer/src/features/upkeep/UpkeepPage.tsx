import { t } from "../prefs/index.ts";
import { Purge } from "./Purge.tsx";
import { Relink } from "./Relink.tsx";

export interface UpkeepPageProps {
  /** What is shown of the archive is another now. */
  readonly onChanged: () => void;
}

export const UpkeepPage = ({ onChanged }: UpkeepPageProps) => (
  <main class="page upkeep-page">
    <header class="page-head">
      <h1>{t("folders.upkeep")}</h1>
      <p class="quiet">{t("upkeep.intro")}</p>
    </header>
    <div class="upkeep-body">
      <Relink onChanged={onChanged} />
      <Purge onChanged={onChanged} />
    </div>
  </main>
);
