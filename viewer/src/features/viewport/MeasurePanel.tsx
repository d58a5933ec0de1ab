import { useEffect } from "preact/hooks";

import type { MessageKey } from "../../core/messages.ts";
import type { Kind, Measurement } from "../../core/measure.ts";
import { measurementsUrl } from "../../io/api.ts";
import { Icon } from "../kit/index.ts";
import { t } from "../prefs/index.ts";
import type { Pane } from "./pane.ts";
import type { Viewer } from "./viewer.ts";
import { measuredLines } from "./words.ts";

export const KIND_NAMES: Readonly<Record<Kind, MessageKey>> = {
  length: "measure.length",
  angle: "measure.angle",
  cobb: "measure.cobb",
  ellipse: "measure.ellipse",
  rectangle: "measure.rectangle",
  freehand: "measure.freehand",
  probe: "measure.probe",
  arrow: "measure.arrow",
};

/** All that was measured on the series at hand: to go to, to take away, to take along. */
export function MeasurePanel({ viewer }: { readonly viewer: Viewer }) {
  const pane = viewer.active.value;
  const series = pane.series.value;
  const all = viewer.measured.of(series?.id);
  if (!viewer.measured.listed.value || series === undefined) return null;
  return (
    <aside class="vp-measures" aria-label={t("measure.title")}>
      <header>
        <h2>{t("measure.title")}</h2>
        <button
          type="button"
          class="vp-tool"
          aria-label={t("action.close")}
          title={t("action.close")}
          onClick={() => {
            viewer.measured.listed.value = false;
          }}
        >
          <Icon name="close" />
        </button>
      </header>
      {series.modality === "PT" && <NoUptake pane={pane} />}
      {all.length === 0 && <p>{t("measure.none")}</p>}
      <ul>
        {all.map((one) => (
          <Row key={one.id} viewer={viewer} one={one} />
        ))}
      </ul>
      {all.length > 0 && (
        <footer>
          <a href={measurementsUrl(series.id, "csv")} download="">
            {t("measure.csv")}
          </a>
          <a href={measurementsUrl(series.id, "sr")} download="">
            {t("measure.sr")}
          </a>
        </footer>
      )}
    </aside>
  );
}

/** By the attribute that is wanting (`uptake` of docs/http-api.md). */
const WANTING: Readonly<Record<string, MessageKey>> = {
  Units: "measure.uptake.units",
  SUVType: "measure.uptake.units",
  CorrectedImage: "measure.uptake.corrected",
  DecayCorrection: "measure.uptake.corrected",
  PatientWeight: "measure.uptake.weight",
  SeriesTime: "measure.uptake.time",
  AcquisitionTime: "measure.uptake.time",
  time: "measure.uptake.time",
};

/** Why the values of a PET are not those of uptake, where they are not. */
function NoUptake({ pane }: { readonly pane: Pane }) {
  const frame = pane.frame.value;
  useEffect(() => {
    void pane.haveDisplay();
  }, [pane, frame]);
  const uptake = pane.display.value?.uptake;
  if (uptake?.factor !== null) return null;
  return <p class="vp-noUptake">{t("measure.noUptake", { why: t(WANTING[uptake.missing] ?? "measure.uptake.dose") })}</p>;
}

function Row({ viewer, one }: { readonly viewer: Viewer; readonly one: Measurement }) {
  const pane = viewer.active.value;
  const at = pane.frames.value.findIndex((frame) => frame.image.sop_instance_uid === one.sop_instance_uid && frame.number === one.frame);
  const plane = one.plane ?? undefined;
  const where = plane !== undefined ? t("measure.inPlane", { plane: t(`volume.plane.${plane.name}`).toLowerCase() }) : at < 0 ? "" : t("viewport.image", { number: pane.at(at).slice + 1, total: pane.stack.value?.slices ?? 1 });
  return (
    <li class={viewer.measured.selected.value === one.id ? "chosen" : ""}>
      <button
        type="button"
        class="vp-measure"
        onClick={() => {
          viewer.measured.selected.value = one.id;
          if (plane !== undefined) viewer.goToPlane(one);
          else if (at >= 0) void pane.show(at);
        }}
      >
        <strong>{t(KIND_NAMES[one.kind])}</strong>
        <span>{measuredLines(one).join(" · ")}</span>
        <small>{where}</small>
      </button>
      <button
        type="button"
        class="vp-tool"
        aria-label={t("measure.delete")}
        title={t("measure.delete")}
        onClick={() => {
          const id = pane.series.value?.id;
          if (id !== undefined) viewer.measured.remove(id, one.id);
        }}
      >
        <Icon name="trash" />
      </button>
    </li>
  );
}
