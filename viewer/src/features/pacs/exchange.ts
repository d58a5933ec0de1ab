import { type ReadonlySignal, signal } from "@preact/signals";

import type { Progress } from "../../core/model.ts";
import type * as api from "../../io/api.ts";
import { ApiError, failureOf } from "../../io/http.ts";

export type JobApi = Pick<typeof api, "cancelJob" | "fetchJob">;

const LOOK_MS = 400;

/** A fetch or a sending, under way or over: of what, how far, and what came of it. */
export interface Exchanging {
  readonly what: string;
  readonly state: "running" | "stopping" | "done" | "cancelled" | "failed";
  readonly progress?: Progress;
  readonly done: number;
  readonly failed: number;
  /** Why it failed. */
  readonly problem?: ApiError;
}

/** The one job of its kind that may be under way. */
export class Exchange {
  readonly #now = signal<Exchanging | undefined>(undefined);
  #job: string | undefined;

  constructor(
    private readonly api: JobApi,
    private readonly pause: () => Promise<void> = () => new Promise((resolve) => setTimeout(resolve, LOOK_MS)),
  ) {}

  get now(): ReadonlySignal<Exchanging | undefined> {
    return this.#now;
  }

  /** Begin it and follow it to its end, whatever that is. */
  async run(what: string, start: () => Promise<string>): Promise<void> {
    if (isRunning(this.#now.value)) return;
    const begun: Exchanging = { what, state: "running", done: 0, failed: 0 };
    this.#now.value = begun;
    try {
      this.#job = await start();
      if (this.#stopping()) await this.api.cancelJob(this.#job);
      this.#now.value = await this.#followed(this.#job, begun);
    } catch (error) {
      this.#now.value = { ...begun, state: "failed", problem: refusal(error) };
    }
    this.#job = undefined;
  }

  async stop(): Promise<void> {
    const now = this.#now.value;
    if (now?.state !== "running") return;
    this.#now.value = { ...now, state: "stopping" };
    if (this.#job !== undefined) await this.api.cancelJob(this.#job).catch(() => undefined); // it has ended by itself
  }

  #stopping(): boolean {
    return this.#now.value?.state === "stopping";
  }

  async #followed(job: string, begun: Exchanging): Promise<Exchanging> {
    for (;;) {
      const told = await this.api.fetchJob(job);
      const { state, progress, summary } = told;
      const ended = { ...begun, progress, done: summary?.done ?? 0, failed: summary?.failed ?? 0 };
      if (state === "failed") return { ...ended, state, problem: failureOf(told) };
      if (state !== "running") return { ...ended, state };
      this.#now.value = { ...begun, state: this.#stopping() ? "stopping" : "running", progress };
      await this.pause();
    }
  }
}

export const isRunning = (one: Exchanging | undefined): boolean => one?.state === "running" || one?.state === "stopping";

export const refusal = (error: unknown): ApiError => (error instanceof ApiError ? error : new ApiError("internal", 0, String(error)));
