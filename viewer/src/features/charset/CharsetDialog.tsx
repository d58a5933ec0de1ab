import { type Signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

import { scriptOf } from "../../core/charsets.ts";
import type { Charsets } from "../../core/model.ts";
import { patientTitle } from "../../core/people.ts";
import { charsets, setCharset } from "../../io/api.ts";
import { listenToJob } from "../../io/events.ts";
import { ApiError } from "../../io/http.ts";
import { Dialog, toast } from "../kit/index.ts";
import { fmt, language, t } from "../prefs/index.ts";
import type { CharsetProps, CharsetTarget } from "./target.ts";

/** Choose what the files of a folder or a patient are written in; they are read again at once. */
export function CharsetDialog({ target, onDone, onClose }: CharsetProps) {
  const told = useSignal<Charsets | undefined>(undefined);
  const choice = useSignal("");
  const read = useSignal<number | undefined>(undefined);
  useEffect(() => {
    charsets().then((all) => {
      told.value = all;
      choice.value = now(target, all) ?? guessOf(target);
    }, complain);
  }, [target, told, choice]);
  const running = read.value !== undefined;
  const apply = (event: Event): void => {
    event.preventDefault();
    begin(target, choice.value, read).then(
      (patient) => {
        toast({ kind: "good", text: choice.value === "" ? t("charset.unset") : t("charset.set", { charset: choice.value }) });
        onDone(patient);
        onClose();
      },
      (error: unknown) => {
        read.value = undefined;
        complain(error);
      },
    );
  };
  return (
    <Dialog title={t("charset.title")} class="ask" onClose={onClose}>
      <form class="dialog-body charset" onSubmit={apply}>
        <p class="ask-what">
          <strong>
            <bdi>{target.kind === "root" ? target.root.path : patientTitle(target.patient, t)}</bdi>
          </strong>
          {guessOf(target) === "" ? null : <span class="quiet">{t("guess.hint", { charset: guessOf(target) })}</span>}
        </p>
        <p>{t("charset.hint")}</p>
        <select
          autofocus
          aria-label={t("charset.title")}
          value={choice.value}
          disabled={running || told.value === undefined}
          onChange={(event) => (choice.value = event.currentTarget.value)}
        >
          <option value="">{t("charset.declared")}</option>
          {told.value?.known.map((name) => (
            <option key={name} value={name}>
              {[name, scriptWord(name)].filter((word) => word !== "").join(" · ")}
            </option>
          ))}
        </select>
        <p class="quiet" role="status">
          {running ? t("charset.reading", { count: fmt().number(read.value ?? 0) }) : ""}
        </p>
        <footer class="dialog-foot">
          <button type="button" class="button" onClick={onClose}>
            {t("action.cancel")}
          </button>
          <button type="submit" class="button primary" disabled={running || told.value === undefined}>
            {t("charset.apply")}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

const guessOf = (target: CharsetTarget): string => (target.kind === "patient" ? target.patient.charset_guessed : "");

/** What is set for it now. */
function now(target: CharsetTarget, { rules }: Charsets): string | undefined {
  const own = rules.find((rule) =>
    target.kind === "root" ? rule.root === target.root.id : rule.patients.some((one) => one.id === target.patient.id),
  );
  return own?.charset;
}

/** The script of a set in the reader's language: the browser knows these words. */
function scriptWord(charset: string): string {
  const script = scriptOf(charset);
  return script === undefined ? "" : (new Intl.DisplayNames(language.value, { type: "script" }).of(script) ?? "");
}

/** Set it and wait until the files have been read; answers who the patient is now. */
async function begin(target: CharsetTarget, charset: string, read: Signal<number | undefined>): Promise<string | undefined> {
  read.value = 0;
  const whose = target.kind === "root" ? { root: target.root.id } : { patient: target.patient.id };
  const before = (await charsets()).rules.map((rule) => rule.id);
  const job = await setCharset(whose, charset);
  await new Promise<void>((resolve, reject) => {
    listenToJob(job, {
      onProgress: (progress) => (read.value = progress.done),
      onEnd: (ended) => {
        if (ended.state === "failed") reject(new Error(ended.message));
        else resolve();
      },
      onLost: resolve,
    });
  });
  const rule = (await charsets()).rules.find((one) => !before.includes(one.id));
  return rule?.patients[0]?.id;
}

function complain(error: unknown): void {
  toast({ kind: "bad", text: t(error instanceof ApiError ? `error.${error.code}` : "error.internal") });
}
