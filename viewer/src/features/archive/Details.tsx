import { type FactGroup, patientFacts, seriesFacts, studyFacts } from "../../core/facts.ts";
import { fmt, t } from "../prefs/index.ts";
import type { Chosen } from "./archiveStore.ts";

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

/** Everything that is known of the entry under the hand. */
export function Details({ chosen }: { readonly chosen: Chosen | undefined }) {
  return (
    <aside class="details" aria-label={t("archive.details")} tabIndex={0}>
      {(chosen === undefined ? [] : groupsOf(chosen)).map((group) => (
        <section key={group.title}>
          <h2>{t(group.title)}</h2>
          <dl>
            {group.facts.map((fact) => (
              <div key={fact.label} class="fact">
                <dt>{t(fact.label)}</dt>
                <dd class={fact.code === true ? "code" : ""}>{fact.value}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </aside>
  );
}
