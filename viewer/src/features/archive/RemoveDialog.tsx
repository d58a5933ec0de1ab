import { patientTitle, seriesTitle, studyTitle } from "../../core/people.ts";
import { Ask, Icon } from "../kit/index.ts";
import { fmt, t } from "../prefs/index.ts";
import type { Chosen } from "./archiveStore.ts";

interface RemoveDialogProps {
  readonly chosen: Chosen;
  readonly onRemove: () => void;
  readonly onClose: () => void;
}

/** Asks before an entry is forgotten, and says the one thing that matters: the files stay where they are. */
export function RemoveDialog({ chosen, onRemove, onClose }: RemoveDialogProps) {
  return (
    <Ask title={t("remove.title")} confirm={t("remove.confirm")} onConfirm={onRemove} onClose={onClose}>
      <p class="ask-what">
        <strong>{nameOf(chosen)}</strong>
        <span class="quiet">{contentsOf(chosen)}</span>
      </p>
      <p class="ask-promise">
        <Icon name="folder" />
        <span>
          <strong>{t("remove.stay")}</strong> {t("remove.forget")}
        </span>
      </p>
    </Ask>
  );
}

/** What an entry is called, with its patient. */
export function nameOf(chosen: Chosen): string {
  switch (chosen.level) {
    case "patient":
      return patientTitle(chosen.entry, t);
    case "study":
      return `${studyTitle(chosen.entry, t)} · ${patientTitle(chosen.entry.patient, t)}`;
    case "series":
      return `${seriesTitle(chosen.entry, t)} · ${patientTitle(chosen.entry.study.patient, t)}`;
  }
}

function contentsOf({ level, entry }: Chosen): string {
  const { counts } = entry;
  const parts = [
    level === "patient" ? t("count.studies", { count: counts.studies }) : "",
    level === "series" ? "" : t("count.series", { count: counts.series }),
    t("count.images", { count: counts.instances }),
    fmt().bytes(counts.bytes),
  ];
  return parts.filter((part) => part !== "").join(" · ");
}
