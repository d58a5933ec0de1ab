import { t } from "../prefs/index.ts";
import type { States } from "./states.ts";

/** How the images are seen: as their files say, or as somebody wanted them to be. */
export function StateChooser({ states }: { readonly states: States }) {
  const unapplied = states.unapplied.value;
  return (
    <div class="ps-chooser">
      <label>
        {t("beyond.state")}
        <select
          value={states.chosen.value ?? ""}
          onChange={(event) => {
            const { value } = event.currentTarget;
            void states.choose(value === "" ? undefined : value);
            event.currentTarget.blur(); // the keys are the image's again
          }}
        >
          <option value="">{t("beyond.state.none")}</option>
          {states.all.value.map(({ instance, label }) => (
            <option key={instance} value={instance}>
              {label === "" ? t("beyond.state") : label}
            </option>
          ))}
        </select>
      </label>
      {unapplied.length > 0 && <p role="status">{t("beyond.state.unapplied", { parts: unapplied.map((part) => t(`beyond.state.${part}`)).join(", ") })}</p>}
      {states.refused.value && <p role="alert">{t("beyond.state.refused")}</p>}
    </div>
  );
}
