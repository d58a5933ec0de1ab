import { LEFT_OUT, occurred, type ReasonGroup } from "../../core/importing.ts";
import type { ImportJob, ImportSummary } from "../../core/model.ts";
import { routePath } from "../../core/routes.ts";
import { Icon } from "../kit/index.ts";
import { fmt, t } from "../prefs/index.ts";

export interface ImportResultProps {
  readonly job: ImportJob;
  readonly reasons: readonly ReasonGroup[];
  readonly onClose: () => void;
  readonly onAgain: () => void;
}

/** How an import ended, in words. */
export function ImportResult({ job, reasons, onClose, onAgain }: ImportResultProps) {
  const { summary } = job;
  return (
    <>
      <div class="dialog-body result">
        {job.state === "failed" ? <p class="result-message bad">{job.message === "" ? t("error.internal") : job.message}</p> : null}
        {job.state === "cancelled" ? <p class="result-message">{t("import.cancelledHint")}</p> : null}
        {summary === null ? null : <Told summary={summary} reasons={reasons} />}
      </div>
      <footer class="dialog-foot">
        {summary === null ? null : (
          <a class="dialog-say link" href={routePath({ page: "ledger", id: summary.import })} onClick={onClose}>
            {t("import.ledger")}
          </a>
        )}
        <button type="button" class="button" onClick={onAgain}>
          {t("import.another")}
        </button>
        <button type="button" class="button primary" autofocus onClick={onClose}>
          {t("action.close")}
        </button>
      </footer>
    </>
  );
}

function Told({ summary, reasons }: { readonly summary: ImportSummary; readonly reasons: readonly ReasonGroup[] }) {
  const outcomes = occurred(summary);
  const files = t("count.files", { count: summary.files });
  return (
    <>
      <p class="result-head">{t("import.summary", { files, time: fmt().duration(summary.seconds) })}</p>
      <NewEntries summary={summary} />
      {outcomes.length === 0 ? <p>{t("import.nothing")}</p> : null}
      <ul class="outcomes">
        {outcomes.map((outcome) => (
          <li key={outcome} class={LEFT_OUT.includes(outcome) ? "outcome out" : "outcome"}>
            <Icon name={LEFT_OUT.includes(outcome) ? (outcome === "not_dicom" ? "info" : "warning") : "check"} />
            <div>
              {t(`outcome.${outcome}.words`, { count: summary[outcome] })}
              {reasons
                .filter((group) => group.outcome === outcome)
                .map((group) => (
                  <Why key={group.reason} group={group} />
                ))}
            </div>
          </li>
        ))}
      </ul>
    </>
  );
}

function NewEntries({ summary }: { readonly summary: ImportSummary }) {
  const parts = [
    t("count.patients", { count: summary.patients }),
    t("count.studies", { count: summary.studies }),
    t("count.series", { count: summary.series }),
    t("count.images", { count: summary.instances }),
  ];
  return (
    <>
      <h3>{t("import.found")}</h3>
      <ul class="found">
        {parts.map((part) => (
          <li key={part}>{part}</li>
        ))}
      </ul>
    </>
  );
}

/** One reason, and the first few paths that it befell. */
function Why({ group }: { readonly group: ReasonGroup }) {
  const more = group.count - group.paths.length;
  return (
    <details class="why">
      <summary>{t(`reason.${group.reason}`)}</summary>
      <ul>
        {group.paths.map((path) => (
          <li key={path}>
            <code>{path}</code>
          </li>
        ))}
        {more > 0 ? <li>{t("import.more", { count: more })}</li> : null}
      </ul>
    </details>
  );
}
