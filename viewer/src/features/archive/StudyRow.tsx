import { cut, joined, marked, markedDate, type Piece } from "../../core/hits.ts";
import type { Hit, Study } from "../../core/model.ts";
import { mainName } from "../../core/names.ts";
import { age, studyTitle } from "../../core/people.ts";
import { GuessMark } from "../charset/index.ts";
import { Icon } from "../kit/index.ts";
import { fmt, t } from "../prefs/index.ts";
import { shownOf } from "./columns.ts";
import { Labels } from "./Labels.tsx";
import { Marked } from "./Marked.tsx";
import { RowActions } from "./RowActions.tsx";
import { StateBadge } from "./StateBadge.tsx";
import type { TreeHands } from "./TreeHands.ts";

const ORIGIN = ["accession", "institution", "physician", "age", "station", "size"];

/** Where and for whom: accession, institution, referring physician, age then, as far as it was chosen. */
function origin(study: Study, hits: readonly Hit[]): Piece[] {
  const physician = study.referring_physician_name;
  const shown = shownOf("study").value;
  const parts = [
    marked(study.accession_number, study.accession_number, hits, "accession"),
    marked(study.institution_name, study.institution_name, hits, "institution"),
    // a physician is kept as one text, with the groups of the name joined
    marked(mainName(physician), [physician.alphabetic, physician.ideographic, physician.phonetic].join("=").replace(/=+$/, ""), hits, "physician"),
    cut(age(study.patient_age), []),
    cut(study.station_name, []),
    cut(fmt().bytes(study.counts.bytes), []),
  ];
  return joined(parts.filter((_, index) => shown.includes(ORIGIN[index] ?? "")), " · ");
}

export function StudyRow({ study, open, hands }: { readonly study: Study; readonly open: boolean; readonly hands: TreeHands }) {
  const title = studyTitle(study, t);
  const { hits } = hands;
  const from = origin(study, hits);
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
        <div>{study.date === "" ? t("archive.noDate") : <Marked pieces={markedDate(study.date, hits, "date", fmt())} />}</div>
        <div class="row-more">{fmt().time(study.time)}</div>
      </div>
      <div role="gridcell" class="row-text">
        <div class="row-title" title={title}>
          <span class="ellipsis">
            <Marked pieces={marked(title, study.description, hits, "description")} />
          </span>
          <GuessMark charset={study.charset_guessed} text={study.description} />
          {study.modalities.map((modality) => (
            <span key={modality} class="chip">
              <Marked pieces={marked(modality, modality, hits, "modality")} />
            </span>
          ))}
          <Labels labels={study.labels} hits={hits} />
          <StateBadge state={study.state} />
        </div>
        <div class="row-more ellipsis" title={from.map((piece) => piece.text).join("")}>
          <Marked pieces={from} />
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
