import { fraction } from "../../core/importing.ts";
import { sessionHere } from "../../core/place.ts";
import { t } from "../prefs/index.ts";
import type { ImportStore } from "./importStore.ts";

/** A running import in the header, while its dialog is closed. */
export function ProgressChip({ store }: { readonly store: ImportStore }) {
  const running = store.running.value;
  if (running === undefined || store.shown.value) return null;
  const { progress } = running;
  const part = progress === undefined ? undefined : fraction(progress);
  // of a session nothing is imported: it is looked through
  const what = sessionHere() === undefined ? "import" : "look";
  const label =
    part === undefined ? t(`${what}.chip`, { count: progress?.seen ?? 0 }) : t(`${what}.chipPercent`, { percent: Math.floor(part * 100) });
  return (
    <button
      type="button"
      class="progress-chip"
      onClick={() => {
        store.show();
      }}
    >
      <span class={part === undefined ? "ring turning" : "ring"} style={{ "--part": part ?? 0.25 }} />
      <span>{label}</span>
    </button>
  );
}
