import { type ReadonlySignal, signal } from "@preact/signals";

import { byReason, LEFT_OUT, type ReasonGroup } from "../../core/importing.ts";
import type { ImportJob, ImportSummary, Job, Progress } from "../../core/model.ts";
import type * as api from "../../io/api.ts";
import type { JobListener } from "../../io/events.ts";
import { ApiError } from "../../io/http.ts";

export type ImportApi = Pick<typeof api, "cancelJob" | "jobs" | "ledger" | "reasons" | "startImport">;

export interface ImportPorts {
  readonly api: ImportApi;
  readonly listen: (job: string, listener: JobListener) => () => void;
  /** New entries have come, or the import is over: the list may be looked at again. */
  readonly onFound: () => void;
  /** It ended while its dialog was closed. */
  readonly onEndUnseen: (summary: ImportSummary) => void;
}

/** How often the list behind a running import is looked at again, and how long a broken line is left alone. */
const LOOK_AGAIN_MS = 1500;
const TRY_AGAIN_MS = 2000;
/** Enough of a ledger to tell the reasons; the rest is on its own page. */
const SAMPLE = 50;

export interface Running {
  readonly job: string;
  readonly progress: Progress | undefined;
  readonly stopping: boolean;
  readonly lost: boolean;
  /** What is known is read again; nothing new was asked for. */
  readonly rebuilds: boolean;
}

/** The one import of this archive: started here or found running, told as it goes, and how it ended. */
export class ImportStore {
  readonly #shown = signal(false);
  readonly #running = signal<Running | undefined>(undefined);
  readonly #ended = signal<{ readonly job: ImportJob; readonly reasons: readonly ReasonGroup[] } | undefined>(undefined);
  readonly #problem = signal<ApiError | undefined>(undefined);
  readonly #copy = signal(false);
  #told: ReadonlySet<string> | undefined;
  #stopListening: (() => void) | undefined;
  #lastLook = 0;
  #lastCount = 0;

  constructor(private readonly ports: ImportPorts) {}

  /** Whether the dialog is open. */
  get shown(): ReadonlySignal<boolean> {
    return this.#shown;
  }

  get running(): ReadonlySignal<Running | undefined> {
    return this.#running;
  }

  get ended(): ReadonlySignal<{ readonly job: ImportJob; readonly reasons: readonly ReasonGroup[] } | undefined> {
    return this.#ended;
  }

  /** Why the last attempt to start one failed. */
  get problem(): ReadonlySignal<ApiError | undefined> {
    return this.#problem;
  }

  /** Whether new images are to be copied into the archive; asked anew each time the dialog opens. */
  get copy(): ReadonlySignal<boolean> {
    return this.#copy;
  }

  chooseCopy(copy: boolean): void {
    this.#copy.value = copy;
  }

  show(): void {
    this.#shown.value = true;
    this.#copy.value = false;
    this.#problem.value = undefined;
  }

  /** Close the dialog; a running import goes on. */
  hide(): void {
    this.#shown.value = false;
    this.#ended.value = undefined;
  }

  /** From the summary back to choosing a folder. */
  again(): void {
    this.#ended.value = undefined;
    this.#problem.value = undefined;
  }

  forgetProblem(): void {
    this.#problem.value = undefined;
  }

  /** Take up an import that is running already (the page was loaded again, or another window began it). */
  async resume(): Promise<void> {
    const running = (await this.ports.api.jobs()).find((job) => job.kind === "import" && !job.automatic && job.state === "running");
    if (running !== undefined && this.#running.value === undefined) this.#follow(running.job, running.progress);
  }

  /**
   * See whether a watched folder brought something in. Nobody asked for such a pass, and a user's own import does not wait
   * for it: it gets no dialog, but the list is looked at again and its end is told.
   */
  async lookAround(): Promise<void> {
    const passes = (await this.ports.api.jobs()).filter((job): job is ImportJob => job.kind === "import" && job.automatic);
    const told = this.#told;
    this.#told = new Set(passes.filter((job) => job.state !== "running").map((job) => job.job));
    if (told === undefined) return; // the page has just been opened: what is past is in the list already
    for (const pass of passes) {
      if (told.has(pass.job)) continue;
      this.ports.onFound();
      if (pass.state !== "running" && pass.summary !== null && pass.summary.instances > 0) this.ports.onEndUnseen(pass.summary);
    }
  }

  start(path: string): Promise<void> {
    return this.begin(() => this.ports.api.startImport([path], this.#copy.value));
  }

  /** Follow the job that `started` answers with, or tell why there is none. */
  async begin(started: () => Promise<string>, rebuilds = false): Promise<void> {
    this.#problem.value = undefined;
    try {
      this.#follow(await started(), undefined, rebuilds);
    } catch (error) {
      this.#problem.value = asApiError(error);
      if (this.#problem.value.code === "busy") await this.resume();
    }
  }

  async stop(): Promise<void> {
    const running = this.#running.value;
    if (running === undefined) return;
    this.#running.value = { ...running, stopping: true };
    try {
      await this.ports.api.cancelJob(running.job);
    } catch (error) {
      this.#problem.value = asApiError(error);
      this.#change({ stopping: false });
    }
  }

  #follow(job: string, progress: Progress | undefined, rebuilds = false): void {
    this.#ended.value = undefined;
    this.#running.value = { job, progress, stopping: false, lost: false, rebuilds };
    this.#lastCount = 0;
    this.#listen(job);
  }

  #listen(job: string): void {
    this.#stopListening?.();
    this.#stopListening = this.ports.listen(job, {
      onProgress: (progress) => {
        this.#change({ progress, lost: false });
        this.#lookAgain(progress);
      },
      onEnd: (ended) => void this.#end(ended),
      onLost: () => {
        this.#change({ lost: true });
        setTimeout(() => void this.#takeUp(job), TRY_AGAIN_MS);
      },
    });
  }

  /** After a broken line: the job may still run, or have ended meanwhile, or nobody knows it any more. */
  async #takeUp(job: string): Promise<void> {
    if (this.#running.value?.job !== job) return;
    try {
      const found = (await this.ports.api.jobs()).find((one) => one.job === job);
      if (found?.state === "running") this.#listen(job);
      else if (found !== undefined) await this.#end(found);
      else this.#running.value = undefined;
    } catch {
      setTimeout(() => void this.#takeUp(job), TRY_AGAIN_MS);
    }
  }

  #change(what: Partial<Running>): void {
    const running = this.#running.value;
    if (running !== undefined) this.#running.value = { ...running, ...what };
  }

  #lookAgain({ patients, studies, series }: Progress): void {
    const count = patients + studies + series;
    const now = performance.now();
    if (count === this.#lastCount || now - this.#lastLook < LOOK_AGAIN_MS) return;
    this.#lastCount = count;
    this.#lastLook = now;
    this.ports.onFound();
  }

  async #end(job: Job): Promise<void> {
    if (job.kind !== "import") return;
    this.#stopListening?.();
    const reasons = job.summary === null ? [] : await this.#reasons(job.summary);
    this.#running.value = undefined;
    this.ports.onFound();
    if (this.#shown.value) this.#ended.value = { job, reasons };
    else if (job.summary !== null) this.ports.onEndUnseen(job.summary);
  }

  /** Why files were left out, with a few paths of each outcome as examples. */
  async #reasons(summary: ImportSummary): Promise<ReasonGroup[]> {
    const outcomes = LEFT_OUT.filter((outcome) => summary[outcome] > 0);
    try {
      const [counts, ...pages] = await Promise.all([
        this.ports.api.reasons(summary.import),
        ...outcomes.map((outcome) => this.ports.api.ledger(summary.import, { outcome, limit: SAMPLE })),
      ]);
      const told = counts.filter((one) => outcomes.includes(one.outcome));
      return byReason(told, pages.flatMap((page) => page.items));
    } catch {
      return []; // the counts are told all the same, and the ledger has its own page
    }
  }
}

const asApiError = (error: unknown): ApiError => (error instanceof ApiError ? error : new ApiError("internal", 0, String(error)));
