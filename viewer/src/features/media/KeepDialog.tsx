import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

import type { Keeping, Study } from "../../core/model.ts";
import { patientTitle, studyTitle } from "../../core/people.ts";
import * as api from "../../io/api.ts";
import { failureOf } from "../../io/http.ts";
import { Dialog } from "../kit/index.ts";
import { fmt, t } from "../prefs/index.ts";
import { said } from "./said.ts";

const LOOK_MS = 400;
const MOST_NAMED = 50;

interface KeepDialogProps {
  readonly session: string;
  /** Files of the medium that could not be read at all: nobody knows whose they are. */
  readonly unreadable: number;
  readonly onClose: () => void;
}

/** The one way in: a study of the medium is copied into the archive, and what could not be read is named. */
export function KeepDialog({ session, unreadable, onClose }: KeepDialogProps) {
  const studies = useSignal<readonly Study[]>([]);
  const chosen = useSignal<string | undefined>(undefined);
  const kept = useSignal<Keeping | undefined>(undefined);
  const job = useSignal("");
  const problem = useSignal("");
  useEffect(() => {
    api.studies({ limit: 200 }).then(
      (found) => (studies.value = found.items),
      () => undefined, // the page below says what is the matter
    );
  }, [studies]);

  const keep = async (study: string): Promise<void> => {
    chosen.value = study;
    kept.value = undefined;
    problem.value = "";
    try {
      job.value = await api.keep(session, [study]);
      do {
        await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
        kept.value = await api.keeping(session, job.value);
      } while (kept.value.state === "running");
    } catch (error) {
      problem.value = said(error);
    }
  };

  const running = chosen.value !== undefined && problem.value === "" && (kept.value === undefined || kept.value.state === "running");
  return (
    <Dialog title={t("media.keepTitle")} onClose={onClose}>
      <div class="dialog-body keep-body">
        <p class="quiet">{t("media.keepHint")}</p>
        {unreadable === 0 ? null : <p class="dialog-say bad">{t("media.keepUnread", { count: unreadable })}</p>}
        <ul class="media-list">
          {studies.value.map((study) => (
            <li key={study.id}>
              <span class="media-name">
                <bdi>{patientTitle(study.patient, t)}</bdi>
                <span class="quiet">
                  {studyTitle(study, t)} · {t("count.images", { count: study.counts.instances })}
                </span>
                {chosen.value === study.id ? <Result kept={kept.value} problem={problem.value} /> : null}
              </span>
              {chosen.value === study.id && kept.value?.safe === true ? null : (
                <button type="button" class="button" disabled={running} onClick={() => void keep(study.id)}>
                  {t(chosen.value === study.id && !running ? "action.retry" : "media.keepOne")}
                </button>
              )}
              {running && chosen.value === study.id && job.value !== "" ? (
                <button type="button" class="button" onClick={() => void api.stopKeeping(session, job.value).catch(() => undefined)}>
                  {t("action.cancel")}
                </button>
              ) : null}
            </li>
          ))}
        </ul>
      </div>
    </Dialog>
  );
}

function Result({ kept, problem }: { readonly kept: Keeping | undefined; readonly problem: string }) {
  if (problem !== "") return <p class="dialog-say bad" role="alert">{problem}</p>;
  if (kept === undefined || kept.state === "running") {
    const { done = 0, total = null } = kept?.progress ?? {};
    return (
      <>
        <progress max={total ?? 1} value={done} />
        <p role="status">{t("media.keeping", { done: fmt().number(done), total: total === null ? "…" : fmt().number(total) })}</p>
      </>
    );
  }
  if (kept.safe) return <p class="dialog-say" role="status">{t("media.kept")}</p>;
  if (kept.state === "cancelled") return <p class="dialog-say" role="status">{t("media.keepStopped")}</p>;
  if (kept.failed.length === 0) return <p class="dialog-say bad" role="alert">{`${t("media.keepFailed")} ${said(failureOf(kept))}`}</p>;
  return (
    <div class="dialog-say bad" role="alert">
      {kept.there ? null : <p>{t("media.torn")}</p>}
      <p>{t("media.keptPartly", { count: kept.failed.length })}</p>
      <p>
        <bdi>{kept.failed.slice(0, MOST_NAMED).map((one) => one.name).join(", ")}</bdi>
      </p>
    </div>
  );
}
