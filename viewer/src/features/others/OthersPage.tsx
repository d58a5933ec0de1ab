import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

import { breadcrumbs, cleanPath } from "../../core/importing.ts";
import type { Dropped } from "../../core/others.ts";
import type { Folder, Place } from "../../core/model.ts";
import * as api from "../../io/api.ts";
import { chosen, dropped } from "../../io/dropped.ts";
import { isAbort } from "../../io/http.ts";
import { Icon } from "../kit/index.ts";
import { t } from "../prefs/index.ts";
import { Lately } from "./Lately.tsx";
import { said } from "./said.ts";

const MOST_BYTES = 2 * 1024 ** 3;

/** Where files of other kinds are opened: dropped, chosen in the browser, or by their path on this computer. */
export function OthersPage() {
  const opening = useSignal(false);
  const problem = useSignal("");
  const over = useSignal(false);
  const picker = useRef<HTMLInputElement>(null);

  const open = async (how: () => Promise<{ readonly page: string }>): Promise<void> => {
    if (opening.value) return;
    opening.value = true;
    problem.value = "";
    try {
      location.assign((await how()).page);
    } catch (error) {
      problem.value = said(error);
    }
    opening.value = false;
  };
  const handIn = (files: readonly Dropped[]): void => {
    if (files.length === 0) return;
    if (files.reduce((sum, { file }) => sum + file.size, 0) > MOST_BYTES) problem.value = t("others.tooLarge");
    else void open(() => api.handInOthers(files));
  };

  return (
    <main
      class="page others-page"
      onDragOver={(event) => {
        event.preventDefault();
        over.value = true;
      }}
      onDragLeave={(event) => {
        if (event.relatedTarget === null) over.value = false;
      }}
      onDrop={(event) => {
        event.preventDefault();
        over.value = false;
        if (event.dataTransfer === null) return;
        dropped(event.dataTransfer).then(handIn, (error: unknown) => {
          problem.value = said(error);
        });
      }}
    >
      <header class="page-head">
        <h1>{t("others.title")}</h1>
        <p class="quiet">{t("others.intro")}</p>
      </header>
      <div class="others-body">
        <section class={over.value ? "others-drop over" : "others-drop"}>
          <Icon name="download" size={28} />
          <strong>{t("others.drop")}</strong>
          <span class="quiet">{t("others.dropHint")}</span>
          <button type="button" class="button primary" disabled={opening.value} onClick={() => picker.current?.click()}>
            {t(opening.value ? "others.opening" : "others.choose")}
          </button>
          <input
            ref={picker}
            class="others-picker"
            type="file"
            multiple
            tabIndex={-1}
            aria-label={t("others.choose")}
            onChange={(event) => {
              handIn(chosen(event.currentTarget.files ?? []));
              event.currentTarget.value = "";
            }}
          />
        </section>
        <p class="form-problem" role="alert">
          {problem.value}
        </p>
        <Lately disabled={opening.value} onOpen={(path) => void open(() => api.openOthers([path]))} onProblem={(text) => (problem.value = text)} />
        <Disk opening={opening.value} onOpen={(paths) => void open(() => api.openOthers(paths))} />
      </div>
    </main>
  );
}

interface DiskProps {
  readonly opening: boolean;
  readonly onOpen: (paths: readonly string[]) => void;
}

/** Folders and files of this computer, and a path for those who know it. */
function Disk({ opening, onOpen }: DiskProps) {
  const places = useSignal<readonly Place[]>([]);
  const folder = useSignal<Folder | undefined>(undefined);
  const chosen = useSignal<readonly string[]>([]);
  const typed = useSignal("");
  const asked = useRef<AbortController | undefined>(undefined);

  const go = async (path: string): Promise<void> => {
    asked.current?.abort();
    asked.current = new AbortController();
    const before = typed.value;
    try {
      folder.value = await api.folder(path, asked.current.signal, true);
      chosen.value = [];
      if (typed.value === before) typed.value = folder.value.path; // who has typed a path by now knows better
    } catch (error) {
      if (!isAbort(error)) folder.value = undefined;
    }
  };
  const first = useRef(async (): Promise<void> => {
    places.value = await api.places();
    const home = places.value[0];
    if (home !== undefined && typed.value === "") await go(home.path);
  });
  useEffect(() => {
    first.current().catch(() => undefined); // nothing to choose from: a path may still be typed
  }, []);
  const toggle = (path: string): void => {
    chosen.value = chosen.value.includes(path) ? chosen.value.filter((one) => one !== path) : [...chosen.value, path];
  };
  const paths = chosen.value.length > 0 ? chosen.value : [cleanPath(typed.value)].filter((path) => path !== "");

  return (
    <form
      class="others-disk"
      aria-label={t("others.here")}
      onSubmit={(event) => {
        event.preventDefault();
        if (paths.length > 0) onOpen(paths);
      }}
    >
      <h2>{t("others.here")}</h2>
      <div class="others-row">
        <input
          id="others-path"
          type="text"
          autocomplete="off"
          spellcheck={false}
          aria-label={t("others.path")}
          placeholder={t("others.path")}
          value={typed.value}
          onInput={(event) => {
            typed.value = event.currentTarget.value;
            chosen.value = [];
          }}
        />
        <button type="submit" class="button primary" disabled={opening || paths.length === 0}>
          {t(opening ? "others.opening" : "others.open")}
        </button>
      </div>
      <div class="others-browser">
        <nav class="others-places" aria-label={t("others.here")}>
          {places.value.map((place) => (
            <button key={place.kind + place.path} type="button" class="button plain" title={place.path} onClick={() => void go(place.path)}>
              <Icon name={place.kind === "drive" || place.kind === "root" ? "drive" : "folder"} />
              <span class="ellipsis">{place.name}</span>
            </button>
          ))}
        </nav>
        {folder.value === undefined ? null : <Files folder={folder.value} chosen={chosen.value} onGo={(path) => void go(path)} onToggle={toggle} />}
      </div>
      <p class="quiet">{chosen.value.length > 0 ? t("others.picked", { count: chosen.value.length }) : ""}</p>
    </form>
  );
}

interface FilesProps {
  readonly folder: Folder;
  readonly chosen: readonly string[];
  readonly onGo: (path: string) => void;
  readonly onToggle: (path: string) => void;
}

function Files({ folder, chosen, onGo, onToggle }: FilesProps) {
  const names = folder.names ?? [];
  return (
    <div class="others-files">
      <ol class="others-crumbs">
        {breadcrumbs(folder.path).map((crumb) => (
          <li key={crumb.path}>
            <button
              type="button"
              class="button plain"
              aria-current={crumb.path === folder.path}
              onClick={() => {
                onGo(crumb.path);
              }}
            >
              {crumb.name}
            </button>
          </li>
        ))}
      </ol>
      <ul class="others-list">
        {folder.folders.map((one) => (
          <li key={one.path}>
            <button
              type="button"
              class="button plain"
              onClick={() => {
                onGo(one.path);
              }}
            >
              <Icon name="folder" />
              <bdi class="ellipsis">{one.name}</bdi>
            </button>
          </li>
        ))}
        {names.map((one) => (
          <li key={one.path}>
            <label>
              <input
                type="checkbox"
                checked={chosen.includes(one.path)}
                onChange={() => {
                  onToggle(one.path);
                }}
              />
              <bdi class="ellipsis">{one.name}</bdi>
            </label>
          </li>
        ))}
        {folder.folders.length + names.length === 0 ? <li class="quiet others-none">{t("others.noFiles")}</li> : null}
      </ul>
    </div>
  );
}
