import { useMemo } from "preact/hooks";

import { cut, elsewhere, joined, marked, markedDate, type Piece } from "../../core/hits.ts";
import type { Hit, Patient } from "../../core/model.ts";
import { otherGroups, showGroup } from "../../core/names.ts";
import { patientSubtitle, patientTitle, sexWord } from "../../core/people.ts";
import { GuessMark } from "../charset/index.ts";
import { type Column, Grid } from "../kit/index.ts";
import { fmt, language, t } from "../prefs/index.ts";
import type { ArchiveStore } from "./archiveStore.ts";
import { shownOf } from "./columns.ts";
import type { Deeds } from "./deeds.ts";
import { Labels } from "./Labels.tsx";
import { Marked } from "./Marked.tsx";
import { StateBadge } from "./StateBadge.tsx";

interface FoundRow {
  readonly patient: Patient;
  readonly hits: readonly Hit[];
}

/** The name as the page writes it, with what was found in whichever text of the file it stands for. */
function titlePieces({ patient, hits }: FoundRow): Piece[] {
  const title = patientTitle(patient, t);
  const { alphabetic, ideographic, phonetic } = patient.name;
  const raw = patient.anonymous ? patient.note : ([alphabetic, ideographic, phonetic].find((group) => showGroup(group) !== "") ?? patient.patient_id);
  return marked(title, raw, hits, patient.anonymous ? "note" : "name", "id");
}

function subtitlePieces({ patient, hits }: FoundRow): Piece[] {
  if (patient.anonymous) return cut(patientSubtitle(patient, fmt()), []);
  return joined(otherGroups(patient.name).map(({ shown, raw }) => marked(shown, raw, hits, "name")), " · ");
}

function NameCell(row: FoundRow) {
  const { patient, hits } = row;
  const where = elsewhere(patient, hits, fmt());
  const other = subtitlePieces(row);
  return (
    <>
      <span class="patient">
        <span class={patient.anonymous ? "patient-name anonymous" : "patient-name"}>
          <Marked pieces={titlePieces(row)} />
        </span>
        <GuessMark charset={patient.charset_guessed} text={patientTitle(patient, t)} />
        {other.length === 0 ? null : (
          <span class="patient-other">
            <Marked pieces={other} />
          </span>
        )}
        <Labels labels={patient.labels} hits={hits} />
        <StateBadge state={patient.state} />
      </span>
      {where === undefined ? null : (
        <span class="found-where">
          {t(`hit.${where.field}`)}: <Marked pieces={where.pieces} />
        </span>
      )}
    </>
  );
}

interface Counted {
  readonly min: number;
  readonly spare: number;
  readonly field: string;
  readonly say: (patient: Patient) => string;
}

/** A column of how much there is: the most first, when one orders by it. */
const numbers = (key: string, title: string, { min, spare, field, say }: Counted): Column<Patient> => ({
  key,
  title,
  track: `${min}px`,
  min,
  spare,
  end: true,
  field,
  descendingFirst: true,
  cell: say,
});

const columns = (hitsOf: (patient: Patient) => readonly Hit[]): Column<Patient>[] => [
  {
    key: "name",
    title: t("column.name"),
    track: "minmax(150px, 4fr)",
    min: 190,
    spare: 0,
    field: "name",
    cell: (one) => <NameCell patient={one} hits={hitsOf(one)} />,
    full: (one) => [patientTitle(one, t), patientSubtitle(one, fmt())].filter((text) => text !== "").join(" · "),
  },
  {
    key: "birth",
    title: t("column.birthDate"),
    track: "100px",
    min: 100,
    spare: 0,
    field: "birth_date",
    cell: (one) => <Marked pieces={markedDate(one.birth_date, hitsOf(one), "born", fmt())} />,
  },
  {
    key: "id",
    title: t("column.patientId"),
    track: "minmax(90px, 1.5fr)",
    min: 96,
    spare: 1,
    field: "patient_id",
    cell: (one) => <Marked pieces={marked(one.patient_id, one.patient_id, hitsOf(one), "id")} />,
    full: (one) => [one.patient_id, one.issuer_of_patient_id].filter((text) => text !== "").join(" · "),
  },
  { key: "sex", title: t("column.sex"), track: "52px", min: 52, spare: 4, field: "sex", cell: (one) => <Marked pieces={marked(one.sex, one.sex, hitsOf(one), "sex")} />, full: (one) => sexWord(one.sex, t) },
  numbers("studies", t("column.studies"), { min: 64, spare: 5, field: "studies", say: (one) => fmt().number(one.counts.studies) }),
  numbers("series", t("fact.series"), { min: 64, spare: 6, field: "series", say: (one) => fmt().number(one.counts.series) }),
  numbers("images", t("column.images"), { min: 72, spare: 7, field: "instances", say: (one) => fmt().number(one.counts.instances) }),
  numbers("size", t("fact.size"), { min: 84, spare: 8, field: "bytes", say: (one) => fmt().bytes(one.counts.bytes) }),
  {
    key: "modalities",
    title: t("column.modalities"),
    track: "minmax(84px, 1fr)",
    min: 84,
    spare: 3,
    field: "modalities",
    cell: (one) => <Marked pieces={joined(one.modalities.map((modality) => marked(modality, modality, hitsOf(one), "modality")), " ")} />,
    full: (one) => one.modalities.join(", "),
  },
  {
    key: "last",
    title: t("column.lastStudy"),
    track: "104px",
    min: 104,
    spare: 2,
    field: "last_study_date",
    descendingFirst: true,
    cell: (one) => <Marked pieces={markedDate(one.last_study_date, hitsOf(one), "date", fmt())} />,
  },
];

/** A row of what was found has room for a second line: where. */
const ROW = 30;
const FOUND_ROW = 42;

/** The list of everybody in the room. */
export function PatientsPane({ store, deeds }: { readonly store: ArchiveStore; readonly deeds: Deeds }) {
  const chosen = shownOf("patient").value;
  const titled = useMemo(
    () => columns((patient) => store.hitsOf(patient)).filter(({ key }) => key === "name" || chosen.includes(key)),
    [store, language.value, chosen],
  );
  const asked = store.answered.value !== "";
  return (
    <Grid<Patient>
      id="patients"
      label={t("archive.patients")}
      source={store.patients}
      columns={titled}
      rowHeight={asked ? FOUND_ROW : ROW}
      order={store.order.value ?? (asked ? "" : "name")}
      onOrder={(order) => void store.orderBy(order)}
      cursor={store.cursor.value}
      onCursor={(index) => {
        store.choose(index);
      }}
      onOpen={() => {
        deeds.open({ level: "patient" });
      }}
      onKey={(event) => deeds.key(event)}
      onMenu={(event) => {
        deeds.menu(event);
      }}
      initialOffset={store.scroll}
      onOffset={(offset) => (store.scroll = offset)}
    />
  );
}
