import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

import type { Deidentify, MediaReport, Progress, Series, WriteMedia } from "../../core/model.ts";
import { patientTitle, seriesTitle, studyTitle } from "../../core/people.ts";
import * as api from "../../io/api.ts";
import { listenToJob } from "../../io/events.ts";
import { failureOf } from "../../io/http.ts";
import { Dialog } from "../kit/index.ts";
import { fmt, t } from "../prefs/index.ts";
import type { Part, Written } from "./parts.ts";
import { said } from "./said.ts";
import { WriteMore } from "./WriteMore.tsx";

interface WriteDialogProps {
  readonly chosen: Written;
  readonly onClose: () => void;
}

type State =
  | { readonly at: "asking"; readonly problem: string }
  | { readonly at: "writing"; readonly job?: string; readonly progress?: Progress }
  | { readonly at: "done"; readonly report: MediaReport; readonly place: string };

const FORMS = ["zip", "iso", "folder"] as const;
type Form = (typeof FORMS)[number];
const KEPT = ["retain_uids", "retain_dates", "retain_characteristics", "force"] as const;
const MOST_NAMED = 20;

/** How far it is; `write` begins it, `stop` ends it. What is being written when the dialog goes is stopped, too. */
function useWriting(place: Signal<string>) {
  const state = useSignal<State>({ at: "asking", problem: "" });
  const deaf = useRef((): void => undefined);
  const stop = (): void => {
    const now = state.peek();
    if (now.at === "writing" && now.job !== undefined) api.cancelJob(now.job).catch(() => undefined); // it has ended
  };
  const atEnd = useRef(stop);
  useEffect(
    () => () => {
      deaf.current();
      atEnd.current();
    },
    [],
  );
  const ask = (problem: string): void => {
    state.value = { at: "asking", problem };
  };
  const write = async (how: WriteMedia): Promise<void> => {
    state.value = { at: "writing" };
    try {
      const job = await api.writeMedia(how);
      state.value = { at: "writing", job };
      deaf.current = listenToJob(job, {
        onProgress: (progress) => (state.value = { at: "writing", job, progress }),
        onEnd: (ended) => {
          if (ended.kind !== "media") return;
          if (ended.state !== "done" || ended.summary === null) {
            ask(ended.state === "cancelled" ? t("write.stopped") : said(failureOf(ended)));
            return;
          }
          state.value = { at: "done", report: ended.summary, place: place.value.trim() };
          if (ended.summary.form !== "folder") save(api.writtenMediumUrl(job));
        },
        onLost: () => {
          ask(t("write.lost"));
        },
      });
    } catch (error) {
      ask(said(error));
    }
  };
  return { state, ask, write, stop };
}

/** Entries become a medium that any DICOM viewer opens: what, into what, with or without names; then the report. */
export function WriteDialog({ chosen, onClose }: WriteDialogProps) {
  const parts = useParts(chosen);
  const left = useSignal<ReadonlySet<string>>(new Set());
  const form = useSignal<Form>("zip");
  const folder = useSignal("");
  const password = useSignal("");
  const again = useSignal("");
  const deidentify = useSignal(false);
  const viewer = useSignal(false);
  const kept = useSignal<ReadonlySet<string>>(new Set());
  const { state, ask, write, stop } = useWriting(folder);
  const ids = parts.value.map((part) => part.id).filter((id) => !left.value.has(id));
  const sealed = form.value === "zip" && password.value !== "";
  const begin = (event: Event): void => {
    event.preventDefault();
    if (sealed && password.value !== again.value) {
      ask(t("write.differ"));
      return;
    }
    void write({
      ids,
      form: form.value,
      ...(sealed ? { password: password.value } : {}),
      ...(form.value === "folder" ? { path: folder.value.trim() } : {}),
      deidentify: deidentify.value ? keptOf(kept.value) : null,
      viewer: viewer.value,
    });
  };

  const now = state.value;
  const writing = now.at === "writing";
  return (
    <Dialog title={t("write.title")} class="write" onClose={onClose}>
      {now.at === "done" ? (
        <Told report={now.report} place={now.place} sealed={sealed} onClose={onClose} />
      ) : (
        <form onSubmit={begin}>
          <fieldset class="dialog-body" disabled={writing}>
            <Parts parts={parts.value} left={left} />
            <WriteMore parts={parts} />
            <Forms form={form} />
            {form.value === "folder" ? <Line id="write-folder" label={t("write.path")} of={folder} /> : null}
            {form.value === "zip" ? <Password password={password} again={again} /> : <p class="quiet">{t("write.unsealed")}</p>}
            <Check label={t("write.viewer")} on={viewer.value} onChange={(on) => (viewer.value = on)} />
            {viewer.value ? <p class="quiet">{t("write.viewerHint")}</p> : null}
            <Check label={t("write.deidentify")} on={deidentify.value} onChange={(on) => (deidentify.value = on)} />
            {deidentify.value ? <Kept kept={kept} /> : null}
          </fieldset>
          <p class="form-problem" role="alert">
            {now.at === "asking" ? now.problem : ""}
          </p>
          {writing ? <Doing progress={now.progress} /> : null}
          <footer class="dialog-foot">
            <button type="button" class="button" onClick={writing ? stop : onClose}>
              {t("action.cancel")}
            </button>
            <button type="submit" class="button primary" disabled={writing || ids.length === 0 || (form.value === "folder" && folder.value.trim() === "")}>
              {t("write.go")}
            </button>
          </footer>
        </form>
      )}
    </Dialog>
  );
}

const keptOf = (kept: ReadonlySet<string>): Deidentify => ({
  retain_uids: kept.has("retain_uids"),
  retain_dates: kept.has("retain_dates"),
  retain_characteristics: kept.has("retain_characteristics"),
  force: kept.has("force"),
});

const Password = ({ password, again }: { readonly password: Signal<string>; readonly again: Signal<string> }) => (
  <>
    <Secret id="write-password" label={t("write.password")} of={password} />
    {password.value === "" ? null : <Secret id="write-again" label={t("write.again")} of={again} />}
    <p class="quiet">{t(password.value === "" ? "write.unsealed" : "write.sealedHint")}</p>
  </>
);

/** What can be left out, one below another. */
function useParts(chosen: Written): Signal<readonly Part[]> {
  const { level, entry } = chosen;
  const parts = useSignal<readonly Part[]>(level === "series" ? [partOf(entry)] : []);
  useEffect(() => {
    const found =
      level === "patient"
        ? api
            .studies({ patient: entry.id, limit: 200 })
            .then(({ items, total }) =>
              total > items.length // more than a list to choose from is for: then all of it
                ? [{ id: entry.id, title: patientTitle(entry, t), images: entry.counts.instances }]
                : items.map((one) => ({ id: one.id, title: [fmt().date(one.date), studyTitle(one, t)].filter(Boolean).join(" · "), images: one.counts.instances })),
            )
        : level === "study"
          ? api
              .series({ study: entry.id, limit: 500 })
              .then(({ items, total }) => (total > items.length ? [{ id: entry.id, title: studyTitle(entry, t), images: entry.counts.instances }] : items.map(partOf)))
          : undefined;
    found?.then(
      (all) => (parts.value = all),
      () => undefined, // the page below says what is the matter
    );
  }, [level, entry, parts]);
  return parts;
}

const partOf = (one: Series): Part => ({ id: one.id, title: [one.modality, seriesTitle(one, t)].filter(Boolean).join(" · "), images: one.counts.instances });

/** A set with or without something. */
const turned = (set: ReadonlySet<string>, one: string, on: boolean): ReadonlySet<string> => new Set(on ? [...set, one] : [...set].filter((other) => other !== one));

function Parts({ parts, left }: { readonly parts: readonly Part[]; readonly left: Signal<ReadonlySet<string>> }) {
  return (
    <ul class="write-parts" aria-label={t("write.what")}>
      {parts.map((part) => (
        <li key={part.id}>
          <label class="write-check">
            <input
              type="checkbox"
              checked={!left.value.has(part.id)}
              onChange={(event) => (left.value = turned(left.value, part.id, !event.currentTarget.checked))}
            />
            <bdi>{part.title}</bdi>
            <span class="quiet">{t("count.images", { count: part.images })}</span>
          </label>
        </li>
      ))}
    </ul>
  );
}

const Forms = ({ form }: { readonly form: Signal<Form> }) => (
  <div class="write-forms" role="radiogroup" aria-label={t("write.into")}>
    {FORMS.map((one) => (
      <label key={one} class="write-check">
        <input type="radio" name="write-form" checked={form.value === one} onChange={() => (form.value = one)} />
        {t(`write.${one}`)}
      </label>
    ))}
  </div>
);

const Kept = ({ kept }: { readonly kept: Signal<ReadonlySet<string>> }) => (
  <div class="write-kept">
    <p class="quiet">{t("write.deidentifyHint")}</p>
    {KEPT.map((one) => (
      <Check key={one} label={t(`write.${one}`)} on={kept.value.has(one)} onChange={(on) => (kept.value = turned(kept.value, one, on))} />
    ))}
  </div>
);

const Check = ({ label, on, onChange }: { readonly label: string; readonly on: boolean; readonly onChange: (on: boolean) => void }) => (
  <label class="write-check">
    <input
      type="checkbox"
      checked={on}
      onChange={(event) => {
        onChange(event.currentTarget.checked);
      }}
    />
    {label}
  </label>
);

interface LineProps {
  readonly id: string;
  readonly label: string;
  readonly of: Signal<string>;
}

const Line = ({ id, label, of }: LineProps) => (
  <>
    <label for={id}>{label}</label>
    <input id={id} type="text" autocomplete="off" spellcheck={false} value={of.value} onInput={(event) => (of.value = event.currentTarget.value)} />
  </>
);

const Secret = ({ id, label, of }: LineProps) => (
  <>
    <label for={id}>{label}</label>
    <input id={id} type="password" autocomplete="new-password" value={of.value} onInput={(event) => (of.value = event.currentTarget.value)} />
  </>
);

function Doing({ progress }: { readonly progress: Progress | undefined }) {
  const { done = 0, total = null } = progress ?? {};
  const phase: string = progress?.phase ?? ""; // of a medium: writing, picturing, verifying
  const words = { done: fmt().number(done), total: total === null ? "…" : fmt().number(total) };
  return (
    <div class="write-doing">
      <progress max={total ?? 1} value={done} />
      <p role="status">{t(phase === "verifying" ? "write.verifying" : phase === "picturing" ? "write.picturing" : "write.writing", words)}</p>
    </div>
  );
}

interface ToldProps {
  readonly report: MediaReport;
  readonly place: string;
  readonly sealed: boolean;
  readonly onClose: () => void;
}

/** What was written, what was not, and what was taken away. */
function Told({ report, place, sealed, onClose }: ToldProps) {
  const changed = Object.entries(report.changed);
  return (
    <>
      <div class="dialog-body">
        <p role="status">{t("write.done", { count: report.files, size: fmt().bytes(report.bytes), series: report.series })}</p>
        {report.pictures === 0 ? null : <p>{t("write.pictures", { count: report.pictures })}</p>}
        {report.unpictured === 0 ? null : <p>{t("write.unpictured", { count: report.unpictured })}</p>}
        <p>{report.form === "folder" ? <bdi>{place}</bdi> : t("write.saved")}</p>
        {report.left_out.length === 0 ? null : (
          <div role="alert" class="dialog-say bad">
            <p>{t("write.leftOut", { count: report.left_out.length })}</p>
            <ul>
              {report.left_out.slice(0, MOST_NAMED).map((one) => (
                <li key={one.instance}>
                  <bdi>{one.path}</bdi>: {one.words}
                </li>
              ))}
            </ul>
          </div>
        )}
        {changed.length === 0 ? null : (
          <details>
            <summary>{t("write.changed", { count: changed.length })}</summary>
            <ul class="write-changed">
              {changed.map(([what, times]) => (
                <li key={what}>
                  {what}: {fmt().number(times)}
                </li>
              ))}
            </ul>
          </details>
        )}
        {report.deidentified ? <p>{t("write.lookAtThem")}</p> : null}
        {sealed ? null : <p class="quiet">{t("write.unsealed")}</p>}
      </div>
      <footer class="dialog-foot">
        <button type="button" class="button primary" onClick={onClose}>
          {t("action.close")}
        </button>
      </footer>
    </>
  );
}

/** The browser's own way of saving a file. */
function save(url: string): void {
  const link = document.createElement("a");
  link.href = url;
  link.download = "";
  link.click();
}
