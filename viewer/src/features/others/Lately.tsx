import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

import { forgetPaths, keepPaths, type RecentPaths, recentPaths } from "../../io/recentOthers.ts";
import { Icon } from "../kit/index.ts";
import { t } from "../prefs/index.ts";
import { said } from "./said.ts";

interface LatelyProps {
  readonly disabled: boolean;
  readonly onOpen: (path: string) => void;
  readonly onProblem: (text: string) => void;
}

/** What was opened here by its path: kept only where the user switched that on. */
export function Lately({ disabled, onOpen, onProblem }: LatelyProps) {
  const kept = useSignal<RecentPaths | undefined>(undefined);
  useEffect(() => {
    recentPaths().then(
      (found) => (kept.value = found),
      () => undefined, // the page works without it
    );
  }, [kept]);
  const now = kept.value;
  if (now === undefined) return null;
  const failed = (error: unknown): void => {
    onProblem(said(error));
  };
  return (
    <section class="others-lately" aria-labelledby="others-lately">
      <h2 id="others-lately">{t("others.recent")}</h2>
      <label class="others-keep">
        <input
          type="checkbox"
          checked={now.keep}
          onChange={(event) => {
            keepPaths(event.currentTarget.checked).then((found) => (kept.value = found), failed);
          }}
        />
        {t("others.keep")}
      </label>
      <p class="quiet">{t("others.keepHint")}</p>
      {now.keep && now.paths.length === 0 ? <p class="quiet">{t("others.recentNone")}</p> : null}
      {now.paths.length === 0 ? null : (
        <>
          <ul class="others-list">
            {now.paths.map((path) => (
              <li key={path}>
                <button
                  type="button"
                  class="button plain"
                  disabled={disabled}
                  title={path}
                  onClick={() => {
                    onOpen(path);
                  }}
                >
                  <Icon name="clock" />
                  <bdi class="ellipsis">{path}</bdi>
                </button>
              </li>
            ))}
          </ul>
          <button
            type="button"
            class="button"
            onClick={() => {
              forgetPaths().then(() => (kept.value = { ...now, paths: [] }), failed);
            }}
          >
            {t("others.forget")}
          </button>
        </>
      )}
    </section>
  );
}
