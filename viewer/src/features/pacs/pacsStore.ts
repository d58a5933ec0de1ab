import { type ReadonlySignal, signal } from "@preact/signals";

import type { Asked, Elsewhere, FetchJob, Peer, Progress } from "../../core/model.ts";
import type * as api from "../../io/api.ts";
import { ApiError } from "../../io/http.ts";

export type PacsApi = Pick<typeof api, "askPeer" | "cancelJob" | "fetchFromPeer" | "fetchJob" | "peers">;

const LOOK_MS = 400;

/** A fetch, under way or over: of which study, how far, and what came of it. */
export interface Fetching {
  readonly study: string;
  readonly state: "running" | "stopping" | "done" | "cancelled" | "failed";
  readonly progress?: Progress;
  readonly done: number;
  readonly failed: number;
  readonly message: string;
}

/** The nodes, what the chosen one answered, and the one fetch that may be under way. */
export class PacsStore {
  readonly #peers = signal<readonly Peer[] | undefined>(undefined);
  readonly #chosen = signal<string | undefined>(undefined);
  readonly #asked = signal<Asked | undefined>(undefined);
  readonly #searching = signal(false);
  readonly #fetching = signal<Fetching | undefined>(undefined);
  readonly #problem = signal<ApiError | undefined>(undefined);
  #words = "";
  #turn = 0;
  #job: string | undefined;

  constructor(
    private readonly api: PacsApi,
    /** What is shown of the archive is another now. */
    private readonly onChanged: () => void,
    private readonly pause: () => Promise<void> = () => new Promise((resolve) => setTimeout(resolve, LOOK_MS)),
  ) {}

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

  get fetching(): ReadonlySignal<Fetching | undefined> {
    return this.#fetching;
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

  /** Fetch what is not here yet of a study, and look again how much of it is here. */
  async fetch(study: Elsewhere): Promise<void> {
    const peer = this.#chosen.value;
    if (peer === undefined || isRunning(this.#fetching.value)) return;
    const uid = study.study_instance_uid;
    const begun: Fetching = { study: uid, state: "running", done: 0, failed: 0, message: "" };
    this.#fetching.value = begun;
    try {
      this.#job = await this.api.fetchFromPeer(peer, uid);
      if (this.#stopping()) await this.api.cancelJob(this.#job);
      this.#fetching.value = await this.#watched(this.#job, begun);
    } catch (error) {
      this.#fetching.value = { ...begun, state: "failed", message: refusal(error).message };
    }
    this.#job = undefined;
    this.onChanged();
    if (this.#chosen.value === peer && this.#asked.value !== undefined) await this.search(this.#words);
  }

  async stop(): Promise<void> {
    const now = this.#fetching.value;
    if (now?.state !== "running") return;
    this.#fetching.value = { ...now, state: "stopping" };
    if (this.#job !== undefined) await this.api.cancelJob(this.#job).catch(() => undefined); // it has ended by itself
  }

  #stopping(): boolean {
    return this.#fetching.value?.state === "stopping";
  }

  async #watched(job: string, begun: Fetching): Promise<Fetching> {
    for (;;) {
      const { state, progress, summary, message }: FetchJob = await this.api.fetchJob(job);
      if (state !== "running") return { ...begun, state, progress, message, done: summary?.done ?? 0, failed: summary?.failed ?? 0 };
      this.#fetching.value = { ...begun, state: this.#stopping() ? "stopping" : "running", progress };
      await this.pause();
    }
  }
}

export const isRunning = (one: Fetching | undefined): boolean => one?.state === "running" || one?.state === "stopping";

/** How much of a study is here. */
export function presence({ here, instances }: Elsewhere): "all" | "part" | "none" | "some" {
  if (here === 0) return "none";
  if (instances === null) return "some";
  return here >= instances ? "all" : "part";
}

const refusal = (error: unknown): ApiError => (error instanceof ApiError ? error : new ApiError("internal", 0, String(error)));
