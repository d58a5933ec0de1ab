import { Fragment } from "preact";

import type { Elsewhere } from "../../core/model.ts";
import { mainName, otherNames } from "../../core/names.ts";
import { ApiError } from "../../io/http.ts";
import { Icon } from "../kit/index.ts";
import { fmt, t } from "../prefs/index.ts";
import { type Exchanging, isRunning } from "./exchange.ts";
import { type PacsStore, presence, uidOf } from "./pacsStore.ts";
import { said } from "./said.ts";
import { UnderWay } from "./UnderWay.tsx";

/** What the node has of what was asked for, and how much of that is here. */
export function Found({ store }: { readonly store: PacsStore }) {
  const asked = store.asked.value;
  if (asked === undefined) {
    return (
      <>
        <Unlisted store={store} />
        {store.searching.value ? null : <p class="quiet">{t("pacs.start")}</p>}
      </>
    );
  }
  return (
    <>
      <Unlisted store={store} />
      {asked.unasked.length === 0 ? null : <p class="pacs-say">{t("pacs.unasked", { words: asked.unasked.join(" ") })}</p>}
      {asked.more ? <p class="pacs-say">{t("pacs.more")}</p> : null}
      {asked.items.length === 0 ? <p role="status">{t("pacs.nothing")}</p> : <Studies store={store} studies={asked.items} />}
    </>
  );
}

/** A fetch of what is not in the list: the page was loaded again meanwhile, or something else was looked for. */
function Unlisted({ store }: { readonly store: PacsStore }) {
  const fetching = store.fetching.value;
  if (fetching === undefined || store.lists(fetching.what)) return null;
  return (
    <p class="pacs-say pacs-deed">
      {isRunning(fetching) ? <UnderWay now={fetching} words="pacs.fetching" onStop={() => void store.stop()} /> : <Outcome fetching={fetching} />}
    </p>
  );
}

function Studies({ store, studies }: { readonly store: PacsStore; readonly studies: readonly Elsewhere[] }) {
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
            <Fragment key={study.study_instance_uid}>
              <StudyRow store={store} study={study} />
              <SeriesRows store={store} study={study.study_instance_uid} />
            </Fragment>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function StudyRow({ store, study }: { readonly store: PacsStore; readonly study: Elsewhere }) {
  const uid = study.study_instance_uid;
  const open = store.opened.value.has(uid);
  return (
    <tr>
      <td>
        <button
          type="button"
          class="icon-button"
          aria-expanded={open}
          aria-label={t(open ? "pacs.hideSeries" : "pacs.showSeries")}
          title={t(open ? "pacs.hideSeries" : "pacs.showSeries")}
          onClick={() => void store.toggle(uid)}
        >
          <Icon name={open ? "down" : "chevron"} size={12} />
        </button>{" "}
        <bdi>{mainName(study.name)}</bdi> <span class="quiet">
          <bdi>{otherNames(study.name)}</bdi> {study.patient_id}
        </span>
      </td>
      <td>{fmt().date(study.date)}</td>
      <td>
        <bdi>{study.description}</bdi>
      </td>
      <td>{study.modalities.join(", ")}</td>
      <Rest store={store} one={study} />
    </tr>
  );
}

function SeriesRows({ store, study }: { readonly store: PacsStore; readonly study: string }) {
  const told = store.opened.value.get(study);
  if (told === undefined) return null;
  if (told === "asking" || told instanceof ApiError) {
    return (
      <tr class="pacs-series">
        <td colSpan={7}>
          {told === "asking" ? <span role="status">{t("pacs.searching")}</span> : <span class="pacs-bad" role="alert">{said(told)}</span>}
        </td>
      </tr>
    );
  }
  return (
    <>
      {told.map((one) => (
        <tr key={one.series_instance_uid} class="pacs-series">
          <td colSpan={2}>{one.number === null ? t("pacs.series") : t("pacs.seriesNumber", { number: one.number })}</td>
          <td>
            <bdi>{one.description}</bdi>
          </td>
          <td>{one.modalities.join(", ")}</td>
          <Rest store={store} one={one} />
        </tr>
      ))}
    </>
  );
}

/** How many images there are, how many are here, and what can be done about it. */
const Rest = ({ store, one }: { readonly store: PacsStore; readonly one: Elsewhere }) => (
  <>
    <td class="number">{one.instances === null ? "" : fmt().number(one.instances)}</td>
    <td>
      <Here one={one} />
    </td>
    <td class="pacs-deed">
      <Deed store={store} one={one} />
    </td>
  </>
);

function Here({ one }: { readonly one: Elsewhere }) {
  const how = presence(one);
  const { here } = one;
  const text =
    how === "all" ? t("pacs.all") : how === "none" ? t("pacs.notHere") : how === "some" ? t("pacs.some", { here }) : t("pacs.part", { here, all: one.instances ?? 0 });
  return <span class={`pacs-here ${how}`}>{text}</span>;
}

/** Fetch it; while that runs how far it is and a way to stop; afterwards what came of it, and a way to go on. */
function Deed({ store, one }: { readonly store: PacsStore; readonly one: Elsewhere }) {
  const fetching = store.fetching.value;
  const mine = fetching?.what === uidOf(one) ? fetching : undefined;
  if (mine !== undefined && isRunning(mine)) return <UnderWay now={mine} words="pacs.fetching" onStop={() => void store.stop()} />;
  const how = presence(one);
  const again = mine?.state === "failed" || (mine?.failed ?? 0) > 0;
  return (
    <>
      {mine === undefined ? null : <Outcome fetching={mine} />}
      {how === "all" ? null : (
        <button type="button" class="button" disabled={isRunning(fetching)} onClick={() => void store.fetch(one)}>
          {t(again ? "pacs.again" : how === "part" ? "pacs.fetchRest" : "pacs.fetch")}
        </button>
      )}
    </>
  );
}

function Outcome({ fetching: { state, done, failed, problem } }: { readonly fetching: Exchanging }) {
  if (state === "failed") return <span class="pacs-bad" role="alert">{`${t("pacs.broke")} ${problem === undefined ? "" : said(problem)}`}</span>;
  if (failed > 0) return <span class="pacs-bad" role="alert">{t("pacs.failed", { count: failed })}</span>;
  return <span role="status">{t(state === "cancelled" ? "pacs.cancelled" : "pacs.done", { count: done })}</span>;
}
