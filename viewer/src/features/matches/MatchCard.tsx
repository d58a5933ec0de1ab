import { type Signal, useSignal } from "@preact/signals";
import { useId } from "preact/hooks";

import { mostKnown, sideBySide } from "../../core/matching.ts";
import type { Patient, PossibleMatch, Verdict } from "../../core/model.ts";
import { patientTitle } from "../../core/people.ts";
import { routePath } from "../../core/routes.ts";
import { fmt, t } from "../prefs/index.ts";

interface MatchCardProps {
  readonly match: PossibleMatch;
  readonly onDecide: (verdict: Verdict, ids: readonly string[]) => void;
}

/** Patients side by side; what tells them apart stands out. Of more than two, those that are meant are ticked. */
export function MatchCard({ match, onDecide }: MatchCardProps) {
  const { patients, likeness } = match;
  const shown = useSignal(mostKnown(patients));
  const meant = useSignal<ReadonlySet<string>>(new Set(patients.map((one) => one.id)));
  const ids = patients.map((one) => one.id).filter((id) => meant.value.has(id));
  const enough = ids.length > 1;
  const first = ids.includes(shown.value) ? shown.value : (ids[0] ?? "");
  return (
    <section class="match" aria-label={patients.map((one) => patientTitle(one, t)).join(" / ")}>
      <h2>{t(`match.${likeness}`)}</h2>
      <div class="match-scroll">
        <Comparison patients={patients} shown={shown} first={first} meant={meant} />
      </div>
      <footer class="match-foot">
        <p class="quiet">{t("match.consequence")}</p>
        <button
          type="button"
          class="button"
          disabled={!enough}
          onClick={() => {
            onDecide("different", ids);
          }}
        >
          {t("match.different")}
        </button>
        <button
          type="button"
          class="button primary"
          disabled={!enough}
          onClick={() => {
            onDecide("same", [first, ...ids.filter((id) => id !== first)]);
          }}
        >
          {t("match.same")}
        </button>
      </footer>
    </section>
  );
}

interface ComparisonProps {
  readonly patients: readonly Patient[];
  readonly shown: Signal<string>;
  readonly first: string;
  readonly meant: Signal<ReadonlySet<string>>;
}

function Comparison({ patients, shown, first, meant }: ComparisonProps) {
  const group = useId();
  return (
    <table class="match-table">
      <thead>
        <tr>
          <th />
          {patients.map((one) => (
            <th key={one.id} scope="col">
              {patients.length > 2 ? <Meant patient={one} meant={meant} /> : null}
              <label class="match-choice" title={t("match.shownHint")}>
                <input type="radio" name={group} checked={first === one.id} onChange={() => (shown.value = one.id)} />
                {t("match.shown")}
              </label>
              <a class="link" href={routePath({ page: "archive", entry: one.id })}>
                {t("match.look")}
              </a>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {sideBySide(patients, t, fmt()).map(({ label, values, differs }) => (
          <tr key={label} class={differs ? "differs" : ""}>
            <th scope="row">{t(label)}</th>
            {values.map((value, index) => (
              <td key={index}>
                <bdi>{differs ? <mark>{value}</mark> : value}</bdi>
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Meant({ patient, meant }: { readonly patient: Patient; readonly meant: Signal<ReadonlySet<string>> }) {
  return (
    <label class="match-choice">
      <input
        type="checkbox"
        checked={meant.value.has(patient.id)}
        onChange={(event) => {
          const now = new Set(meant.value);
          if (event.currentTarget.checked) now.add(patient.id);
          else now.delete(patient.id);
          meant.value = now;
        }}
      />
      {t("match.meant")}
    </label>
  );
}
