import { useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";

import { leftOut, whoText } from "../../core/importing.ts";
import type { ImportSummary } from "../../core/model.ts";
import type { Route } from "../../core/routes.ts";
import * as api from "../../io/api.ts";
import { type Column, Grid, Paged, Problem } from "../kit/index.ts";
import { fmt, language, t } from "../prefs/index.ts";

const columns = (): Column<ImportSummary>[] => [
  { key: "number", title: t("imports.number"), track: "52px", min: 52, spare: 0, end: true, cell: (one) => fmt().number(one.import) },
  { key: "started", title: t("imports.started"), track: "160px", min: 160, spare: 0, cell: (one) => fmt().moment(one.started) },
  {
    key: "roots",
    title: t("imports.roots"),
    track: "minmax(160px, 3fr)",
    min: 160,
    spare: 0,
    cell: (one) => one.roots.join(", "),
    full: (one) => one.roots.join("\n"),
  },
  {
    key: "state",
    title: t("imports.state"),
    track: "110px",
    min: 110,
    spare: 0,
    cell: (one) => <span class={`state-${one.state}`}>{t(`imports.state.${one.state}`)}</span>,
    full: (one) => one.message,
  },
  { key: "files", title: t("imports.files"), track: "96px", min: 96, spare: 1, end: true, cell: (one) => fmt().number(one.files) },
  { key: "added", title: t("imports.added"), track: "96px", min: 96, spare: 0, end: true, cell: (one) => fmt().number(one.added) },
  { key: "out", title: t("imports.leftOut"), track: "104px", min: 104, spare: 2, end: true, cell: (one) => fmt().number(leftOut(one)) },
  { key: "who", title: t("imports.who"), track: "minmax(96px, 1fr)", min: 96, spare: 4, cell: (one) => whoText(one.who, t) },
  { key: "took", title: t("imports.took"), track: "110px", min: 110, spare: 3, end: true, cell: (one) => fmt().duration(one.seconds) },
];

export interface ImportsPageProps {
  readonly onGo: (route: Route) => void;
}

/** Past imports, newest first. */
export function ImportsPage({ onGo }: ImportsPageProps) {
  const source = useMemo(() => new Paged<ImportSummary>(api.imports), []);
  const titled = useMemo(columns, [language.value]);
  const cursor = useSignal(0);
  useEffect(() => void source.reload(), [source]);
  const problem = source.problem.value;
  return (
    <main class="page">
      <h1>{t("imports.title")}</h1>
      {problem === undefined ? null : <Problem problem={problem} onRetry={() => void source.reload()} />}
      {source.total.value === 0 ? <p class="quiet">{t("imports.empty")}</p> : null}
      <Grid<ImportSummary>
        id="imports"
        label={t("imports.title")}
        source={source}
        columns={titled}
        cursor={cursor.value}
        onCursor={(index) => (cursor.value = index)}
        onOpen={(one) => {
          onGo({ page: "ledger", id: one.import });
        }}
      />
    </main>
  );
}
