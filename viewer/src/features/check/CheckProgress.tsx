import { fraction } from "../../core/importing.ts";
import type { Progress } from "../../core/model.ts";
import { fmt, t } from "../prefs/index.ts";
import type { RunningCheck } from "./checkStore.ts";

const PHASES = { walking: "check.walking", reading: "check.reading", finishing: "check.finishing" } as const;

/** How far it is, and how long it may take yet. */
function figures({ phase, done, total, seconds_left: left }: Progress): string {
  const parts = [
    total === null ? "" : t("check.progress", { done, total }),
    left === null || phase !== "reading" ? "" : `${fmt().duration(left)} ${t("import.left")}`,
  ];
  return parts.filter((one) => one !== "").join(" · ");
}

/** A check as it goes. */
export function CheckProgress({ running, onStop }: { readonly running: RunningCheck; readonly onStop: () => void }) {
  const { progress, stopping } = running;
  return (
    <div class="check-start">
      <p class="progress-phase" role="status">
        {t(stopping ? "check.stopping" : PHASES[progress?.phase ?? "walking"])}
      </p>
      <Bar part={progress === undefined ? undefined : fraction(progress)} />
      <p class="quiet">{progress === undefined ? "" : figures(progress)}</p>
      <p class="progress-current" title={progress?.current}>
        <bdi>{progress?.current}</bdi>
      </p>
      <button type="button" class="button" disabled={stopping} onClick={onStop}>
        {t("check.stop")}
      </button>
    </div>
  );
}

/** `part` from 0 to 1; undefined while nobody knows how much there is. */
function Bar({ part }: { readonly part: number | undefined }) {
  const percent = part === undefined ? undefined : Math.round(part * 100);
  return (
    <div class="bar" role="progressbar" aria-label={t("check.running")} aria-valuemin={0} aria-valuemax={100} aria-valuenow={percent}>
      <div class={part === undefined ? "bar-part moving" : "bar-part"} style={{ width: `${percent ?? 25}%` }} />
    </div>
  );
}
