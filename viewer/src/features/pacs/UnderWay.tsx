import { fmt, t } from "../prefs/index.ts";
import type { Exchanging } from "./exchange.ts";

interface UnderWayProps {
  readonly now: Exchanging;
  readonly words: "pacs.fetching" | "pacs.sending";
  readonly onStop: () => void;
}

/** How far a fetch or a sending is, and a way to stop it. */
export function UnderWay({ now, words, onStop }: UnderWayProps) {
  const { done = 0, total = null } = now.progress ?? {};
  return (
    <>
      <progress {...(total === null ? {} : { value: done, max: Math.max(total, 1) })} />
      <span role="status">{t(words, { done: fmt().number(done), total: total === null ? "…" : fmt().number(total) })}</span>
      <button type="button" class="button" disabled={now.state === "stopping"} onClick={onStop}>
        {t(now.state === "stopping" ? "pacs.stopping" : "pacs.stop")}
      </button>
    </>
  );
}
