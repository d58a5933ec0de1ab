import { useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";

import type { Relinked, RelinkReport } from "../../core/model.ts";
import * as api from "../../io/api.ts";
import { listenToJob } from "../../io/events.ts";
import { ChooserStore, FolderChooser } from "../imports/index.ts";
import { fmt, t } from "../prefs/index.ts";
import { RelinkStore, type Stage } from "./relinkStore.ts";
import { said } from "./said.ts";

/** Choose a folder, see what would change, have it recorded, and take it back. */
export function Relink({ onChanged }: { readonly onChanged: () => void }) {
  const chooser = useMemo(() => new ChooserStore(api), []);
  const store = useMemo(() => new RelinkStore(api, listenToJob, onChanged), [onChanged]);
  const choosing = useSignal(false);
  useEffect(
    () => () => {
      store.leave();
    },
    [store],
  );
  const stage = store.stage.value;
  const running = stage.at === "running";
  return (
    <section aria-labelledby="upkeep-relink">
      <h2 id="upkeep-relink">{t("relink.title")}</h2>
      <p class="quiet">{t("relink.intro")}</p>
      <form
        class="upkeep-path"
        onSubmit={(event) => {
          event.preventDefault();
          choosing.value = false;
          void store.look(chooser.path);
        }}
      >
        <label for="relink-path">{t("relink.path")}</label>
        <input
          id="relink-path"
          type="text"
          spellcheck={false}
          autocomplete="off"
          value={chooser.typed.value}
          onInput={(event) => {
            chooser.type(event.currentTarget.value);
          }}
        />
        <button type="button" class="button" aria-expanded={choosing.value} onClick={() => (choosing.value = !choosing.value)}>
          {t("relink.choose")}
        </button>
        <button type="submit" class="button primary" disabled={running || chooser.path === ""}>
          {t("relink.look")}
        </button>
      </form>
      {choosing.value ? (
        <div class="upkeep-chooser">
          <FolderChooser store={chooser} />
        </div>
      ) : null}
      <Told store={store} stage={stage} />
    </section>
  );
}

function Told({ store, stage }: { readonly store: RelinkStore; readonly stage: Stage }) {
  switch (stage.at) {
    case "idle":
      return null;
    case "running":
      return (
        <p role="status">
          {stage.follow ? t("relink.following") : t("relink.looking", { count: stage.seen })}{" "}
          <button type="button" class="button" onClick={() => { store.leave(); }}>
            {t("action.cancel")}
          </button>
        </p>
      );
    case "found":
      return <Found store={store} report={stage.report} />;
    case "followed":
      return (
        <p role="status">
          {t("relink.followed", { count: stage.report.files })}{" "}
          <button type="button" class="button" onClick={() => void store.undo()}>
            {t("action.undo")}
          </button>
        </p>
      );
    case "failed":
      return (
        <p role="alert" class="form-problem">
          {said(stage.error)}
        </p>
      );
    default:
      return <p role="status">{t(`relink.${stage.at}`)}</p>;
  }
}

function Found({ store, report }: { readonly store: RelinkStore; readonly report: RelinkReport }) {
  const { files, images, bytes, moves, left, still } = report;
  return (
    <div class="upkeep-found">
      {files > 0 ? (
        <>
          <p role="status">
            <strong>{t("relink.found", { count: files, images: t("relink.images", { count: images }), size: fmt().bytes(bytes) })}</strong>
          </p>
          <Moves moves={moves} />
          <button type="button" class="button primary" onClick={() => void store.follow()}>
            {t("relink.follow")}
          </button>
        </>
      ) : (
        <p role="status">{t(left > 0 ? "relink.none" : "relink.nothingMissing")}</p>
      )}
      {left > 0 ? (
        <>
          <p>
            {t("relink.left", { count: left })} <span class="quiet">{t("relink.still")}</span>
          </p>
          <ul class="upkeep-list">
            {still.map((one) => (
              <li key={one.old}>
                <bdi>{one.old}</bdi> <span class="badge warn">{t(one.state === "offline" ? "folders.offline" : "folders.missing")}</span> {fmt().number(one.files)}
              </li>
            ))}
          </ul>
        </>
      ) : null}
    </div>
  );
}

const Moves = ({ moves }: { readonly moves: readonly Relinked[] }) => (
  <table class="upkeep-table">
    <thead>
      <tr>
        <th>{t("relink.from")}</th>
        <th>{t("relink.to")}</th>
        <th class="number">{t("relink.files")}</th>
      </tr>
    </thead>
    <tbody>
      {moves.map((move) => (
        <tr key={`${move.old}\n${move.new}`}>
          <td>
            <bdi>{move.old}</bdi>
          </td>
          <td>
            <bdi>{move.new}</bdi>
          </td>
          <td class="number">{fmt().number(move.files)}</td>
        </tr>
      ))}
    </tbody>
  </table>
);
