import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";

import { detailText, LEFT_OUT, occurred, whoText } from "../../core/importing.ts";
import type { ImportSummary, LedgerEntry, Outcome } from "../../core/model.ts";
import { routePath } from "../../core/routes.ts";
import * as api from "../../io/api.ts";
import { ApiError } from "../../io/http.ts";
import { type Column, Grid, Icon, Paged, Problem, toast } from "../kit/index.ts";
import { fmt, language, t } from "../prefs/index.ts";
import { UndoDialog } from "./UndoDialog.tsx";

const columns = (): Column<LedgerEntry>[] => [
  {
    key: "path",
    title: t("ledger.path"),
    track: "minmax(240px, 4fr)",
    min: 240,
    spare: 0,
    cell: (one) => <bdi>{one.path}</bdi>,
    full: (one) => one.path,
  },
  {
    key: "outcome",
    title: t("ledger.outcome"),
    track: "110px",
    min: 110,
    spare: 0,
    cell: (one) => <span class={LEFT_OUT.includes(one.outcome) ? "out" : ""}>{t(`outcome.${one.outcome}`)}</span>,
  },
  {
    key: "reason",
    title: t("ledger.reason"),
    track: "minmax(200px, 3fr)",
    min: 200,
    spare: 0,
    cell: (one) => (
      <>
        {t(`reason.${one.reason}`)}
        {one.detail === "" ? null : <span class="quiet"> {detailText(one.detail, t)}</span>}
      </>
    ),
    full: (one) => [t(`reason.${one.reason}`), detailText(one.detail, t)].filter((text) => text !== "").join("\n"),
  },
  { key: "size", title: t("ledger.size"), track: "88px", min: 88, spare: 1, end: true, cell: (one) => fmt().bytes(one.size) },
];

export interface LedgerPageProps {
  readonly id: number;
  readonly onUndone: () => void;
}

/** What became of every path of one import. */
export function LedgerPage({ id, onUndone }: LedgerPageProps) {
  const outcome = useSignal<Outcome | undefined>(undefined);
  const titled = useMemo(columns, [language.value]);
  const cursor = useSignal(-1);
  const summary = useSignal<ImportSummary | undefined>(undefined);
  const source = useMemo(
    () => new Paged<LedgerEntry>((offset, limit, abort) => api.ledger(id, { outcome: outcome.peek(), offset, limit }, abort)),
    [id, outcome],
  );
  useEffect(() => {
    void source.reload();
    // what is the matter, if anything, the list says
    api.importSummary(id).then((one) => (summary.value = one), () => undefined);
  }, [source, id, summary]);
  const problem = source.problem.value;
  const choose = (to: Outcome | undefined): void => {
    outcome.value = to;
    cursor.value = -1;
    void source.reload();
  };
  return (
    <main class="page">
      <LedgerHead id={id} summary={summary.value} onUndone={onUndone} />
      {summary.value === undefined ? null : (
        <div class="ledger-bar">
          <Filter summary={summary.value} outcome={outcome} onChoose={choose} />
          <span class="spring" />
          <Keep id={id} outcome={outcome.value} />
        </div>
      )}
      {problem === undefined ? null : <Problem problem={problem} onRetry={() => void source.reload()} />}
      {source.total.value === 0 ? <p class="quiet page-note">{t("ledger.empty")}</p> : null}
      <Grid<LedgerEntry>
        id="ledger"
        label={t("ledger.title", { number: id })}
        source={source}
        columns={titled}
        cursor={cursor.value}
        onCursor={(index) => (cursor.value = index)}
      />
    </main>
  );
}

interface LedgerHeadProps extends LedgerPageProps {
  readonly summary: ImportSummary | undefined;
}

/** When, by whom, how it ended, of which folders. */
function about(summary: ImportSummary): string {
  const parts = [fmt().moment(summary.started), whoText(summary.who, t), t(`imports.state.${summary.state}`), summary.roots.join(", ")];
  return parts.filter((part) => part !== "").join(" · ");
}

function LedgerHead({ id, summary, onUndone }: LedgerHeadProps) {
  const asking = useSignal(false);
  const undo = (): void => {
    asking.value = false;
    api.undoImport(id).then(
      ({ instances }) => {
        toast({ kind: "good", text: t("undo.done", { count: instances }) });
        onUndone();
      },
      (error: unknown) => {
        toast({ kind: "bad", text: t(error instanceof ApiError ? `error.${error.code}` : "error.internal") });
      },
    );
  };
  return (
    <header class="page-head">
      <a class="icon-button" href={routePath({ page: "imports" })} aria-label={t("imports.title")} title={t("imports.title")}>
        <Icon name="back" />
      </a>
      <h1>{t("ledger.title", { number: id })}</h1>
      {summary === undefined ? null : (
        <p class="quiet ellipsis" title={summary.roots.join("\n")}>
          {about(summary)}
        </p>
      )}
      <span class="spring" />
      {summary === undefined || summary.state === "running" || summary.instances === 0 ? null : (
        <button type="button" class="button" onClick={() => (asking.value = true)}>
          {t("undo.menu")}
        </button>
      )}
      {asking.value ? <UndoDialog images={summary?.instances ?? 0} onUndo={undo} onClose={() => (asking.value = false)} /> : null}
    </header>
  );
}

/** The lines that are shown, all of them, as files to keep. */
function Keep({ id, outcome }: { readonly id: number; readonly outcome: Outcome | undefined }) {
  return (
    <>
      <a class="button" href={api.ledgerUrl(id, "csv", outcome)} download title={t("ledger.csvHint")}>
        <Icon name="download" />
        {t("ledger.csv")}
      </a>
      <a class="button" href={api.ledgerUrl(id, "json", outcome)} download title={t("ledger.jsonHint")}>
        <Icon name="download" />
        {t("ledger.json")}
      </a>
    </>
  );
}

interface FilterProps {
  readonly summary: ImportSummary;
  readonly outcome: Signal<Outcome | undefined>;
  readonly onChoose: (outcome: Outcome | undefined) => void;
}

/** One button for each outcome that occurred. Unchanged files are counted, but have no lines. */
function Filter({ summary, outcome, onChoose }: FilterProps) {
  const listed = occurred(summary).filter((one) => one !== "unchanged");
  const choices: readonly (Outcome | undefined)[] = [undefined, ...listed];
  return (
    <div class="filter" role="group" aria-label={t("ledger.outcome")}>
      {choices.map((one) => (
        <button
          key={one ?? ""}
          type="button"
          class={one === outcome.value ? "pill on" : "pill"}
          aria-pressed={one === outcome.value}
          onClick={() => {
            onChoose(one);
          }}
        >
          {one === undefined ? t("ledger.all") : t(`outcome.${one}`)}
          {one === undefined ? null : <span class="pill-count">{fmt().number(summary[one])}</span>}
        </button>
      ))}
      {summary.unchanged > 0 ? <span class="quiet">{t("ledger.unchanged")}</span> : null}
    </div>
  );
}
