import { useSignal } from "@preact/signals";

import { cut, joined, marked, type Piece } from "../../core/hits.ts";
import { millimetres, spacing } from "../../core/lengths.ts";
import type { Hit, Series } from "../../core/model.ts";
import { contents, seriesTitle } from "../../core/people.ts";
import { thumbnailUrl } from "../../io/api.ts";
import { GuessMark } from "../charset/index.ts";
import { fmt, t } from "../prefs/index.ts";
import { shownOf } from "./columns.ts";
import { Labels } from "./Labels.tsx";
import { Marked } from "./Marked.tsx";
import { RowActions } from "./RowActions.tsx";
import { StateBadge } from "./StateBadge.tsx";
import type { TreeHands } from "./TreeHands.ts";

/** A small picture of the series; its modality in letters where there is nothing to show. */
function Thumbnail({ series }: { readonly series: Series }) {
  const none = useSignal(false);
  if (none.value) return <span class="thumb-none">{series.modality}</span>;
  return <img src={thumbnailUrl(series.id)} alt="" width={56} height={56} loading="lazy" decoding="async" onError={() => (none.value = true)} />;
}

function Badges({ series, hands }: { readonly series: Series; readonly hands: TreeHands }) {
  return (
    <>
      {series.reformatted ? (
        <span class="badge" title={t("archive.reformattedHint")}>
          {t("archive.reformatted")}
        </span>
      ) : series.original ? null : (
        <span class="badge" title={t("archive.derivedHint")}>
          {t("archive.derived")}
        </span>
      )}
      <StateBadge state={series.state} />
      {series.conflicts === 0 ? null : (
        <button
          type="button"
          class="badge warn"
          tabIndex={-1}
          title={t("conflict.hint", { count: series.conflicts })}
          onClick={() => {
            hands.conflicts(series.id);
          }}
        >
          {t("conflict.badge", { count: series.conflicts })}
        </button>
      )}
    </>
  );
}

const GEOMETRY = ["plane", "thickness", "spacing", "part", "position", "matrix", "protocol", "station"];

/** What a radiographer looks for first: plane, thickness, spacing, part, position, as far as it was chosen. */
function geometryLine(series: Series, hits: readonly Hit[]): Piece[] {
  const { body_part_examined: part, rows, columns } = series;
  const shown = shownOf("series").value;
  const texts = [
    cut(series.plane === null ? "" : t(`plane.${series.plane}`), []),
    cut(millimetres(series.slice_thickness, t, fmt()), []),
    cut(spacing(series.pixel_spacing, t, (value) => fmt().number(value, 2)), []),
    joined([marked(part, part, hits, "part"), cut(series.laterality, [])], " "),
    cut(series.patient_position, []),
    cut(rows === null || columns === null ? "" : t("value.matrix", { rows: String(rows), columns: String(columns) }), []),
    cut(series.protocol_name, []),
    cut(series.station_name, []),
  ];
  return joined(texts.filter((_, index) => shown.includes(GEOMETRY[index] ?? "")), " · ");
}

export function SeriesRow({ series, hands }: { readonly series: Series; readonly hands: TreeHands }) {
  const { hits } = hands;
  const title = seriesTitle(series, t);
  const geometry = geometryLine(series, hits);
  return (
    <div {...hands.row(series.id, "series")} class="tree-row series-row" aria-level={2}>
      <div role="gridcell" class="thumb">
        <button
          type="button"
          class="thumb-button"
          tabIndex={-1}
          title={t("archive.open")}
          aria-label={`${t("archive.open")}: ${title}`}
          onClick={() => {
            hands.open(series.id, "series");
          }}
        >
          <Thumbnail series={series} />
        </button>
      </div>
      <div role="gridcell" class="row-text">
        <div class="row-title" title={title}>
          <span class="chip">
            <Marked pieces={marked(series.modality, series.modality, hits, "modality")} />
          </span>
          {series.number === null ? null : <span class="row-number">{series.number}</span>}
          <span class="ellipsis">
            <Marked pieces={marked(title, series.description || series.protocol_name, hits, "description")} />
          </span>
          <GuessMark charset={series.charset_guessed} text={series.description || series.protocol_name} />
          <Labels labels={series.labels} hits={hits} />
          <Badges series={series} hands={hands} />
        </div>
        <div class="row-more ellipsis" title={geometry.map((piece) => piece.text).join("")}>
          <Marked pieces={geometry} />
        </div>
      </div>
      <div role="gridcell" class="row-counts">
        <div>{contents(series, t)}</div>
        <div class="row-more">{fmt().bytes(series.counts.bytes)}</div>
      </div>
      <RowActions id={series.id} level="series" hands={hands} />
    </div>
  );
}
