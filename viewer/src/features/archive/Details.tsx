import { type FactGroup, patientFacts, seriesFacts, studyFacts } from "../../core/facts.ts";
import type { Patient } from "../../core/model.ts";
import { Icon } from "../kit/index.ts";
import { fmt, t } from "../prefs/index.ts";
import type { ArchiveStore, Chosen } from "./archiveStore.ts";
import type { Deeds } from "./deeds.ts";
import { SaidSection } from "./SaidSection.tsx";

/** The chosen entry first, then what it belongs to. */
function groupsOf(chosen: Chosen): FactGroup[] {
  switch (chosen.level) {
    case "patient":
      return [patientFacts(chosen.entry, t, fmt())];
    case "study":
      return [studyFacts(chosen.entry, t, fmt()), patientFacts(chosen.entry.patient, t, fmt())];
    case "series":
      return [
        seriesFacts(chosen.entry, t, fmt()),
        studyFacts(chosen.entry.study, t, fmt()),
        patientFacts(chosen.entry.study.patient, t, fmt()),
      ];
  }
}

const patientOf = ({ level, entry }: Chosen): Patient => (level === "patient" ? entry : level === "study" ? entry.patient : entry.study.patient);

interface DetailsProps {
  readonly chosen: Chosen | undefined;
  readonly store: ArchiveStore;
  readonly deeds: Deeds;
}

/** Everything that is known of the entry under the hand, and what the user says of it. */
export function Details({ chosen, store, deeds }: DetailsProps) {
  return (
    <aside class="details" aria-label={t("archive.details")} tabIndex={0}>
      {chosen === undefined ? null : <SaidSection key={chosen.entry.id} chosen={chosen} store={store} />}
      {(chosen === undefined ? [] : groupsOf(chosen)).map((group) => (
        <section key={group.title}>
          <h2>{t(group.title)}</h2>
          <dl>
            {group.facts.map((fact, index) => (
              <div key={`${fact.label} ${index}`} class="fact">
                <dt>{t(fact.label)}</dt>
                <dd class={fact.code === true ? "code" : ""}>{fact.value}</dd>
              </div>
            ))}
          </dl>
          {group.title === "fact.patient" && chosen !== undefined ? (
            <button type="button" class="button" onClick={() => (deeds.lettering.value = patientOf(chosen))}>
              {t("charset.menu")}
            </button>
          ) : null}
          {chosen?.level === "series" && group.title === "fact.series" ? (
            <button type="button" class="button" onClick={() => (deeds.telling.value = chosen.entry)}>
              <Icon name="document" />
              {t("attributes.menu")}
            </button>
          ) : null}
        </section>
      ))}
    </aside>
  );
}
