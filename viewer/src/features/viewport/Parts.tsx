import { t } from "../prefs/index.ts";
import type { Pane } from "./pane.ts";
import { stackName } from "./words.ts";

/** Which part of the series is shown, where it holds several: other directions, clips, echoes. */
export function Parts({ pane }: { readonly pane: Pane }) {
  const phase = pane.phase.value;
  if (phase.kind !== "open" || phase.stacks.length < 2) return null;
  return (
    <select
      class="vp-parts"
      aria-label={t("viewport.parts")}
      value={String(phase.part)}
      onChange={(event) => {
        pane.turnPart(Number(event.currentTarget.value));
        event.currentTarget.blur(); // the keys are the image's again
      }}
    >
      {phase.stacks.map((stack, index) => (
        <option key={index} value={String(index)}>
          {stackName(stack)}
        </option>
      ))}
    </select>
  );
}
