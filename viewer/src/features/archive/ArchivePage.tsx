import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

import type { Route } from "../../core/routes.ts";
import type { ApiError } from "../../io/http.ts";
import { recall, remember } from "../../io/storage.ts";
import { CharsetLater } from "../charset/index.ts";
import { Icon, Problem, Splitter, useLater } from "../kit/index.ts";
import { t } from "../prefs/index.ts";
import type { ArchiveStore } from "./archiveStore.ts";
import { ConflictDialog } from "./ConflictDialog.tsx";
import { Deeds } from "./deeds.ts";
import { EmptyRoom } from "./EmptyRoom.tsx";
import { FoundLine } from "./FoundLine.tsx";
import { JacketPane } from "./JacketPane.tsx";
import { ListBar } from "./ListBar.tsx";
import { PatientsPane } from "./PatientsPane.tsx";
import { nameOf, RemoveDialog } from "./RemoveDialog.tsx";

export interface ArchivePageProps {
  readonly store: ArchiveStore;
  readonly onGo: (route: Route) => void;
  readonly onImport: () => void;
}

const loadDetails = async () => (await import("./Details.tsx")).Details;

/** Wide enough for a third pane without crowding the other two. */
const ROOMY = 1600;

/** The room itself: everybody on the left, the jacket in hand on the right, its details beside or below. */
export function ArchivePage({ store, onGo, onImport }: ArchivePageProps) {
  const details = useSignal((recall("details", ["on", "off"]) ?? (innerWidth >= ROOMY ? "on" : "off")) === "on");
  const toggleDetails = (): void => {
    details.value = !details.value;
    remember("details", details.value ? "on" : "off");
  };
  const held = useRef<Deeds | null>(null);
  held.current ??= new Deeds(store, onGo, toggleDetails);
  const deeds = held.current;
  const share = useSignal(50);
  const Details = useLater(details.value, loadDetails);
  useHandBack(store);

  const problem = store.patients.problem.value;
  const total = store.patients.total.value;
  if (problem !== undefined && total === undefined) {
    return (
      <main class="alone">
        <Problem problem={problem} onRetry={() => void store.start()} />
      </main>
    );
  }
  if (total === 0 && store.unasked) return <EmptyRoom onImport={onImport} />;
  return (
    <main class={details.value ? "archive with-details" : "archive"} style={{ "--share": `${share.value}%` }}>
      <section class="patients" aria-label={t("archive.patients")}>
        {problem === undefined ? null : <Stale problem={problem} onRetry={() => void store.refresh()} />}
        <ListBar store={store} onGo={onGo} />
        <FoundLine store={store} />
        <PatientsPane store={store} deeds={deeds} />
        {total === 0 ? <NoHits words={store.words.value} /> : null}
      </section>
      <Splitter label={t("archive.splitter")} value={share.value} min={30} max={65} onChange={(to) => (share.value = to)} />
      <JacketPane store={store} deeds={deeds} details={details.value} onDetails={toggleDetails} />
      {details.value && Details !== undefined ? <Details chosen={store.chosen()} store={store} deeds={deeds} /> : null}
      <Dialogs store={store} deeds={deeds} />
    </main>
  );
}

/** What is asked or shown above the page. */
function Dialogs({ store, deeds }: { readonly store: ArchiveStore; readonly deeds: Deeds }) {
  const removing = deeds.removing.value;
  const contradicted = deeds.contradicted.value;
  const patient = deeds.lettering.value;
  return (
    <>
      <Attributes deeds={deeds} />
      <Saving deeds={deeds} />
      <Writing deeds={deeds} />
      <Sending deeds={deeds} />
      {removing === undefined ? null : (
        <RemoveDialog chosen={removing} onRemove={() => void deeds.remove(removing)} onClose={() => (deeds.removing.value = undefined)} />
      )}
      {patient === undefined ? null : (
        <CharsetLater
          target={{ kind: "patient", patient }}
          onDone={(now) => void (now === undefined ? store.refresh() : store.start(now))}
          onClose={() => (deeds.lettering.value = undefined)}
        />
      )}
      {contradicted === undefined ? null : (
        <ConflictDialog
          series={contradicted}
          onChosen={() => void store.jacket.refresh()}
          onClose={() => (deeds.contradicted.value = undefined)}
        />
      )}
    </>
  );
}

const loadAttributes = async () => (await import("./AttributesDialog.tsx")).AttributesDialog;

function Attributes({ deeds }: { readonly deeds: Deeds }) {
  const series = deeds.telling.value;
  const Shown = useLater(series !== undefined, loadAttributes);
  return series === undefined || Shown === undefined ? null : <Shown series={series} onClose={() => (deeds.telling.value = undefined)} />;
}

const loadConvert = async () => (await import("../others/index.ts")).ConvertDialog;

function Saving({ deeds }: { readonly deeds: Deeds }) {
  const asked = deeds.saving.value;
  const Shown = useLater(asked !== undefined, loadConvert);
  return asked === undefined || Shown === undefined ? null : <Shown {...asked} onClose={() => (deeds.saving.value = undefined)} />;
}

const loadSend = async () => (await import("../pacs/index.ts")).SendDialog;

function Sending({ deeds }: { readonly deeds: Deeds }) {
  const chosen = deeds.sending.value;
  const Shown = useLater(chosen !== undefined, loadSend);
  if (chosen === undefined || Shown === undefined) return null;
  return <Shown id={chosen.entry.id} name={nameOf(chosen)} onClose={() => (deeds.sending.value = undefined)} />;
}

const loadWrite = async () => (await import("../media/index.ts")).WriteDialog;

function Writing({ deeds }: { readonly deeds: Deeds }) {
  const chosen = deeds.writing.value;
  const Shown = useLater(chosen !== undefined, loadWrite);
  return chosen === undefined || Shown === undefined ? null : <Shown chosen={chosen} onClose={() => (deeds.writing.value = undefined)} />;
}

/** The list is an old answer, since the last question failed: say so, without taking it away. */
function Stale({ problem, onRetry }: { readonly problem: ApiError; readonly onRetry: () => void }) {
  return (
    <div class="stale" role="alert" title={problem.message}>
      <Icon name="warning" />
      <span>{t(`error.${problem.code}`)}</span>
      <button type="button" class="link" onClick={onRetry}>
        {t("action.retry")}
      </button>
    </div>
  );
}

/** Coming back (from the viewer, say), one's hand is where it was; at the first look nothing is seized. */
function useHandBack(store: ArchiveStore): void {
  useEffect(() => {
    if (store.left) document.getElementById(store.pane.peek())?.focus({ preventScroll: true });
    return () => {
      store.left = true;
    };
  }, [store]);
}

function NoHits({ words }: { readonly words: string }) {
  return (
    <div class="notice over">
      <Icon name="search" size={28} />
      <h2>{t("archive.noHits")}</h2>
      <p>{t("archive.noHitsHint", { words })}</p>
    </div>
  );
}
