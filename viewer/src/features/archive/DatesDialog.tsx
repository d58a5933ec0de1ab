import { useSignal } from "@preact/signals";

import { daysOf } from "../../core/searchWords.ts";
import { Dialog } from "../kit/index.ts";
import { t } from "../prefs/index.ts";

interface DatesProps {
  /** What is asked for now, as it stands in the search box. */
  readonly value: string | undefined;
  readonly onChoose: (word: string | undefined) => void;
  readonly onClose: () => void;
}

/** Studies from a day to a day; either may be left open. */
export function DatesDialog({ value, onChoose, onClose }: DatesProps) {
  const [first, last] = daysOf(value);
  const from = useSignal(first);
  const to = useSignal(last);
  const backwards = from.value !== "" && to.value !== "" && from.value > to.value;
  const choose = (event: Event): void => {
    event.preventDefault();
    if (backwards) return;
    onChoose(from.value === "" && to.value === "" ? undefined : `${from.value}..${to.value}`);
    onClose();
  };
  return (
    <Dialog title={t("dates.title")} class="ask" onClose={onClose}>
      <form class="dialog-body dates" onSubmit={choose}>
        <label>
          {t("dates.from")}
          <input type="date" autofocus max={to.value} value={from.value} onInput={(event) => (from.value = event.currentTarget.value)} />
        </label>
        <label>
          {t("dates.to")}
          <input type="date" min={from.value} value={to.value} onInput={(event) => (to.value = event.currentTarget.value)} />
        </label>
        <footer class="dialog-foot">
          <button type="button" class="button" onClick={onClose}>
            {t("action.cancel")}
          </button>
          <button type="submit" class="button primary" disabled={backwards}>
            {t("dates.show")}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
