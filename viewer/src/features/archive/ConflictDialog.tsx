import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useCallback, useEffect } from "preact/hooks";

import { bothValues, differenceName, inShort } from "../../core/conflicts.ts";
import type { Conflict, ConflictFile } from "../../core/model.ts";
import * as api from "../../io/api.ts";
import { ApiError } from "../../io/http.ts";
import { Dialog, Problem, toast } from "../kit/index.ts";
import { fmt, t } from "../prefs/index.ts";

interface ConflictDialogProps {
  readonly series: string;
  readonly onChosen: () => void;
  readonly onClose: () => void;
}

const asApiError = (error: unknown): ApiError => (error instanceof ApiError ? error : new ApiError("internal", 0, String(error)));

/** The images of a series whose files contradict each other: see what differs, and choose what is shown. */
export function ConflictDialog({ series, onChosen, onClose }: ConflictDialogProps) {
  const conflicts = useSignal<readonly Conflict[] | undefined>(undefined);
  const problem = useSignal<ApiError | undefined>(undefined);
  const busy = useSignal(false);
  const load = useCallback(async () => {
    try {
      conflicts.value = (await api.conflicts(series)).items;
      problem.value = undefined;
    } catch (error) {
      problem.value = asApiError(error);
    }
  }, [series, conflicts, problem]);
  useEffect(() => void load(), [load]);
  const choose = async (file: number, deed: (file: number) => Promise<void>): Promise<void> => {
    busy.value = true;
    try {
      await deed(file);
      onChosen();
    } catch (error) {
      toast({ kind: "bad", text: t(`error.${asApiError(error).code}`) });
    }
    await load();
    busy.value = false;
  };
  return (
    <Dialog title={t("conflict.title")} onClose={onClose}>
      <div class="dialog-body">
        <p class="quiet">{t("conflict.intro")}</p>
        {problem.value === undefined ? null : <Problem problem={problem.value} onRetry={() => void load()} />}
        {conflicts.value?.length === 0 ? <p class="conflict">{t("conflict.over")}</p> : null}
        {(conflicts.value ?? []).map((one) => (
          <OneImage key={one.instance} conflict={one} busy={busy.value} onChoose={(file, deed) => void choose(file, deed)} />
        ))}
      </div>
      <footer class="dialog-foot">
        <button type="button" class="button primary" autofocus onClick={onClose}>
          {t("action.close")}
        </button>
      </footer>
    </Dialog>
  );
}

interface OneImageProps {
  readonly conflict: Conflict;
  readonly busy: boolean;
  readonly onChoose: (file: number, deed: (file: number) => Promise<void>) => void;
}

function OneImage({ conflict, busy, onChoose }: OneImageProps) {
  const { number, chosen, files } = conflict;
  return (
    <section class="conflict">
      <h3>
        {number === null ? t("conflict.unnumbered") : t("conflict.image", { number })}
        {chosen ? <span class="badge">{t("conflict.chosen")}</span> : null}
      </h3>
      <ul>
        {files.map((file) => (
          <Claimant key={file.id} file={file}>
            {file.shown && !chosen ? (
              <span class="badge">{t("conflict.shown")}</span>
            ) : (
              <button
                type="button"
                class="button"
                disabled={busy || (file.state !== "online" && file.state !== "changed")}
                onClick={() => {
                  onChoose(file.id, file.shown ? api.unchoose : api.choose);
                }}
              >
                {t(file.shown ? "conflict.unchoose" : "conflict.choose")}
              </button>
            )}
          </Claimant>
        ))}
      </ul>
    </section>
  );
}

/** One file: where it is, and what it says differently from the one that is shown. */
function Claimant({ file, children }: { readonly file: ConflictFile; readonly children: ComponentChildren }) {
  const short = file.shown ? undefined : inShort(file, t);
  const where = [file.drive === "/" ? "" : file.drive, fmt().bytes(file.size), file.state === "online" ? "" : t(`archive.${file.state}`)];
  return (
    <li class={file.shown ? "claimant shown" : "claimant"}>
      <div>
        <code>{file.path}</code> <span class="quiet">{where.filter((part) => part !== "").join(" · ")}</span>
      </div>
      {children}
      {short === undefined ? <Differences file={file} /> : <span title={file.problem}>{short}</span>}
    </li>
  );
}

function Differences({ file }: { readonly file: ConflictFile }) {
  if (file.differences.length === 0) return null;
  return (
    <dl>
      {file.differences.map((one) => {
        const [before, after] = bothValues(one, t);
        return (
          <div key={one.keyword}>
            <dt>{differenceName(one, t)}</dt>
            <dd>{before}</dd>
            <dd>{after}</dd>
          </div>
        );
      })}
    </dl>
  );
}
