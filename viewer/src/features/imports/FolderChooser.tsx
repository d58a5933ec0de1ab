import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";

import { moveCursor } from "../../core/gridKeys.ts";
import { breadcrumbs } from "../../core/importing.ts";
import type { Folder, Place } from "../../core/model.ts";
import { Icon, type IconName } from "../kit/index.ts";
import { t } from "../prefs/index.ts";
import type { ChooserStore } from "./chooserStore.ts";

const PLACE_ICONS: Readonly<Record<Place["kind"], IconName>> = {
  home: "home",
  desktop: "desktop",
  documents: "document",
  downloads: "download",
  drive: "drive",
  root: "drive",
  recent: "clock",
};

function placeName(place: Place): string {
  switch (place.kind) {
    case "home":
    case "desktop":
    case "documents":
    case "downloads":
    case "root":
      return t(`import.place.${place.kind}`);
    default:
      return place.name;
  }
}

/** Places on the left, the folders of the one in view on the right, the way up above them. */
export function FolderChooser({ store }: { readonly store: ChooserStore }) {
  const folder = store.folder.value;
  useEffect(() => void store.start(), [store]);
  return (
    <div class="chooser">
      <nav class="places" aria-label={t("import.places")}>
        {store.places.value.map((place) => (
          <button
            key={place.kind + place.path}
            type="button"
            class={place.path === folder?.path ? "place on" : "place"}
            aria-current={place.path === folder?.path}
            title={place.path}
            onClick={() => void store.go(place.path)}
          >
            <Icon name={PLACE_ICONS[place.kind]} />
            <span class="ellipsis">{placeName(place)}</span>
          </button>
        ))}
      </nav>
      <div class="folder-pane">
        {folder === undefined ? null : <Crumbs folder={folder} store={store} />}
        {folder === undefined ? null : <FolderList key={folder.path} folder={folder} store={store} />}
        <p class="folder-note">{folder?.problem === null ? t("import.here", { count: folder.files }) : ""}</p>
      </div>
    </div>
  );
}

function Crumbs({ folder, store }: { readonly folder: Folder; readonly store: ChooserStore }) {
  const { parent } = folder;
  return (
    <div class="crumbs">
      <button
        type="button"
        class="icon-button"
        disabled={parent === null}
        aria-label={t("import.parent")}
        title={t("import.parent")}
        onClick={() => {
          if (parent !== null) void store.go(parent);
        }}
      >
        <Icon name="up" />
      </button>
      <ol>
        {breadcrumbs(folder.path).map((crumb) => (
          <li key={crumb.path}>
            <button type="button" class="crumb ellipsis" aria-current={crumb.path === folder.path} onClick={() => void store.go(crumb.path)}>
              {crumb.name}
            </button>
          </li>
        ))}
      </ol>
    </div>
  );
}

const PROBLEMS = { permission_denied: "import.denied", not_found: "import.gone" } as const;

function FolderList({ folder, store }: { readonly folder: Folder; readonly store: ChooserStore }) {
  const cursor = useSignal(folder.folders.length > 0 ? 0 : -1);
  const list = useRef<HTMLUListElement>(null);
  useLayoutEffect(() => {
    list.current?.children[cursor.value]?.scrollIntoView({ block: "nearest" });
  });
  if (folder.problem !== null || folder.folders.length === 0) {
    return <p class="folder-none">{folder.problem === null ? t("import.noFolders") : t(PROBLEMS[folder.problem])}</p>;
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const to = moveCursor(event.key, cursor.value, folder.folders.length, 10);
    const at = folder.folders[cursor.value];
    if (to !== undefined) cursor.value = to;
    else if ((event.key === "Enter" || event.key === "ArrowRight") && at !== undefined) void store.go(at.path).then(focusList);
    else if ((event.key === "Backspace" || event.key === "ArrowLeft") && folder.parent !== null) void store.go(folder.parent).then(focusList);
    else return;
    event.preventDefault();
  };
  return (
    <ul
      id="folders"
      ref={list}
      class="folders"
      role="listbox"
      tabIndex={0}
      aria-label={t("import.folders")}
      aria-activedescendant={`folder-${cursor.value}`}
      onKeyDown={onKeyDown}
    >
      {folder.folders.map((one, index) => (
        <li
          key={one.path}
          id={`folder-${index}`}
          role="option"
          aria-selected={index === cursor.value}
          title={one.name}
          onClick={() => void store.go(one.path)}
        >
          <Icon name="folder" />
          <span class="ellipsis">{one.name}</span>
          <Icon name="chevron" size={12} />
        </li>
      ))}
    </ul>
  );
}

/** Walking by keys goes on in the folder that was opened. */
const focusList = (): void => {
  requestAnimationFrame(() => document.getElementById("folders")?.focus());
};
