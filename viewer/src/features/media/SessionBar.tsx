import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

import type { MediumFound, Progress } from "../../core/model.ts";
import * as api from "../../io/api.ts";
import { listenToJob } from "../../io/events.ts";
import { ApiError, failureOf } from "../../io/http.ts";
import { Icon, toast } from "../kit/index.ts";
import { fmt, t } from "../prefs/index.ts";
import { KeepDialog } from "./KeepDialog.tsx";
import { said } from "./said.ts";

const AFTERWARDS = "/media";
const LOOK_MS = 1200;

/** Above every page of a session: what it is, that nothing of it is kept, what can be done with it, and the way out. */
export function SessionBar({ id }: { readonly id: string }) {
  const found = useSignal<MediumFound | undefined>(undefined);
  const keeping = useSignal(false);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async (): Promise<void> => {
      try {
        found.value = await api.mediumFound();
      } catch {
        // the page below says what is the matter
      }
      if (found.value?.whole !== true) timer = setTimeout(() => void look(), LOOK_MS);
    };
    void look();
    return () => {
      clearTimeout(timer);
    };
  }, [found]);

  const now = found.value;
  return (
    <aside class="session-bar" aria-label={t("media.title")}>
      <Icon name="disc" />
      <bdi class="session-label ellipsis">{now?.label ?? ""}</bdi>
      <strong title={now?.locked === false ? t("media.unlocked") : undefined}>{t("media.notKept")}</strong>
      {now === undefined ? null : <Notes found={now} />}
      <span class="spring" />
      {now === undefined || now.bytes === 0 ? null : <CopyButton found={now} onCopied={(next) => (found.value = next)} />}
      {now?.kind === "made" ? null : ( // of files of other kinds there is nothing that an archive takes
        <button type="button" class="button" onClick={() => (keeping.value = true)}>
          {t("media.keep")}
        </button>
      )}
      <a href="/">{t("media.toArchive")}</a>
      <CloseButton id={id} />
      {keeping.value ? <KeepDialog session={id} unreadable={now?.unreadable ?? 0} onClose={() => (keeping.value = false)} /> : null}
    </aside>
  );
}

/** What the medium lists and is not there, and the like; the names themselves on pointing. */
function Notes({ found }: { readonly found: MediumFound }) {
  const notes: [string, string][] = [];
  if (!found.whole) notes.push([t("media.looking"), ""]);
  if (found.trouble !== "") notes.push([t("media.trouble"), ""]);
  if (found.missing.length > 0) notes.push([t("media.missing", { count: found.missing.length }), found.missing.join("\n")]);
  if (found.refused.length > 0) notes.push([t("media.refused", { count: found.refused.length }), found.refused.join("\n")]);
  if (found.unlisted > 0) notes.push([t("media.unlisted", { count: found.unlisted }), ""]);
  if (found.unreadable > 0) notes.push([t("media.unreadable", { count: found.unreadable }), ""]);
  return (
    <span class="session-notes ellipsis" role="status">
      {notes.map(([text, names]) => (
        <span key={text} title={names === "" ? undefined : names}>
          {text}
        </span>
      ))}
    </span>
  );
}

/** Reads the medium once, tells how far that is, and can be stopped; what could not be read can be asked for again. */
function CopyButton({ found, onCopied }: { readonly found: MediumFound; readonly onCopied: (found: MediumFound) => void }) {
  const job = useSignal<string | undefined>(undefined);
  const progress = useSignal<Progress | undefined>(undefined);
  const stop = useRef((): void => undefined);
  useEffect(() => () => { stop.current(); }, []);
  if (found.in_memory) return <span>{t(found.locked ? "media.copied" : "media.copiedUnlocked")}</span>;

  const end = async (said: string): Promise<void> => {
    job.value = undefined;
    progress.value = undefined;
    if (said !== "") toast({ text: said, kind: "bad" });
    onCopied(await api.mediumFound());
  };
  const copy = async (): Promise<void> => {
    try {
      const id = await api.copyMedium();
      job.value = id;
      stop.current = listenToJob(id, {
        onProgress: (now) => (progress.value = now),
        onEnd: (ended) => void end(ended.state === "failed" ? said(failureOf(ended)) : ""),
        onLost: () => void end(""),
      });
    } catch (error) {
      toast({ text: said(error), kind: "bad" });
    }
  };
  const running = job.value;
  if (running !== undefined) {
    const { done = 0, total = null } = progress.value ?? {};
    return (
      <>
        <progress max={total ?? 1} value={done} aria-label={t("media.copying")} />
        <span role="status">{t("media.keeping", { done: fmt().number(done), total: total === null ? "…" : fmt().number(total) })}</span>
        <button type="button" class="button" onClick={() => void api.cancelJob(running).catch(() => undefined)}>
          {t("action.cancel")}
        </button>
      </>
    );
  }
  const again = found.unread.length > 0;
  return (
    <>
      {again ? <span role="alert" title={found.unread.join("\n")}>{t("media.copyFailed", { count: found.unread.length })}</span> : null}
      <button
        type="button"
        class="button"
        disabled={!found.whole}
        title={again ? found.unread.join("\n") : t("media.copyHint", { size: fmt().bytes(found.bytes) })}
        onClick={() => void copy()}
      >
        {t(again ? "action.retry" : "media.copy")}
      </button>
    </>
  );
}

function CloseButton({ id }: { readonly id: string }) {
  const closing = useSignal(false);
  const close = async (): Promise<void> => {
    closing.value = true;
    try {
      await api.closeSession(id);
    } catch (error) {
      if (!(error instanceof ApiError && error.code === "not_found")) {
        closing.value = false;
        toast({ text: said(error), kind: "bad" });
        return;
      }
    }
    location.replace(AFTERWARDS); // not a page of the history that one could go back to
  };
  return (
    <button type="button" class="button" disabled={closing.value} onClick={() => void close()}>
      {t("media.close")}
    </button>
  );
}

