import { useSignal } from "@preact/signals";

import type { MessageKey } from "../../core/messages.ts";
import type { Drive, Series, Study } from "../../core/model.ts";
import { patientTitle, seriesTitle, studyTitle } from "../../core/people.ts";
import type { Route } from "../../core/routes.ts";
import { type MenuField, STRETCHES, stretchWord, withWord, wordOf } from "../../core/searchWords.ts";
import { drives, exportUrl, forgetRecent, recent, savedSearches } from "../../io/api.ts";
import { ApiError } from "../../io/http.ts";
import { Icon, type IconName, type MenuItem, openMenu, toast, useLater } from "../kit/index.ts";
import { fmt, t } from "../prefs/index.ts";
import type { ArchiveStore, Filters } from "./archiveStore.ts";

const MODALITIES = ["CT", "MR", "US", "CR", "DX", "MG", "PT", "NM", "XA", "RF", "SR"] as const;
const STATES = ["online", "offline", "missing", "changed"] as const;

const loadColumns = async () => (await import("./ColumnsDialog.tsx")).ColumnsDialog;
const loadDates = async () => (await import("./DatesDialog.tsx")).DatesDialog;
const loadSaved = async () => (await import("./SavedDialog.tsx")).SavedDialog;

interface BarProps {
  readonly store: ArchiveStore;
  readonly onGo: (route: Route) => void;
}

/** Over the list: what narrows it, the searches that are kept, what was opened last, and the list to take away. */
export function ListBar({ store, onGo }: BarProps) {
  const saving = useSignal(false);
  const Saved = useLater(saving.value, loadSaved);
  const choosing = useSignal(false);
  const Columns = useLater(choosing.value, loadColumns);
  return (
    <div class="list-bar">
      <FilterButtons store={store} />
      <span class="spring" />
      <Tool
        icon="star"
        label={t("saved.title")}
        menu={async () => [
          ...(await savedSearches()).map(({ name, words }) => ({
            label: name,
            run: () => {
              store.search(words);
            },
          })),
          { label: t("saved.manage"), icon: "star", run: () => (saving.value = true) },
        ]}
      />
      <Tool icon="clock" label={t("recent.title")} menu={() => recentItems(onGo)} />
      <Tool icon="download" label={t("export.title")} menu={() => Promise.resolve(exportItems(store))} />
      <button type="button" class="icon-button" aria-haspopup="dialog" aria-label={t("columns.title")} title={t("columns.title")} onClick={() => (choosing.value = true)}>
        <Icon name="columns" />
      </button>
      {choosing.value && Columns !== undefined ? <Columns onClose={() => (choosing.value = false)} /> : null}
      {saving.value && Saved !== undefined ? <Saved store={store} onClose={() => (saving.value = false)} /> : null}
    </div>
  );
}

interface ToolProps {
  readonly icon: IconName;
  readonly label: string;
  readonly menu: () => Promise<readonly MenuItem[]>;
}

/** A button whose menu is asked for when it is opened. */
const Tool = ({ icon, label, menu }: ToolProps) => (
  <button
    type="button"
    class="icon-button"
    aria-haspopup="menu"
    aria-label={label}
    title={label}
    onClick={(event) => {
      const button = event.currentTarget;
      menu().then((items) => {
        openMenu(label, items, button);
      }, complain);
    }}
  >
    <Icon name={icon} />
  </button>
);

interface FilterProps {
  readonly name: string;
  /** What it is now; undefined narrows nothing. */
  readonly value: string | undefined;
  readonly choices: () => Promise<readonly (readonly [label: string, checked: boolean, choose: () => void])[]>;
  readonly onClear: () => void;
}

const Filter = ({ name, value, choices, onClear }: FilterProps) => (
  <button
    type="button"
    class={value === undefined ? "narrow-by" : "narrow-by on"}
    aria-haspopup="menu"
    aria-label={value === undefined ? name : t("filter.is", { name, value })}
    title={name}
    onClick={(event) => {
      const button = event.currentTarget;
      choices().then((all) => {
        const items = all.map(([label, checked, run]) => ({ label, checked, run }));
        openMenu(name, [{ label: t("filter.any"), checked: value === undefined, run: onClear }, ...items], button);
      }, complain);
    }}
  >
    <span class="ellipsis">{value ?? name}</span>
    <Icon name="down" size={12} />
  </button>
);

function FilterButtons({ store }: { readonly store: ArchiveStore }) {
  const words = store.words.value;
  const filters = store.filters.value;
  const known = useSignal<readonly Drive[]>([]);
  const write = (field: MenuField, value: string | undefined): void => {
    store.search(withWord(words, field, value));
  };
  const put = (to: Filters): void => void store.filter(to);
  const today = new Date();
  const stretch = STRETCHES.find((one) => stretchWord(one, today) === wordOf(words, "date"));
  const { drive, state } = filters;
  const dating = useSignal(false);
  const Dates = useLater(dating.value, loadDates);
  return (
    <>
      <Filter
        name={t("hit.modality")}
        value={wordOf(words, "mod")}
        onClear={() => {
          write("mod", undefined);
        }}
        choices={() => Promise.resolve(MODALITIES.map((one) => [one, wordOf(words, "mod") === one, () => { write("mod", one); }]))}
      />
      <Filter
        name={t("hit.date")}
        value={stretch === undefined ? wordOf(words, "date") : t(`stretch.${stretch}`)}
        onClear={() => {
          write("date", undefined);
        }}
        choices={() =>
          Promise.resolve([
            ...STRETCHES.map((one) => [t(`stretch.${one}`), stretch === one, () => { write("date", stretchWord(one, today)); }] as const),
            [t("dates.title"), stretch === undefined && wordOf(words, "date") !== undefined, () => { dating.value = true; }] as const,
          ])
        }
      />
      {dating.value && Dates !== undefined ? (
        <Dates
          value={wordOf(words, "date")}
          onChoose={(word) => {
            write("date", word);
          }}
          onClose={() => (dating.value = false)}
        />
      ) : null}
      <Filter
        name={t("filter.drive")}
        value={drive === undefined ? undefined : driveName(known.value.find((one) => one.id === drive))}
        onClear={() => {
          put({ ...filters, drive: undefined });
        }}
        choices={async () => {
          known.value = await drives();
          return known.value.map((one) => [driveName(one), one.id === drive, () => { put({ ...filters, drive: one.id }); }]);
        }}
      />
      <Filter
        name={t("fact.state")}
        value={state === undefined ? undefined : stateName(state)}
        onClear={() => {
          put({ ...filters, state: undefined });
        }}
        choices={() => Promise.resolve(STATES.map((one) => [stateName(one), one === state, () => { put({ ...filters, state: one }); }]))}
      />
    </>
  );
}

const stateName = (state: (typeof STATES)[number]): string => t(state === "online" ? "folders.online" : `archive.${state}`);
const driveName = (drive: Drive | undefined): string => (drive === undefined ? "" : drive.label || drive.mount_point || drive.filesystem_id);

async function recentItems(go: (route: Route) => void): Promise<MenuItem[]> {
  const opened = await recent();
  const items = opened.map((entry): MenuItem => ({ label: recentName(entry), run: () => { go({ page: isSeries(entry) ? "series" : "study", id: entry.id }); } }));
  if (items.length === 0) return [{ label: t("recent.none"), run: () => undefined }];
  return [...items, { label: t("recent.forget"), icon: "trash", run: () => void forgetRecent().catch(complain) }];
}

const isSeries = (entry: Study | Series): entry is Series => "study" in entry;

function recentName(entry: Study | Series): string {
  const study = isSeries(entry) ? entry.study : entry;
  const title = isSeries(entry) ? seriesTitle(entry, t) : studyTitle(entry, t);
  return [patientTitle(study.patient, t), title, fmt().date(study.date)].filter((text) => text !== "").join(" · ");
}

const EXPORTS = ["patients", "studies", "series"] as const;

function exportItems(store: ArchiveStore): MenuItem[] {
  const { q, drive, state } = store.query();
  const kept = (kind: "csv" | "json") =>
    EXPORTS.map((list): MenuItem => ({
      label: t(`export.${kind}`, { list: t(`export.${list}` satisfies MessageKey) }),
      run: () => {
        const link = document.createElement("a");
        link.href = exportUrl(list, kind, { q, drive, state });
        link.download = "";
        link.click();
      },
    }));
  return [...kept("csv"), ...kept("json")];
}

function complain(error: unknown): void {
  toast({ kind: "bad", text: t(error instanceof ApiError ? `error.${error.code}` : "error.internal") });
}
