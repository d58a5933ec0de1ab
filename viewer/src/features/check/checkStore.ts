import { type ReadonlySignal, signal } from "@preact/signals";

import type { CheckJob, CheckReport, Finding, Progress, Trouble } from "../../core/model.ts";
import type * as api from "../../io/api.ts";
import type { JobListener } from "../../io/events.ts";
import { ApiError } from "../../io/http.ts";

export type CheckApi = Pick<typeof api, "cancelJob" | "checks" | "findings" | "jobs" | "startCheck">;
type Listen = (job: string, listener: JobListener) => () => void;

export interface RunningCheck {
  readonly job: string;
  readonly progress: Progress | undefined;
  readonly stopping: boolean;
}

/** So many findings of one kind come at once. */
const SOME = 100;
const TRY_AGAIN_MS = 2000;

/** The check of this archive: started here or found running, and what the last one found. */
export class CheckStore {
  readonly #running = signal<RunningCheck | undefined>(undefined);
  readonly #report = signal<CheckReport | null | undefined>(undefined);
  readonly #findings = signal<ReadonlyMap<Trouble, readonly Finding[]>>(new Map());
  readonly #problem = signal<ApiError | undefined>(undefined);
  readonly #failure = signal<string | undefined>(undefined);
  #stopListening: (() => void) | undefined;

  constructor(
    private readonly api: CheckApi,
    private readonly listen: Listen,
  ) {}

  get running(): ReadonlySignal<RunningCheck | undefined> {
    return this.#running;
  }

  /** The last check; null when there was none, undefined while nobody knows yet. */
  get report(): ReadonlySignal<CheckReport | null | undefined> {
    return this.#report;
  }

  /** What it found, by kind, as far as it was asked for. */
  get findings(): ReadonlySignal<ReadonlyMap<Trouble, readonly Finding[]>> {
    return this.#findings;
  }

  /** Why the last question failed. */
  get problem(): ReadonlySignal<ApiError | undefined> {
    return this.#problem;
  }

  /** Why the last check broke off, in the server's words. */
  get failure(): ReadonlySignal<string | undefined> {
    return this.#failure;
  }

  /** Look at the last check, and take up one that is running. */
  async load(): Promise<void> {
    await this.#orSay(async () => {
      const [page, jobs] = await Promise.all([this.api.checks(), this.api.jobs()]);
      this.#show(page.items[0] ?? null);
      const job = jobs.find((one): one is CheckJob => one.kind === "check" && one.state === "running");
      if (job !== undefined && this.#running.value === undefined) this.#follow(job.job, job.progress);
    });
  }

  async start(how: { readonly read_data: boolean; readonly sample: number }): Promise<void> {
    this.#failure.value = undefined;
    await this.#orSay(async () => {
      this.#follow(await this.api.startCheck(how), undefined);
    });
    if (this.#problem.value?.code === "busy") await this.load();
  }

  async stop(): Promise<void> {
    const running = this.#running.value;
    if (running === undefined) return;
    this.#running.value = { ...running, stopping: true };
    await this.#orSay(() => this.api.cancelJob(running.job));
  }

  /** The next findings of one kind. */
  async more(trouble: Trouble): Promise<void> {
    const report = this.#report.value;
    if (report === null || report === undefined) return;
    const known = this.#findings.value.get(trouble) ?? [];
    await this.#orSay(async () => {
      const page = await this.api.findings(report.id, { trouble, offset: known.length, limit: SOME });
      if (this.#report.value?.id === report.id) this.#findings.value = new Map(this.#findings.value).set(trouble, [...known, ...page.items]);
    });
  }

  #show(report: CheckReport | null): void {
    if (report?.id !== this.#report.value?.id) this.#findings.value = new Map();
    this.#report.value = report;
  }

  #follow(job: string, progress: Progress | undefined): void {
    this.#running.value = { job, progress, stopping: false };
    this.#stopListening?.();
    this.#stopListening = this.listen(job, {
      onProgress: (now) => {
        const running = this.#running.value;
        if (running !== undefined) this.#running.value = { ...running, progress: now };
      },
      onEnd: (ended) => {
        if (ended.kind === "check") this.#end(ended);
      },
      onLost: () => {
        setTimeout(() => void this.#takeUp(job), TRY_AGAIN_MS);
      },
    });
  }

  #end(job: CheckJob): void {
    this.#running.value = undefined;
    if (job.summary !== null) this.#show(job.summary);
    else this.#failure.value = job.message;
  }

  /** After a broken line: the job may still run, or have ended meanwhile, or nobody knows it any more. */
  async #takeUp(job: string): Promise<void> {
    try {
      const found = (await this.api.jobs()).find((one): one is CheckJob => one.kind === "check" && one.job === job);
      if (found?.state === "running") this.#follow(job, found.progress);
      else if (found !== undefined) this.#end(found);
      else this.#running.value = undefined;
    } catch {
      setTimeout(() => void this.#takeUp(job), TRY_AGAIN_MS);
    }
  }

  async #orSay(deed: () => Promise<void>): Promise<void> {
    try {
      await deed();
      this.#problem.value = undefined;
    } catch (error) {
      this.#problem.value = error instanceof ApiError ? error : new ApiError("internal", 0, String(error));
    }
  }
}
