import { useSignal } from "@preact/signals";
import { Fragment } from "preact";
import { useEffect, useRef } from "preact/hooks";

import type { Series } from "../../core/model.ts";
import { thumbnailUrl } from "../../io/api.ts";
import { recall, remember } from "../../io/storage.ts";
import { Icon } from "../kit/index.ts";
import { fmt, t } from "../prefs/index.ts";
import { Glyph } from "./icons.tsx";
import type { Viewer } from "./viewer.ts";

/** What is dragged from the strip into a viewport: the id of a series. */
export const DRAGGED = "application/x-fileroom-series";

interface StripProps {
  readonly viewer: Viewer;
  readonly current: string | undefined;
  readonly onSeries: (id: string) => void;
}

/** All series of the study. One stop for Tab; arrows walk it and open what they reach (WAI-ARIA listbox). */
export function Strip({ viewer, current, onSeries }: StripProps) {
  const series = viewer.strip.value;
  const shown = new Set(viewer.panes.value.map((pane) => pane.series.value?.id));
  const list = useRef<HTMLDivElement>(null);
  const at = series.findIndex((one) => one.id === current);
  useEffect(() => {
    list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [at, series]);
  const onKeyDown = (event: KeyboardEvent): void => {
    const to = { ArrowDown: at + 1, ArrowRight: at + 1, ArrowUp: at - 1, ArrowLeft: at - 1, Home: 0, End: series.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const way = to < at ? -1 : 1;
    let reached = to;
    while (viewer.over.isLaid(series[reached])) reached += way; // it would lead back to its images
    const next = series[reached];
    if (next !== undefined && to !== at) onSeries(next.id);
  };
  return (
    <aside class="vp-strip">
      <div
        ref={list}
        class="vp-strip-list"
        role="listbox"
        tabIndex={0}
        aria-label={t("viewport.strip")}
        aria-activedescendant={at >= 0 ? `vp-series-${at}` : undefined}
        onKeyDown={onKeyDown}
        onClick={() => {
          list.current?.blur(); // who points at a series goes on with the keys of its images
        }}
      >
        {series.map((one, index) => (
          <Fragment key={one.id}>
            {index > 0 && one.study.id !== series[index - 1]?.study.id && <StudyHead series={one} />}
            <StripItem
              id={`vp-series-${index}`}
              series={one}
              chosen={one.id === current}
              shown={shown.has(one.id)}
              calm={viewer.calm.value}
              onSeries={onSeries}
            />
          </Fragment>
        ))}
      </div>
      <SoftwareNote viewer={viewer} />
      <p class="vp-warning">{t("app.notForDiagnosis")}</p>
    </aside>
  );
}

/** That no graphics card draws, until one has read it; planes and solids say so themselves. */
function SoftwareNote({ viewer }: { readonly viewer: Viewer }) {
  const read = useSignal(recall("softwareNote", ["read"]) === "read");
  const said = viewer.desk.value?.software.value === true;
  if (read.value || said || !viewer.panes.value.some((pane) => pane.inSoftware.value)) return null;
  return (
    <div class="vp-software">
      <p title={t("volume.noWebglHint")}>{t("viewport.software")}</p>
      <button
        type="button"
        aria-label={t("viewport.softwareRead")}
        title={t("viewport.softwareRead")}
        onClick={() => {
          remember("softwareNote", "read");
          read.value = true;
        }}
      >
        <Icon name="close" size={12} />
      </button>
    </div>
  );
}

/** Another study of the same person: when, and of what. */
function StudyHead({ series: { study } }: { readonly series: Series }) {
  return (
    <div class="vp-study" role="presentation">
      <strong>{study.date === "" ? t("archive.noDate") : fmt().date(study.date)}</strong>
      <span>{study.description}</span>
    </div>
  );
}

interface StripItemProps {
  readonly id: string;
  readonly series: Series;
  readonly chosen: boolean;
  /** In one of the viewports. */
  readonly shown: boolean;
  readonly calm: boolean;
  readonly onSeries: (id: string) => void;
}

function StripItem({ id, series, chosen, shown, calm, onSeries }: StripItemProps) {
  const { counts } = series;
  const kind = series.reformatted ? t("archive.reformatted") : series.original ? "" : t("archive.derived");
  const gone = series.state === "online" ? "" : t(`archive.${series.state}`);
  const name = series.description === "" ? t("archive.noDescription") : series.description;
  return (
    <div
      id={id}
      role="option"
      class={`vp-series ${series.state}${shown ? " shown" : ""}`}
      draggable
      onDragStart={(event) => {
        event.dataTransfer?.setData(DRAGGED, series.id);
      }}
      aria-selected={chosen}
      title={[name, kind, gone].filter((text) => text !== "").join(" · ")}
      onClick={() => {
        if (!chosen) onSeries(series.id);
      }}
    >
      <Thumbnail series={series} calm={calm} />
      <div class="vp-series-name">{name}</div>
      <div class="vp-series-facts">
        <span>{[series.modality, series.number === null ? "" : String(series.number)].filter((text) => text !== "").join(" ")}</span>
        <span>{t(series.rows === null ? "count.objects" : "count.images", { count: series.rows === null ? counts.instances : counts.frames })}</span>
      </div>
      {(kind !== "" || gone !== "") && <div class="vp-series-mark">{gone === "" ? kind : gone}</div>}
    </div>
  );
}

/** Asked for only when the image that one waits for has been drawn: a browser has few connections to one server. */
function Thumbnail({ series, calm }: { readonly series: Series; readonly calm: boolean }) {
  const failed = useSignal(false);
  if (failed.value || !calm || series.rows === null) {
    return (
      <div class="vp-thumb empty" role="img" aria-label={t("viewport.noPicture")}>
        {series.rows === null || failed.value ? <span>{series.modality === "" ? <Glyph name="broken" size={22} /> : series.modality}</span> : null}
      </div>
    );
  }
  return (
    <div class="vp-thumb">
      <img
        src={thumbnailUrl(series.id)}
        alt=""
        loading="lazy"
        draggable={false}
        onError={() => {
          failed.value = true;
        }}
      />
    </div>
  );
}
