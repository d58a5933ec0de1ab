import type { Patient } from "../../core/model.ts";
import { patientSubtitle, patientTitle, sexWord } from "../../core/people.ts";
import { remember } from "../../io/storage.ts";
import { GuessMark } from "../charset/index.ts";
import { Icon, Problem } from "../kit/index.ts";
import { fmt, t } from "../prefs/index.ts";
import type { ArchiveStore } from "./archiveStore.ts";
import type { Deeds } from "./deeds.ts";
import { JacketTree } from "./JacketTree.tsx";
import { StateBadge } from "./StateBadge.tsx";
import { Timeline } from "./Timeline.tsx";

interface JacketProps {
  readonly store: ArchiveStore;
  readonly deeds: Deeds;
  readonly details: boolean;
  readonly onDetails: () => void;
}

function factsLine(patient: Patient): string {
  const parts = [
    sexWord(patient.sex, t),
    fmt().date(patient.birth_date),
    patient.patient_id === "" ? "" : `${t("column.patientId")} ${patient.patient_id}`,
    t("count.studies", { count: patient.counts.studies }),
    t("count.images", { count: patient.counts.instances }),
  ];
  return parts.filter((part) => part !== "").join(" · ");
}

/** The jacket of the chosen patient: who it is, and all their films. */
export function JacketPane({ store, deeds, details, onDetails }: JacketProps) {
  const patient = store.patient.value;
  if (patient === undefined) {
    return (
      <section class="jacket">
        <p class="jacket-none">{(store.patients.total.value ?? 0) > 0 ? t("archive.none") : ""}</p>
      </section>
    );
  }
  const problem = store.jacket.problem.value;
  const other = patient.anonymous ? "" : patientSubtitle(patient, fmt());
  const facts = factsLine(patient);
  return (
    <section class="jacket">
      <header class="jacket-head">
        <div class="jacket-who">
          <h1 class="ellipsis" title={patientTitle(patient, t)}>
            <span class={patient.anonymous ? "anonymous" : ""}>{patientTitle(patient, t)}</span>
            {other === "" ? null : <span class="jacket-other"> {other}</span>}
          </h1>
          <p class="quiet ellipsis" title={facts}>
            <StateBadge state={patient.state} /> {facts}
          </p>
        </div>
        <GuessMark charset={patient.charset_guessed} text={patientTitle(patient, t)} onClick={() => (deeds.lettering.value = patient)} />
        <HeadButtons store={store} deeds={deeds} details={details} onDetails={onDetails} />
      </header>
      <Timeline store={store} />
      {problem === undefined ? <JacketTree store={store} deeds={deeds} /> : <Problem problem={problem} onRetry={() => void store.jacket.refresh()} />}
    </section>
  );
}

function HeadButtons({ store, deeds, details, onDetails }: JacketProps) {
  const { hideDerived } = store.jacket;
  const derivedLabel = t(hideDerived.value ? "archive.showDerived" : "archive.hideDerived");
  const label = t(details ? "archive.hideDetails" : "archive.showDetails");
  return (
    <div class="jacket-buttons">
      <button
        type="button"
        class="button"
        onClick={() => {
          deeds.open({ level: "patient" });
        }}
        title={t("archive.openPatient")}
      >
        <Icon name="open" />
        {t("archive.open")}
      </button>
      <button
        type="button"
        class={hideDerived.value ? "icon-button on" : "icon-button"}
        aria-pressed={hideDerived.value}
        aria-label={derivedLabel}
        title={derivedLabel}
        onClick={() => {
          store.jacket.setHideDerived(!hideDerived.value);
          remember("derived", hideDerived.value ? "hidden" : "shown");
        }}
      >
        <Icon name="layers" />
      </button>
      <button type="button" class={details ? "icon-button on" : "icon-button"} aria-pressed={details} aria-label={label} title={label} onClick={onDetails}>
        <Icon name="panel" />
      </button>
      <button
        type="button"
        class="icon-button"
        aria-label={t("action.menu")}
        title={t("action.menu")}
        onClick={(event) => {
          store.enter("patients");
          deeds.menu(event.currentTarget);
        }}
      >
        <Icon name="more" />
      </button>
    </div>
  );
}
