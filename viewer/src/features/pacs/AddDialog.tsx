import { type Signal, useSignal } from "@preact/signals";

import type { Peer } from "../../core/model.ts";
import * as api from "../../io/api.ts";
import { Dialog } from "../kit/index.ts";
import { t } from "../prefs/index.ts";
import { refusal } from "./exchange.ts";
import { said } from "./said.ts";

interface AddProps {
  readonly onClose: () => void;
  readonly onAdded: (peer: Peer) => void;
}

/** A node by the address of its DICOMweb service, or by host, port and AE title. */
export function AddDialog({ onClose, onAdded }: AddProps) {
  const name = useSignal("");
  const kind = useSignal<Peer["kind"]>("dicomweb");
  const url = useSignal("");
  const secret = useSignal("");
  const host = useSignal("");
  const port = useSignal("104");
  const title = useSignal("");
  const tls = useSignal(false);
  const calls = useSignal(false);
  const problem = useSignal("");

  const save = async (event: Event): Promise<void> => {
    event.preventDefault();
    const common = { name: name.value.trim() };
    try {
      onAdded(
        await api.setPeer(
          kind.value === "dicomweb"
            ? { ...common, kind: "dicomweb", url: url.value, ...(secret.value === "" ? {} : { secret: secret.value }) }
            : { ...common, kind: "dimse", host: host.value, port: Number(port.value), title: title.value, tls: tls.value, calls: calls.value },
        ),
      );
    } catch (error) {
      problem.value = said(refusal(error));
    }
  };
  return (
    <Dialog title={t("pacs.addTitle")} class="ask" onClose={onClose}>
      <form class="pacs-form" onSubmit={(event) => void save(event)}>
        <div class="dialog-body">
          <Text id="pacs-name" label={t("pacs.name")} of={name} most={64} />
          <label for="pacs-kind">{t("pacs.speaks")}</label>
          <select id="pacs-kind" value={kind.value} onChange={(event) => (kind.value = event.currentTarget.value === "dimse" ? "dimse" : "dicomweb")}>
            <option value="dicomweb">{t("pacs.dicomweb")}</option>
            <option value="dimse">{t("pacs.dimse")}</option>
          </select>
          {kind.value === "dicomweb" ? (
            <>
              <Text id="pacs-url" label={t("pacs.url")} of={url} hint="https://" />
              <label for="pacs-secret">{t("pacs.secret")}</label>
              <input id="pacs-secret" type="password" autocomplete="off" value={secret.value} onInput={(event) => (secret.value = event.currentTarget.value)} />
              <p class="quiet">{t("pacs.secretHint")}</p>
            </>
          ) : (
            <>
              <Text id="pacs-host" label={t("pacs.host")} of={host} />
              <Text id="pacs-port" label={t("pacs.port")} of={port} most={5} />
              <Text id="pacs-ae" label={t("pacs.ae")} of={title} most={16} />
              <label class="pacs-check">
                <input type="checkbox" checked={tls.value} onChange={(event) => (tls.value = event.currentTarget.checked)} />
                {t("pacs.tls")}
              </label>
              <label class="pacs-check">
                <input type="checkbox" checked={calls.value} onChange={(event) => (calls.value = event.currentTarget.checked)} />
                {t("pacs.calls")}
              </label>
              <p class="quiet">{t("pacs.callsHint")}</p>
            </>
          )}
          <p class="form-problem" role="alert">
            {problem.value}
          </p>
        </div>
        <footer class="dialog-foot">
          <button type="button" class="button" onClick={onClose}>
            {t("action.cancel")}
          </button>
          <button type="submit" class="button primary" disabled={name.value.trim() === ""}>
            {t("pacs.save")}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

interface TextProps {
  readonly id: string;
  readonly label: string;
  readonly of: Signal<string>;
  readonly most?: number;
  readonly hint?: string;
}

const Text = ({ id, label, of, most = 1000, hint = "" }: TextProps) => (
  <>
    <label for={id}>{label}</label>
    <input
      id={id}
      type="text"
      autocomplete="off"
      spellcheck={false}
      maxLength={most}
      placeholder={hint}
      value={of.value}
      onInput={(event) => (of.value = event.currentTarget.value)}
    />
  </>
);
