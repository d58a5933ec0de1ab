import { type ReadonlySignal, signal } from "@preact/signals";

import type { Asked, Elsewhere, FetchJob, Peer } from "../../core/model.ts";
import type * as api from "../../io/api.ts";
import type { ApiError } from "../../io/http.ts";
import { Exchange, type Exchanging, isRunning, refusal } from "./exchange.ts";

export type PacsApi = Pick<typeof api, "askPeer" | "cancelJob" | "fetchFromPeer" | "fetchJob" | "jobs" | "peers" | "seriesAtPeer">;

/** The series of a study, as far as the node has told of them. */
export type SeriesThere = readonly Elsewhere[] | "asking" | ApiError;

/** The nodes, what the chosen one answered, and the one fetch that may be under way. */
export class PacsStore {
  readonly #peers = signal<readonly Peer[] | undefined>(undefined);
  readonly #chosen = signal<string | undefined>(undefined);
  readonly #asked = signal<Asked | undefined>(undefined);
  readonly #searching = signal(false);
  readonly #fetch: Exchange;
  readonly #opened = signal<ReadonlyMap<string, SeriesThere>>(new Map());
  readonly #problem = signal<ApiError | undefined>(undefined);
  #words = "";
  #turn = 0;

  constructor(
    private readonly api: PacsApi,
    /** What is shown of the archive is another now. */
    private readonly onChanged: () => void,
    pause?: () => Promise<void>,
  ) {
    this.#fetch = new Exchange(api, pause);
  }

  /** Undefined until they were first told. */
  get peers(): ReadonlySignal<readonly Peer[] | undefined> {
    return this.#peers;
  }

  get chosen(): ReadonlySignal<string | undefined> {
    return this.#chosen;
  }

  get asked(): ReadonlySignal<Asked | undefined> {
    return this.#asked;
  }

  get searching(): ReadonlySignal<boolean> {
    return this.#searching;
  }

  get fetching(): ReadonlySignal<Exchanging | undefined> {
    return this.#fetch.now;
  }

  /** The studies whose series are shown. */
  get opened(): ReadonlySignal<ReadonlyMap<string, SeriesThere>> {
    return this.#opened;
  }

  /** Whether a study or series is among what is shown. */
  lists(uid: string): boolean {
    const series = [...this.#opened.value.values()].flatMap((told) => (told instanceof Array ? told : []));
    return [...(this.#asked.value?.items ?? []), ...series].some((one) => uidOf(one) === uid);
  }

  get problem(): ReadonlySignal<ApiError | undefined> {
    return this.#problem;
  }

  /** Look who is known; `wanted` is chosen, or who was, or the first. */
  async load(wanted = this.#chosen.value): Promise<void> {
    try {
      const all = await this.api.peers();
      const next = (all.find((one) => one.name === wanted) ?? all[0])?.name;
      if (next !== this.#chosen.value) this.choose(next);
      this.#peers.value = all;
      this.#problem.value = undefined;
    } catch (error) {
      this.#problem.value = refusal(error);
    }
  }

  choose(name: string | undefined): void {
    this.#turn += 1;
    this.#chosen.value = name;
    this.#asked.value = undefined;
    this.#opened.value = new Map();
    this.#searching.value = false;
    this.#problem.value = undefined;
  }

  async search(words: string): Promise<void> {
    const peer = this.#chosen.value;
    if (peer === undefined) return;
    this.#words = words;
    const turn = (this.#turn += 1);
    this.#searching.value = true;
    this.#problem.value = undefined;
    try {
      const asked = await this.api.askPeer(peer, words);
      if (turn === this.#turn) this.#asked.value = asked;
    } catch (error) {
      if (turn === this.#turn) this.#problem.value = refusal(error);
    }
    if (turn === this.#turn) this.#searching.value = false;
  }

  /** Show the series of a study, or show them no longer. */
  async toggle(study: string): Promise<void> {
    if (!this.#opened.value.has(study)) return this.#ask(study);
    this.#put(study, undefined);
  }

  async #ask(study: string): Promise<void> {
    const peer = this.#chosen.value;
    if (peer === undefined) return;
    if (!this.#opened.value.has(study)) this.#put(study, "asking");
    const told = await this.api.seriesAtPeer(peer, study).then(({ items }) => items, refusal);
    if (this.#chosen.value === peer && this.#opened.value.has(study)) this.#put(study, told);
  }

  #put(study: string, told: SeriesThere | undefined): void {
    const opened = new Map(this.#opened.value);
    if (told === undefined) opened.delete(study);
    else opened.set(study, told);
    this.#opened.value = opened;
  }

  /** Fetch what is not here yet of a study or a series, and look again how much of it is here. */
  async fetch(wanted: Elsewhere): Promise<void> {
    const peer = this.#chosen.value;
    if (peer === undefined || isRunning(this.fetching.value)) return;
    const study = wanted.study_instance_uid;
    const series = wanted.level === "series" ? [wanted.series_instance_uid] : [];
    await this.#fetch.run(uidOf(wanted), () => this.api.fetchFromPeer(peer, study, series));
    await this.#fetched(peer, study);
  }

  /** Find a fetch that is under way although this page did not begin it: it was loaded again, or another did. */
  async find(): Promise<void> {
    if (isRunning(this.fetching.value)) return;
    const all: readonly { readonly kind: string }[] = await this.api.jobs().catch(() => []);
    const under = all.find(isFetchUnderWay);
    if (under === undefined || isRunning(this.fetching.value)) return;
    const { peer, study, series = [] } = under.of;
    if (study === undefined) return;
    if (this.#peers.value?.some(({ name }) => name === peer) === true && this.#chosen.value !== peer) this.choose(peer);
    await this.#fetch.run(series[0] ?? study, () => Promise.resolve(under.job));
    await this.#fetched(peer, study);
  }

  /** Look again how much is here. */
  async #fetched(peer: string | undefined, study: string): Promise<void> {
    this.onChanged();
    if (this.#chosen.value !== peer || this.#asked.value === undefined) return;
    await Promise.all([this.search(this.#words), this.#opened.value.has(study) ? this.#ask(study) : undefined]);
  }

  stop(): Promise<void> {
    return this.#fetch.stop();
  }
}

const isFetchUnderWay = (one: { readonly kind: string }): one is FetchJob => one.kind === "fetch" && (one as FetchJob).state === "running";

/** What a study or series is known by. */
export const uidOf = (one: Elsewhere): string => (one.level === "series" ? one.series_instance_uid : one.study_instance_uid);

/** How much of a study or series is here. */
export function presence({ here, instances }: Elsewhere): "all" | "part" | "none" | "some" {
  if (here === 0) return "none";
  if (instances === null) return "some";
  return here >= instances ? "all" : "part";
}
