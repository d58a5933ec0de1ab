import type { Patient, PatientRule } from "../../core/model.ts";
import { patientTitle } from "../../core/people.ts";
import { routePath } from "../../core/routes.ts";
import { fmt, t } from "../prefs/index.ts";

interface RulesProps {
  readonly rules: readonly PatientRule[];
  readonly onTakeBack: (rule: PatientRule) => void;
}

/** What was said of who is who, to be taken back. */
export function Rules({ rules, onTakeBack }: RulesProps) {
  return (
    <section class="rules" aria-label={t("match.rules")}>
      <h2>{t("match.rules")}</h2>
      <ul>
        {rules.map((rule) => (
          <li key={rule.id}>
            <span class={rule.verdict === "same" ? "badge" : "badge warn"}>{t(rule.verdict === "same" ? "match.ruleSame" : "match.ruleDifferent")}</span>
            <span class="rule-who">
              <Who patient={rule.first} said={rule.said[0]} />
              <span class="quiet"> {t(rule.verdict === "same" ? "match.isAlso" : "match.isNot")} </span>
              <Who patient={rule.second} said={rule.said[1]} />
            </span>
            <span class="quiet">{fmt().moment(rule.at)}</span>
            <button
              type="button"
              class="button"
              onClick={() => {
                onTakeBack(rule);
              }}
            >
              {t("match.takeBack")}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Who is meant; by what was noted when nothing of them is in the catalog now. */
function Who({ patient, said }: { readonly patient: Patient | null; readonly said: string }) {
  if (patient === null) return <bdi class="quiet">{said}</bdi>;
  const known = [patient.patient_id, fmt().date(patient.birth_date)].filter((text) => text !== "").join(" · ");
  return (
    <span>
      <a class="link" href={routePath({ page: "archive", entry: patient.id })}>
        {patientTitle(patient, t)}
      </a>{" "}
      <span class="quiet">{known}</span>
    </span>
  );
}
