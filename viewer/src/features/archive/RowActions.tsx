import { Icon } from "../kit/index.ts";
import { t } from "../prefs/index.ts";
import type { TreeHands } from "./TreeHands.ts";

interface RowActionsProps {
  readonly id: string;
  readonly level: "study" | "series";
  readonly hands: TreeHands;
}

/** What a mouse can do with a row of a jacket; the keys are the tree's. */
export const RowActions = ({ id, level, hands }: RowActionsProps) => (
  <div role="gridcell" class="row-actions">
    <button
      type="button"
      class="icon-button"
      tabIndex={-1}
      aria-label={t("archive.open")}
      title={t("archive.open")}
      onClick={() => {
        hands.open(id, level);
      }}
    >
      <Icon name="open" />
    </button>
    <button
      type="button"
      class="icon-button"
      tabIndex={-1}
      aria-label={t("action.menu")}
      title={t("action.menu")}
      onClick={(event) => {
        hands.menu(id, event.currentTarget);
      }}
    >
      <Icon name="more" />
    </button>
  </div>
);
