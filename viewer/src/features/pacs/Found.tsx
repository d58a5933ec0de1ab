import type { Elsewhere } from "../../core/model.ts";
import { fmt, t } from "../prefs/index.ts";
import { type Fetching, isRunning, type PacsStore, presence } from "./pacsStore.ts";

/** What the node has of what was asked for, and how much of that is here. */
export function Found({ store }: { readonly store: PacsStore }) {
  const asked = store.asked.value;
  if (asked === undefined) return store.searching.value ? null : <p class="quiet">{t("pacs.start")}</p>;
  return (
    <>
      {asked.unasked.length === 0 ? null : <p class="pacs-say">{t("pacs.unasked", { words: asked.unasked.join(" ") })}</p>}
      {asked.more ? <p class="pacs-say">{t("pacs.more")}</p> : null}
      {asked.items.length === 0 ? <p role="status">{t("pacs.nothing")}</p> : <Studies store={store} studies={asked.items} />}
    </>
  );
}

function Studies({ store, studies }: { readonly store: PacsStore; readonly studies: readonly Elsewhere[] }) {
  const fetching = store.fetching.value;
  return (
    <div class="pacs-scroll">
      <table class="pacs-table">
        <thead>
          <tr>
            <th scope="col">{t("pacs.patient")}</th>
            <th scope="col">{t("pacs.date")}</th>
            <th scope="col">{t("pacs.study")}</th>
            <th scope="col">{t("pacs.modalities")}</th>
            <th scope="col" class="number">
              {t("pacs.images")}
            </th>
            <th scope="col">{t("pacs.here")}</th>
            <th />
          </tr>
        </thead>
        <tbody>
          {studies.map((study) => (
            <tr key={study.study_instance_uid}>
              <td>
                <bdi>{nameOf(study)}</bdi> <span class="quiet">{study.patient_id}</span>
              </td>
              <td>{fmt().date(study.date)}</td>
              <td>
                <bdi>{study.description}</bdi>
              </td>
              <td>{study.modalities.join(", ")}</td>
              <td class="number">{study.instances === null ? "" : fmt().number(study.instances)}</td>
              <td>
                <Here study={study} />
              </td>
              <td class="pacs-deed">
                <Deed store={store} study={study} fetching={fetching} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Here({ study }: { readonly study: Elsewhere }) {
  const how = presence(study);
  const { here } = study;
  const text =
    how === "all" ? t("pacs.all") : how === "none" ? t("pacs.notHere") : how === "some" ? t("pacs.some", { here }) : t("pacs.part", { here, all: study.instances ?? 0 });
  return <span class={`pacs-here ${how}`}>{text}</span>;
}

interface DeedProps {
  readonly store: PacsStore;
  readonly study: Elsewhere;
  readonly fetching: Fetching | undefined;
}

/** Fetch it; while that runs how far it is and a way to stop; afterwards what came of it. */
function Deed({ store, study, fetching }: DeedProps) {
  const mine = fetching?.study === study.study_instance_uid ? fetching : undefined;
  if (mine !== undefined && isRunning(mine)) {
    const { done = 0, total = null } = mine.progress ?? {};
    return (
      <>
        <progress {...(total === null ? {} : { value: done, max: Math.max(total, 1) })} />
        <span role="status">{t("pacs.fetching", { done: fmt().number(done), total: total === null ? "…" : fmt().number(total) })}</span>
        <button type="button" class="button" disabled={mine.state === "stopping"} onClick={() => void store.stop()}>
          {t(mine.state === "stopping" ? "pacs.stopping" : "pacs.stop")}
        </button>
      </>
    );
  }
  const how = presence(study);
  return (
    <>
      {mine === undefined ? null : <Outcome fetching={mine} />}
      {how === "all" ? null : (
        <button type="button" class="button" disabled={isRunning(fetching)} onClick={() => void store.fetch(study)}>
          {t(how === "part" ? "pacs.fetchRest" : "pacs.fetch")}
        </button>
      )}
    </>
  );
}

function Outcome({ fetching: { state, done, failed, message } }: { readonly fetching: Fetching }) {
  if (state === "failed") return <span class="pacs-bad" role="alert">{`${t("pacs.broke")} ${message}`}</span>;
  if (failed > 0) return <span class="pacs-bad" role="alert">{t("pacs.failed", { count: failed })}</span>;
  return <span role="status">{t(state === "cancelled" ? "pacs.cancelled" : "pacs.done", { count: done })}</span>;
}

/** A name as people write it: `ROSSI^Mario` is ROSSI Mario. */
const nameOf = ({ name }: Elsewhere): string => (name.alphabetic || name.ideographic).replaceAll("^", " ").trim();
