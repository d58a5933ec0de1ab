import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

import { found, isHint, isWell } from "../../core/checking.ts";
import type { CheckReport } from "../../core/model.ts";
import { Icon, Problem } from "../kit/index.ts";
import { fmt, t } from "../prefs/index.ts";
import { CheckProgress } from "./CheckProgress.tsx";
import type { CheckStore } from "./checkStore.ts";
import { FindingGroup } from "./FindingGroup.tsx";

/** Parts of the files that may be read, as `POST /api/checks` has them. */
const SHARES = ["1", "0.25", "0.05", "0.01"] as const;
type Share = (typeof SHARES)[number];

/** Start a check, watch it, read what the last one found. */
export function CheckPage({ store }: { readonly store: CheckStore }) {
  useEffect(() => void store.load(), [store]);
  const running = store.running.value;
  const problem = store.problem.value;
  return (
    <main class="page check">
      <h1>{t("check.title")}</h1>
      <p class="quiet">{t("check.intro")}</p>
      {running === undefined ? <Start store={store} /> : <CheckProgress running={running} onStop={() => void store.stop()} />}
      {problem === undefined ? null : <Problem problem={problem} onRetry={() => void store.load()} />}
      {store.failure.value === undefined ? null : (
        <p class="check-say bad" role="alert">
          <Icon name="warning" />
          {t("check.failed")}: {store.failure.value}
        </p>
      )}
      <Last store={store} />
    </main>
  );
}

function Start({ store }: { readonly store: CheckStore }) {
  const deep = useSignal(false);
  const share = useSignal<Share>("1");
  return (
    <form
      class="check-start"
      onSubmit={(event) => {
        event.preventDefault();
        void store.start({ read_data: deep.value, sample: deep.value ? Number(share.value) : 1 });
      }}
    >
      <label>
        <input type="radio" name="check-how" checked={!deep.value} onChange={() => (deep.value = false)} />
        {t("check.quick")}
      </label>
      <label>
        <input type="radio" name="check-how" checked={deep.value} onChange={() => (deep.value = true)} />
        {t("check.deep")}
      </label>
      <div class="check-share">
        <label>
          {t("check.share")}
          <select disabled={!deep.value} value={share.value} onChange={(event) => (share.value = event.currentTarget.value as Share)}>
            {SHARES.map((one) => (
              <option key={one} value={one}>
                {t(`check.share.${one}`)}
              </option>
            ))}
          </select>
        </label>
        <span class="quiet">{t("check.deepHint")}</span>
      </div>
      <button type="submit" class="button primary">
        <Icon name="check" />
        {t((store.report.value ?? null) === null ? "check.start" : "check.again")}
      </button>
    </form>
  );
}

/** What the last check found: all is well, or what is not, kind by kind. */
function Last({ store }: { readonly store: CheckStore }) {
  const report = store.report.value;
  if (report === undefined) return null;
  if (report === null) {
    return store.running.value === undefined ? (
      <div class="notice">
        <Icon name="info" size={28} />
        <h2>{t("check.never")}</h2>
        <p>{t("check.neverHint")}</p>
      </div>
    ) : null;
  }
  const groups = found(report);
  const wrong = groups.filter(({ trouble }) => !isHint(trouble));
  const hints = groups.filter(({ trouble }) => isHint(trouble));
  return (
    <section class="check-last" aria-label={t("check.lastly")}>
      <Verdict report={report} wrong={wrong.reduce((sum, { count }) => sum + count, 0)} />
      {wrong.map((group) => (
        <FindingGroup key={`${report.id} ${group.trouble}`} store={store} {...group} open />
      ))}
      {hints.length === 0 ? null : <h2 class="check-hints">{t("check.hints")}</h2>}
      {hints.map((group) => (
        <FindingGroup key={`${report.id} ${group.trouble}`} store={store} {...group} open={false} />
      ))}
    </section>
  );
}

function Verdict({ report, wrong }: { readonly report: CheckReport; readonly wrong: number }) {
  const well = isWell(report);
  const whole = report.state === "done";
  const head = !well ? t("check.ill", { count: wrong }) : report.files === 0 ? t("check.nothing") : t(whole ? "check.well" : "check.stopped");
  return (
    <div class={well && whole ? "verdict well" : "verdict"}>
      <Icon name={well && whole ? "check" : "warning"} size={24} />
      <div>
        <h2>{head}</h2>
        <p>{figures(report).join(" · ")}</p>
        {well || whole ? null : <p>{t("check.stopped")}</p>}
      </div>
    </div>
  );
}

/** When it was, and what it looked at. */
function figures(report: CheckReport): string[] {
  const read = report.read === 0 ? "" : t("check.read", { files: report.read, bytes: fmt().bytes(report.bytes) });
  const first = report.first_read === 0 ? "" : t("check.firstRead", { files: report.first_read });
  const offline = report.offline === 0 ? "" : t("check.offline", { files: report.offline });
  const parts = [fmt().moment(report.started), t("check.files", { files: report.files }), read, first, offline, fmt().duration(report.seconds)];
  return parts.filter((part) => part !== "");
}
