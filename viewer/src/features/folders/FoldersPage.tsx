import { type Signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

import type { Root } from "../../core/model.ts";
import { routePath } from "../../core/routes.ts";
import { ApiError } from "../../io/http.ts";
import { CharsetLater } from "../charset/index.ts";
import { Ask, Icon, openMenu, Problem, toast } from "../kit/index.ts";
import { fmt, t } from "../prefs/index.ts";
import type { FolderStore } from "./folderStore.ts";

interface FoldersPageProps {
  readonly store: FolderStore;
  /** What files say was taken by an older version, which took less. */
  readonly outdated: boolean;
  readonly onImport: () => void;
  readonly onAgain: (root: Root) => void;
  /** Read again what lies under these folders, or all there is. */
  readonly onRebuild: (paths: readonly string[]) => void;
  /** The files of a folder were read by another character set. */
  readonly onReread: () => void;
}

/** The folders that were brought in, by path. */
export function FoldersPage({ store, outdated, onImport, onAgain, onRebuild, onReread }: FoldersPageProps) {
  const leaving = useSignal<Root | undefined>(undefined);
  const lettering = useSignal<Root | undefined>(undefined);
  useEffect(() => void store.load(), [store]);
  const roots = store.roots.value;
  const problem = store.problem.value;
  const root = leaving.value;
  return (
    <main class="page folder-page">
      <header class="page-head">
        <h1>{t("folders.title")}</h1>
        <p class="quiet">{t("folders.intro")}</p>
        {roots === undefined || roots.length === 0 ? null : (
          <button type="button" class="button" title={t("folders.rebuildHint")} onClick={() => { onRebuild([]); }}>
            {t("folders.rebuildAll")}
          </button>
        )}
        <a class="button" href={routePath({ page: "upkeep" })}>
          {t("folders.upkeep")}
        </a>
      </header>
      {problem === undefined ? null : <Problem problem={problem} onRetry={() => void store.load()} />}
      {outdated ? <p class="folder-advice" role="status">{t("folders.outdated", { action: t("folders.rebuildAll") })}</p> : null}
      {roots?.length === 0 ? <NoFolders onImport={onImport} /> : null}
      {roots === undefined || roots.length === 0 ? null : <Table {...{ roots, store, leaving, lettering, onAgain, onRebuild }} />}
      {lettering.value === undefined ? null : (
        <CharsetLater
          target={{ kind: "root", root: lettering.value }}
          onDone={() => {
            onReread();
            void store.load();
          }}
          onClose={() => (lettering.value = undefined)}
        />
      )}
      {root === undefined ? null : (
        <ForgetDialog
          root={root}
          onClose={() => (leaving.value = undefined)}
          onForget={() => {
            leaving.value = undefined;
            void forget(store, root);
          }}
        />
      )}
    </main>
  );
}

function NoFolders({ onImport }: { readonly onImport: () => void }) {
  return (
    <div class="no-folders">
      <Icon name="folder" size={40} />
      <h2>{t("folders.empty")}</h2>
      <p>{t("folders.emptyHint")}</p>
      <button type="button" class="button primary" onClick={onImport}>
        <Icon name="download" />
        {t("header.import")}
      </button>
    </div>
  );
}

interface TableProps {
  readonly roots: readonly Root[];
  readonly store: FolderStore;
  readonly leaving: Signal<Root | undefined>;
  readonly lettering: Signal<Root | undefined>;
  readonly onAgain: (root: Root) => void;
  readonly onRebuild: (paths: readonly string[]) => void;
}

function Table({ roots, store, leaving, lettering, onAgain, onRebuild }: TableProps) {
  return (
    <div class="folder-scroll">
      <table class="folder-table">
        <thead>
          <tr>
            <th>{t("folders.path")}</th>
            <th>{t("folders.state")}</th>
            <th>{t("folders.contents")}</th>
            <th>{t("folders.last")}</th>
            <th>{t("folders.watch")}</th>
            <th />
          </tr>
        </thead>
        <tbody>
          {roots.map((root) => (
            <Row
              key={root.id}
              {...{ root, store, onAgain, onRebuild }}
              onForget={() => (leaving.value = root)}
              onCharset={() => (lettering.value = root)}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface RowProps {
  readonly root: Root;
  readonly store: FolderStore;
  readonly onAgain: (root: Root) => void;
  readonly onRebuild: (paths: readonly string[]) => void;
  readonly onForget: () => void;
  readonly onCharset: () => void;
}

function Row({ root, store, onAgain, onRebuild, onForget, onCharset }: RowProps) {
  const { path, state, drive } = root;
  const others = root.files - root.dicom;
  const menu = (button: HTMLElement): void => {
    const again =
      state === "online"
        ? [
            { label: t("folders.again"), run: () => { onAgain(root); } },
            { label: t("folders.rebuild"), run: () => { onRebuild([path]); } },
          ]
        : [];
    const always = [
      { label: t("charset.menu"), run: onCharset },
      { label: t("folders.forget"), run: onForget },
    ];
    openMenu(t("folders.actions", { path }), [...again, ...always], button);
  };
  return (
    <tr>
      <td class="folder-name">
        <span class="ellipsis" title={path}>
          <bdi>{path}</bdi>
        </span>
        {drive.label === "" || drive.label === "/" ? null : <span class="quiet">{t("folders.drive", { drive: drive.label })}</span>}
        {root.charset === "" ? null : <span class="quiet">{t("charset.set", { charset: root.charset })}</span>}
        {root.hindrance === null ? null : <span class="folder-hindrance">{t(`folders.hindrance.${root.hindrance}`)}</span>}
      </td>
      <td>
        <span class={state === "online" ? "badge" : "badge warn"} title={t(`folders.${state}Hint`)}>
          {t(`folders.${state}`)}
        </span>
      </td>
      <td class="folder-contents">
        {t("folders.dicom", { count: root.dicom })}
        {others > 0 ? <span class="quiet">{t("folders.others", { count: others })}</span> : null}
      </td>
      <td>{fmt().moment(root.last_import)}</td>
      <td>
        <button
          type="button"
          role="switch"
          class="switch"
          aria-checked={root.watched}
          aria-label={t("folders.watchLabel", { path })}
          onClick={() => {
            store.watch(root, !root.watched).catch(complain);
          }}
        />
      </td>
      <td>
        <button
          type="button"
          class="icon-button"
          aria-haspopup="menu"
          aria-label={t("folders.actions", { path })}
          onClick={(event) => {
            menu(event.currentTarget);
          }}
        >
          <Icon name="more" />
        </button>
      </td>
    </tr>
  );
}

interface ForgetDialogProps {
  readonly root: Root;
  readonly onForget: () => void;
  readonly onClose: () => void;
}

/** Asks before a folder leaves the list, and says the one thing that matters: the files stay. */
const ForgetDialog = ({ root, onForget, onClose }: ForgetDialogProps) => (
  <Ask title={t("folders.forgetTitle")} confirm={t("folders.forgetConfirm")} onConfirm={onForget} onClose={onClose}>
    <p class="ask-what">
      <strong>
        <bdi>{root.path}</bdi>
      </strong>
      <span class="quiet">{t("folders.dicom", { count: root.dicom })}</span>
    </p>
    <p class="ask-promise">
      <Icon name="folder" />
      <span>
        <strong>{t("folders.forgetStay")}</strong> {t("folders.forgetWhat")}
      </span>
    </p>
  </Ask>
);

async function forget(store: FolderStore, root: Root): Promise<void> {
  try {
    const count = await store.forget(root);
    toast({
      text: t("folders.forgotten", { images: t("count.images", { count }) }),
      action: { label: t("action.undo"), run: () => void restore(store, root) },
    });
  } catch (error) {
    complain(error);
  }
}

async function restore(store: FolderStore, root: Root): Promise<void> {
  try {
    await store.restore(root);
    toast({ kind: "good", text: t("folders.restored") });
  } catch (error) {
    complain(error);
  }
}

function complain(error: unknown): void {
  toast({ kind: "bad", text: t(error instanceof ApiError ? `error.${error.code}` : "error.internal") });
}
