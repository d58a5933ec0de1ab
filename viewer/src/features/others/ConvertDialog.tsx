import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

import type { ConversionJob, Progress, Series } from "../../core/model.ts";
import * as api from "../../io/api.ts";
import { listenToJob } from "../../io/events.ts";
import { failureOf } from "../../io/http.ts";
import { Dialog, Icon } from "../kit/index.ts";
import { fmt, t } from "../prefs/index.ts";
import { said } from "./said.ts";

export type Form = "nii.gz" | "nrrd" | "dicom";
export const FORMS: readonly Form[] = ["nii.gz", "nrrd", "dicom"];
export const NAMES: Readonly<Record<Form, string>> = { "nii.gz": "NIfTI", nrrd: "NRRD", dicom: "DICOM" };

interface ConvertDialogProps {
  readonly series: Series;
  readonly form: Form;
  readonly onClose: () => void;
}

type State =
  | { readonly at: "running"; readonly progress?: Progress }
  | { readonly at: "done"; readonly job: ConversionJob }
  | { readonly at: "failed"; readonly why: string };

/** A series becomes a file: how far that is, and then the file, or the reason why it is none. */
export function ConvertDialog({ series, form, onClose }: ConvertDialogProps) {
  const state = useSignal<State>({ at: "running" });
  const job = useSignal<string | undefined>(undefined);
  useEffect(() => {
    let stop = (): void => undefined;
    let gone = false;
    const fail = (why: string): void => {
      state.value = { at: "failed", why };
    };
    api.convertSeries(series.id, form).then(
      (id) => {
        job.value = id;
        if (gone) return;
        stop = listenToJob(id, {
          onProgress: (progress) => (state.value = { at: "running", progress }),
          onEnd: (ended) => {
            if (ended.kind !== "conversion") return;
            if (ended.state === "done") {
              state.value = { at: "done", job: ended };
              download(api.madeFileUrl(ended.job));
            } else fail(said(failureOf(ended)));
          },
          onLost: () => {
            fail(t("convert.lost"));
          },
        });
      },
      (error: unknown) => {
        fail(said(error));
      },
    );
    return () => {
      gone = true;
      stop();
      if (job.value !== undefined && state.value.at === "running") api.cancelJob(job.value).catch(() => undefined); // it has ended
    };
  }, [series.id, form, state, job]);

  return (
    <Dialog title={t("convert.title", { form: NAMES[form] })} onClose={onClose}>
      <div class="dialog-body convert">
        <p>
          <bdi>{series.description}</bdi>
        </p>
        <Told state={state.value} />
      </div>
      <footer class="dialog-foot">
        <button type="button" class="button" onClick={onClose}>
          {t(state.value.at === "running" ? "action.cancel" : "action.close")}
        </button>
      </footer>
    </Dialog>
  );
}

function Told({ state }: { readonly state: State }) {
  switch (state.at) {
    case "running": {
      const { progress } = state;
      return (
        <>
          <progress aria-label={t("convert.begin")} max={progress?.total ?? 1} value={progress?.done ?? 0} />
          <p role="status">{progress === undefined ? t("convert.begin") : t("convert.writing", { done: progress.done, total: progress.total ?? 0 })}</p>
        </>
      );
    }
    case "done": {
      const made = state.job.summary;
      if (made === null) return null;
      return (
        <>
          <p role="status">{t("convert.done", { name: made.name, size: fmt().bytes(made.size) })}</p>
          {made.image.remarks.map((remark) => (
            <p key={remark} class="others-remark">
              <Icon name="info" />
              <span>{t(`remark.${remark}`)}</span>
            </p>
          ))}
        </>
      );
    }
    case "failed":
      return (
        <p role="alert" class="form-problem">
          {t("convert.failed")} {state.why}
        </p>
      );
  }
}

/** The browser's own way of saving a file. */
function download(url: string): void {
  const link = document.createElement("a");
  link.href = url;
  link.download = "";
  link.click();
}
