import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

import type { Study } from "../../core/model.ts";
import { patientTitle } from "../../core/people.ts";
import { fmt, t } from "../prefs/index.ts";
import type { ArchiveStore } from "./archiveStore.ts";
import type { Deeds } from "./deeds.ts";
import { SeriesRow } from "./SeriesRow.tsx";
import { StudyRow } from "./StudyRow.tsx";
import type { TreeHands } from "./TreeHands.ts";

interface TreeProps {
  readonly store: ArchiveStore;
  readonly deeds: Deeds;
}

const rowId = (id: string): string => `node-${id}`;

function handsOf({ store, deeds }: TreeProps): TreeHands {
  const { jacket } = store;
  const stand = (id: string): void => {
    store.enter("jacket");
    jacket.stand(id);
  };
  return {
    hits: jacket.found.value.hits,
    row: (id, level) => ({
      id: rowId(id),
      role: "row",
      "aria-selected": jacket.node.value === id,
      onPointerDown: (event) => {
        if (event.button === 0) stand(id);
      },
      onDblClick: () => {
        deeds.open({ level, id });
      },
      onContextMenu: (event) => {
        event.preventDefault();
        stand(id);
        deeds.menu(event);
      },
    }),
    open: (id, level) => {
      stand(id);
      deeds.open({ level, id });
    },
    toggle: (study) => {
      jacket.toggle(study);
    },
    conflicts: (id) => {
      stand(id);
      deeds.contradicted.value = id;
    },
    menu: (id, from) => {
      stand(id);
      deeds.menu(from);
    },
  };
}

/** Studies, and under the open ones their series: a tree grid with one stop for Tab. */
export function JacketTree({ store, deeds }: TreeProps) {
  const { jacket } = store;
  const page = jacket.studies.value;
  const scroller = useRef<HTMLDivElement>(null);
  const patient = store.patient.value;
  useLayoutEffect(() => {
    if (page !== undefined) scroller.current?.scrollTo({ top: jacket.scroll });
  }, [patient?.id, page === undefined]);
  useNodeInView(jacket.node.value);
  useNodeInView(page === undefined ? undefined : jacket.found.value.first);
  if (page === undefined || patient === undefined) return <Bones />;
  const hands = handsOf({ store, deeds });
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target !== event.currentTarget) return;
    if (event.key === "Enter") deeds.openChosen();
    else if (!deeds.key(event)) {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const meant = jacket.press(event.key);
      if (meant === undefined) return;
      if (meant.kind === "leave") document.getElementById("patients")?.focus();
    }
    event.preventDefault();
  };
  return (
    <div
      id="jacket"
      ref={scroller}
      class="tree"
      role="treegrid"
      tabIndex={0}
      aria-label={t("archive.jacket", { name: patientTitle(patient, t) })}
      aria-activedescendant={jacket.node.value === undefined ? undefined : rowId(jacket.node.value)}
      onKeyDown={onKeyDown}
      onFocus={(event) => {
        if (event.target === event.currentTarget) store.enter("jacket");
      }}
      onScroll={(event) => (jacket.scroll = event.currentTarget.scrollTop)}
    >
      {page.items.length === 0 ? <p class="tree-note">{t("archive.noStudies")}</p> : null}
      {page.items.map((study) => (
        <StudyBlock key={study.id} study={study} store={store} hands={hands} />
      ))}
      <MoreNote shown={page.items.length} total={page.total} />
    </div>
  );
}

interface StudyBlockProps {
  readonly study: Study;
  readonly store: ArchiveStore;
  readonly hands: TreeHands;
}

function StudyBlock({ study, store, hands }: StudyBlockProps) {
  const open = store.jacket.open.value.has(study.id);
  const series = open ? store.jacket.seriesOf(study.id) : undefined;
  const shown = store.jacket.shown(study.id) ?? [];
  let below: ComponentChildren = null;
  if (open && series === undefined) below = <Bones rows={Math.min(6, study.counts.series)} />;
  if (series !== undefined) {
    below = (
      <>
        {shown.map((one) => (
          <SeriesRow key={one.id} series={one} hands={hands} />
        ))}
        {shown.length < series.items.length ? <p class="tree-note">{t("archive.derivedHidden", { count: series.items.length - shown.length })}</p> : null}
        <MoreNote shown={series.items.length} total={series.total} />
      </>
    );
  }
  return (
    <div role="rowgroup" class="study-block">
      <StudyRow study={study} open={open} hands={hands} />
      {below}
    </div>
  );
}

function MoreNote({ shown, total }: { readonly shown: number; readonly total: number }) {
  return shown < total ? <p class="tree-note">{t("archive.someLeft", { count: fmt().number(shown) })}</p> : null;
}

/** What is coming, in grey; seen only when it takes a while. */
function Bones({ rows = 4 }: { readonly rows?: number }) {
  return (
    <div class="bones" aria-hidden="true">
      {Array.from({ length: rows }, (_, index) => (
        <div key={index} class="bone-row">
          <span class="bone block" />
          <span class="bone" style={{ width: `${50 - index * 6}%` }} />
        </div>
      ))}
    </div>
  );
}

function useNodeInView(node: string | undefined): void {
  const before = useRef(node);
  useLayoutEffect(() => {
    if (node === before.current) return;
    before.current = node;
    if (node !== undefined) document.getElementById(rowId(node))?.scrollIntoView({ block: "nearest" });
  });
}
