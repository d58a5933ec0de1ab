import { t } from "../prefs/index.ts";
import { type Exchanging, isRunning } from "./exchange.ts";
import { said } from "./said.ts";
import { UnderWay } from "./UnderWay.tsx";

interface SendUnderWayProps {
  readonly now: Exchanging;
  readonly onStop: () => void;
}

/** How far a sending is, or what came of it. */
export const SendUnderWay = ({ now, onStop }: SendUnderWayProps) =>
  isRunning(now) ? <UnderWay now={now} words="pacs.sending" onStop={onStop} /> : <Sent now={now} />;

function Sent({ now: { state, done, failed, problem } }: { readonly now: Exchanging }) {
  if (state === "failed") return <span class="pacs-bad" role="alert">{`${t("pacs.sendBroke")} ${problem === undefined ? "" : said(problem)}`}</span>;
  if (failed > 0) return <span class="pacs-bad" role="alert">{t("pacs.sendFailed", { count: failed })}</span>;
  return <span role="status">{t(state === "cancelled" ? "pacs.sendStopped" : "pacs.sent", { count: done })}</span>;
}
