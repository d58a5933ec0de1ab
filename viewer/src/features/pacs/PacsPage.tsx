import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

import * as api from "../../io/api.ts";
import { onSignedOut } from "../../io/http.ts";
import { Ask, Icon, Problem, toast } from "../kit/index.ts";
import { t } from "../prefs/index.ts";
import { AddDialog } from "./AddDialog.tsx";
import { isRunning, refusal } from "./exchange.ts";
import { Found } from "./Found.tsx";
import { PacsStore } from "./pacsStore.ts";
import { said, spoken } from "./said.ts";
import { sending } from "./sending.ts";
import { SendUnderWay } from "./SendUnderWay.tsx";

export interface PacsPageProps {
  /** What is shown of the archive is another now. */
  readonly onChanged: () => void;
}

/** Kept while the page is not shown: a fetch goes on, and is told about on coming back. */
let held: PacsStore | undefined;
onSignedOut(() => (held = undefined)); // whoever signs in next finds nothing

/** Choose a node, search it, and fetch what is not here yet. */
export function PacsPage({ onChanged }: PacsPageProps) {
  const store = (held ??= new PacsStore(api, onChanged));
  const adding = useSignal(false);
  useEffect(() => void store.load().then(() => store.find()), [store]);
  const peers = store.peers.value;
  const problem = store.problem.value;
  const words = useRef("");
  return (
    <main class="page pacs-page">
      <header class="page-head">
        <h1>{t("pacs.title")}</h1>
        <p class="quiet">{t("pacs.intro")}</p>
      </header>
      {peers === undefined || peers.length === 0 ? null : (
        <>
          <Nodes store={store} onAdd={() => (adding.value = true)} />
          <Search store={store} onWords={(typed) => (words.current = typed)} />
        </>
      )}
      <SendingNow />
      {problem === undefined ? null : (
        <Problem problem={spoken(problem)} onRetry={() => void (peers === undefined ? store.load() : store.search(words.current))} />
      )}
      {peers?.length === 0 ? <NoNodes onAdd={() => (adding.value = true)} /> : null}
      {peers === undefined || peers.length === 0 || problem !== undefined ? null : <Found store={store} />}
      {adding.value ? (
        <AddDialog
          onClose={() => (adding.value = false)}
          onAdded={(peer) => {
            adding.value = false;
            void store.load(peer.name);
          }}
        />
      ) : null}
    </main>
  );
}

/** What is being sent, whichever page began it. */
function SendingNow() {
  const one = sending();
  useEffect(() => void one.find(), [one]);
  const now = one.exchange.now.value;
  return now === undefined ? null : (
    <p class="pacs-row">
      <span>{t("pacs.sendingTo", { name: one.to })}</span>
      {one.name === "" ? null : <bdi>{one.name}</bdi>}
      <SendUnderWay now={now} onStop={() => void one.exchange.stop()} />
    </p>
  );
}

const NoNodes = ({ onAdd }: { readonly onAdd: () => void }) => (
  <div class="pacs-none">
    <Icon name="globe" size={32} />
    <h2>{t("pacs.none")}</h2>
    <p>{t("pacs.noneHint")}</p>
    <button type="button" class="button primary" onClick={onAdd}>
      {t("pacs.add")}
    </button>
  </div>
);

/** Which node is asked, whether it answers, and forgetting it. */
function Nodes({ store, onAdd }: { readonly store: PacsStore; readonly onAdd: () => void }) {
  const testing = useSignal(false);
  const removing = useSignal(false);
  const name = store.chosen.value ?? "";
  const busy = isRunning(store.fetching.value);
  const test = async (): Promise<void> => {
    testing.value = true;
    try {
      await api.echoPeer(name);
      toast({ text: t("pacs.answers", { name }) });
    } catch (error) {
      complain(error);
    }
    testing.value = false;
  };
  return (
    <div class="pacs-row">
      <label for="pacs-node">{t("pacs.node")}</label>
      <select
        id="pacs-node"
        value={name}
        disabled={busy}
        onChange={(event) => {
          store.choose(event.currentTarget.value);
        }}
      >
        {store.peers.value?.map((peer) => (
          <option key={peer.name} value={peer.name}>
            {`${peer.name} (${peer.kind === "dicomweb" ? peer.url : `${peer.title}@${peer.host}:${peer.port}`})`}
          </option>
        ))}
      </select>
      <button type="button" class="button" disabled={testing.value} onClick={() => void test()}>
        {t(testing.value ? "pacs.testing" : "pacs.test")}
      </button>
      <button
        type="button"
        class="icon-button"
        disabled={busy}
        aria-label={t("pacs.remove", { name })}
        title={t("pacs.remove", { name })}
        onClick={() => (removing.value = true)}
      >
        <Icon name="trash" />
      </button>
      <span class="spring" />
      <button type="button" class="button" onClick={onAdd}>
        {t("pacs.add")}
      </button>
      {removing.value ? (
        <Ask
          title={t("pacs.remove", { name })}
          confirm={t("pacs.remove", { name })}
          onClose={() => (removing.value = false)}
          onConfirm={() => {
            removing.value = false;
            api.removePeer(name).then(() => store.load(), complain);
          }}
        >
          <p>{t("pacs.removeHint")}</p>
        </Ask>
      ) : null}
    </div>
  );
}

function Search({ store, onWords }: { readonly store: PacsStore; readonly onWords: (typed: string) => void }) {
  const typed = useSignal("");
  return (
    <form
      class="pacs-row"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        onWords(typed.value);
        void store.search(typed.value.trim());
      }}
    >
      <input
        type="text"
        autocomplete="off"
        spellcheck={false}
        aria-label={t("pacs.search")}
        placeholder={t("pacs.words")}
        value={typed.value}
        onInput={(event) => (typed.value = event.currentTarget.value)}
      />
      <button type="submit" class="button primary" disabled={store.searching.value}>
        {t(store.searching.value ? "pacs.searching" : "pacs.search")}
      </button>
    </form>
  );
}

function complain(error: unknown): void {
  toast({ kind: "bad", text: said(refusal(error)) });
}
