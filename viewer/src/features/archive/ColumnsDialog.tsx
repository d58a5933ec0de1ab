import { Dialog } from "../kit/index.ts";
import { t } from "../prefs/index.ts";
import { CHOICES, COLUMN_LEVELS, type ColumnLevel, show, shownOf, showUsual } from "./columns.ts";

const TITLES = { patient: "fact.patient", study: "fact.study", series: "fact.series" } as const;

/** What the lists show of each level; it is so at once, and stays so. */
export const ColumnsDialog = ({ onClose }: { readonly onClose: () => void }) => (
  <Dialog title={t("columns.title")} class="ask" onClose={onClose}>
    <div class="dialog-body columns">
      {COLUMN_LEVELS.map((level) => (
        <Group key={level} level={level} />
      ))}
    </div>
    <footer class="dialog-foot">
      <button type="button" class="button" onClick={showUsual}>
        {t("columns.usual")}
      </button>
      <button type="button" class="button primary" autofocus onClick={onClose}>
        {t("action.close")}
      </button>
    </footer>
  </Dialog>
);

const Group = ({ level }: { readonly level: ColumnLevel }) => (
  <fieldset>
    <legend>{t(TITLES[level])}</legend>
    {CHOICES[level].map(({ key, label }) => (
      <label key={key}>
        <input
          type="checkbox"
          checked={shownOf(level).value.includes(key)}
          onChange={(event) => {
            show(level, key, event.currentTarget.checked);
          }}
        />
        {t(label)}
      </label>
    ))}
  </fieldset>
);
