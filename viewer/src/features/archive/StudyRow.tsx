import type { Study } from "../../core/model.ts";
import { mainName } from "../../core/names.ts";
import { age, studyTitle } from "../../core/people.ts";
import { Icon } from "../kit/index.ts";
import { fmt, t } from "../prefs/index.ts";
import { RowActions } from "./RowActions.tsx";
import { StateBadge } from "./StateBadge.tsx";
import type { TreeHands } from "./TreeHands.ts";

/** Where and for whom: accession, institution, referring physician, age then. */
function originLine(study: Study): string {
  const parts = [study.accession_number, study.institution_name, mainName(study.referring_physician_name), age(study.patient_age)];
  return parts.filter((part) => part !== "").join(" · ");
}

export function StudyRow({ study, open, hands }: { readonly study: Study; readonly open: boolean; readonly hands: TreeHands }) {
  const title = studyTitle(study, t);
  const origin = originLine(study);
  return (
    <div {...hands.row(study.id, "study")} class="tree-row study-row" aria-level={1} aria-expanded={open}>
      <div role="gridcell" class="twist">
        <button
          type="button"
          class={open ? "icon-button twist-button open" : "icon-button twist-button"}
          tabIndex={-1}
          aria-label={t(open ? "archive.collapse" : "archive.expand")}
          onClick={() => {
            hands.toggle(study.id);
          }}
        >
          <Icon name="chevron" size={14} />
        </button>
      </div>
      <div role="gridcell" class="study-date">
        <div>{fmt().date(study.date) || t("archive.noDate")}</div>
        <div class="row-more">{fmt().time(study.time)}</div>
      </div>
      <div role="gridcell" class="row-text">
        <div class="row-title" title={title}>
          <span class="ellipsis">{title}</span>
          {study.modalities.map((modality) => (
            <span key={modality} class="chip">
              {modality}
            </span>
          ))}
          <StateBadge state={study.state} />
        </div>
        <div class="row-more ellipsis" title={origin}>
          {origin}
        </div>
      </div>
      <div role="gridcell" class="row-counts">
        <div>{t("count.series", { count: study.counts.series })}</div>
        <div class="row-more">{t("count.images", { count: study.counts.instances })}</div>
      </div>
      <RowActions id={study.id} level="study" hands={hands} />
    </div>
  );
}
