import { fraction } from "../../core/importing.ts";
import type { Progress } from "../../core/model.ts";
import { fmt, t } from "../prefs/index.ts";
import type { Running } from "./importStore.ts";

interface ImportProgressProps {
  readonly running: Running;
  readonly onStop: () => void;
  readonly onHide: () => void;
}

const PHASES = { walking: "import.walking", reading: "import.reading", finishing: "import.finishing" } as const;
const NOTHING: Progress = {
  phase: "walking",
  seen: 0,
  done: 0,
  read: 0,
  total: null,
  files_per_second: 0,
  seconds: 0,
  seconds_left: null,
  patients: 0,
  studies: 0,
  series: 0,
  instances: 0,
  problems: 0,
  current: "",
};

/** An import as it goes. */
export function ImportProgress({ running, onStop, onHide }: ImportProgressProps) {
  const progress = running.progress ?? NOTHING;
  return (
    <>
      <div class="dialog-body progress">
        <p class="progress-phase" role="status">
          {t(running.lost ? "import.lost" : running.stopping ? "import.stopping" : PHASES[progress.phase])}
        </p>
        <Bar progress={progress} />
        <p class="progress-current" title={progress.current}>
          <bdi>{progress.current}</bdi>
        </p>
        <Numbers progress={progress} />
        <h3>{t("import.found")}</h3>
        <Found progress={progress} />
      </div>
      <footer class="dialog-foot">
        <button type="button" class="button" disabled={running.stopping} onClick={onStop}>
          {t("import.stop")}
        </button>
        <span class="dialog-say" />
        <button type="button" class="button primary" autofocus onClick={onHide}>
          {t("import.background")}
        </button>
      </footer>
    </>
  );
}

/** How far it is; without a number while the folders are still being walked. */
function Bar({ progress }: { readonly progress: Progress }) {
  const part = fraction(progress);
  const percent = part === undefined ? undefined : Math.round(part * 100);
  return (
    <div class="bar" role="progressbar" aria-label={t(PHASES[progress.phase])} aria-valuemin={0} aria-valuemax={100} aria-valuenow={percent}>
      <div class={part === undefined ? "bar-part moving" : "bar-part"} style={{ width: `${(part ?? 0.25) * 100}%` }} />
    </div>
  );
}

function Numbers({ progress }: { readonly progress: Progress }) {
  const seen = progress.total ?? progress.seen;
  const left = progress.seconds_left;
  return (
    <dl class="numbers">
      <Number value={fmt().number(seen)} label={t("import.seen")} />
      <Number value={fmt().number(progress.read)} label={t("import.read")} />
      <Number value={fmt().number(Math.round(progress.files_per_second))} label={t("import.rate")} />
      <Number value={left === null ? "–" : fmt().duration(left)} label={t("import.left")} />
    </dl>
  );
}

function Found({ progress }: { readonly progress: Progress }) {
  const { patients, studies, series, instances } = progress;
  const parts = [
    t("count.patients", { count: patients }),
    t("count.studies", { count: studies }),
    t("count.series", { count: series }),
    t("count.images", { count: instances }),
  ];
  return (
    <ul class="found">
      {parts.map((part) => (
        <li key={part}>{part}</li>
      ))}
    </ul>
  );
}

function Number({ value, label }: { readonly value: string; readonly label: string }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{value}</dd>
    </div>
  );
}
