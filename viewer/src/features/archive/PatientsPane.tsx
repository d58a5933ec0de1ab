import { useMemo } from "preact/hooks";

import type { Patient } from "../../core/model.ts";
import { patientSubtitle, patientTitle, sexWord } from "../../core/people.ts";
import { type Column, Grid } from "../kit/index.ts";
import { fmt, language, t } from "../prefs/index.ts";
import type { ArchiveStore } from "./archiveStore.ts";
import type { Deeds } from "./deeds.ts";
import { StateBadge } from "./StateBadge.tsx";

function NameCell({ patient }: { readonly patient: Patient }) {
  const other = patientSubtitle(patient, fmt());
  return (
    <span class="patient">
      <span class={patient.anonymous ? "patient-name anonymous" : "patient-name"}>{patientTitle(patient, t)}</span>
      {other === "" ? null : <span class="patient-other">{other}</span>}
      <StateBadge state={patient.state} />
    </span>
  );
}

const columns = (): Column<Patient>[] => [
  {
    key: "name",
    title: t("column.name"),
    track: "minmax(150px, 4fr)",
    min: 190,
    spare: 0,
    field: "name",
    cell: (one) => <NameCell patient={one} />,
    full: (one) => [patientTitle(one, t), patientSubtitle(one, fmt())].filter((text) => text !== "").join(" · "),
  },
  {
    key: "birth",
    title: t("column.birthDate"),
    track: "100px",
    min: 100,
    spare: 0,
    field: "birth_date",
    cell: (one) => fmt().date(one.birth_date),
  },
  {
    key: "id",
    title: t("column.patientId"),
    track: "minmax(90px, 1.5fr)",
    min: 96,
    spare: 1,
    field: "patient_id",
    cell: (one) => one.patient_id,
    full: (one) => [one.patient_id, one.issuer_of_patient_id].filter((text) => text !== "").join(" · "),
  },
  { key: "sex", title: t("column.sex"), track: "52px", min: 52, spare: 4, field: "sex", cell: (one) => one.sex, full: (one) => sexWord(one.sex, t) },
  {
    key: "studies",
    title: t("column.studies"),
    track: "64px",
    min: 64,
    spare: 5,
    end: true,
    field: "studies",
    descendingFirst: true,
    cell: (one) => fmt().number(one.counts.studies),
  },
  {
    key: "modalities",
    title: t("column.modalities"),
    track: "minmax(84px, 1fr)",
    min: 84,
    spare: 3,
    field: "modalities",
    cell: (one) => one.modalities.join(" "),
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
    cell: (one) => fmt().date(one.last_study_date),
  },
];

/** The list of everybody in the room. */
export function PatientsPane({ store, deeds }: { readonly store: ArchiveStore; readonly deeds: Deeds }) {
  const titled = useMemo(columns, [language.value]);
  return (
    <Grid<Patient>
      id="patients"
      label={t("archive.patients")}
      source={store.patients}
      columns={titled}
      order={store.order.value}
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
