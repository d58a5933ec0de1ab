import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

import type { Peer } from "../../core/model.ts";
import * as api from "../../io/api.ts";
import { Dialog } from "../kit/index.ts";
import { t } from "../prefs/index.ts";
import { type Exchanging, isRunning, refusal } from "./exchange.ts";
import { said } from "./said.ts";
import { sending } from "./sending.ts";
import { SendUnderWay } from "./SendUnderWay.tsx";

export interface SendDialogProps {
  readonly id: string;
  /** What is sent, as people call it. */
  readonly name: string;
  readonly onClose: () => void;
}

/**
 * Send an entry to another node: which one, how far it is, and what came of it. Nothing is sent before one says so; what is
 * being sent goes on while the dialog is closed, and is told about when it is opened again.
 */
export function SendDialog({ id, name, onClose }: SendDialogProps) {
  const one = sending();
  const now = one.exchange.now.value;
  const peers = useSignal<readonly Peer[] | undefined>(undefined);
  const chosen = useSignal("");
  const problem = useSignal("");
  useEffect(() => void one.find(), [one]);
  useEffect(() => {
    api.peers().then(
      (all) => {
        peers.value = all;
        chosen.value = all[0]?.name ?? "";
      },
      (error: unknown) => (problem.value = said(refusal(error))),
    );
  }, [peers, chosen, problem]);
  const send = (): void => {
    void one.send(id, name, chosen.value);
  };
  const busy = isRunning(now);
  const mine = now?.what === id;
  return (
    <Dialog title={t("pacs.sendTitle")} class="ask" onClose={onClose}>
      <div class="dialog-body pacs-send">
        <p>
          <bdi>
            <strong>{busy ? one.name || t("pacs.sendingTo", { name: one.to }) : name}</strong>
          </bdi>
        </p>
        {busy || peers.value === undefined ? null : <To peers={peers.value} chosen={chosen.value} onChoose={(to) => (chosen.value = to)} />}
        {now === undefined || !(busy || mine) ? null : (
          <p class="pacs-row">
            <SendUnderWay now={now} onStop={() => void one.exchange.stop()} />
          </p>
        )}
        <p class="form-problem" role="alert">
          {problem.value}
        </p>
      </div>
      <footer class="dialog-foot">
        <button type="button" class="button" onClick={onClose}>
          {t("action.close")}
        </button>
        <button type="button" class="button primary" disabled={busy || chosen.value === ""} onClick={send}>
          {t(mine && isUnfinished(now) ? "pacs.again" : "pacs.send")}
        </button>
      </footer>
    </Dialog>
  );
}

/** Something is left to be tried again. */
const isUnfinished = ({ state, failed }: Exchanging): boolean => !["running", "stopping"].includes(state) && (state !== "done" || failed > 0);

interface ToProps {
  readonly peers: readonly Peer[];
  readonly chosen: string;
  readonly onChoose: (name: string) => void;
}

function To({ peers, chosen, onChoose }: ToProps) {
  if (peers.length === 0) return <p class="quiet">{t("pacs.noneToSend")}</p>;
  return (
    <>
      <label for="pacs-to">{t("pacs.node")}</label>
      <select
        id="pacs-to"
        value={chosen}
        onChange={(event) => {
          onChoose(event.currentTarget.value);
        }}
      >
        {peers.map((peer) => (
          <option key={peer.name} value={peer.name}>
            {`${peer.name} (${peer.kind === "dicomweb" ? peer.url : `${peer.title}@${peer.host}:${peer.port}`})`}
          </option>
        ))}
      </select>
      <p class="quiet">{t("pacs.sendHint")}</p>
    </>
  );
}
