import { type ReadonlySignal, signal } from "@preact/signals";

import { cleanPath } from "../../core/importing.ts";
import type { Job, RelinkReport } from "../../core/model.ts";
import type * as api from "../../io/api.ts";
import type { JobListener } from "../../io/events.ts";
import { failureOf } from "../../io/http.ts";

export type RelinkApi = Pick<typeof api, "relink" | "undoImport" | "cancelJob">;

export type Stage =
  | { readonly at: "idle" }
  /** `follow`: what was found is being recorded. */
  | { readonly at: "running"; readonly follow: boolean; readonly seen: number; readonly job: string }
  | { readonly at: "found" | "followed"; readonly report: RelinkReport }
  | { readonly at: "undone" | "stopped" | "lost" }
  | { readonly at: "failed"; readonly error: unknown };

/** First look, then follow, then (if one wants) take it back: nothing is recorded before it was seen. */
export class RelinkStore {
  readonly #stage = signal<Stage>({ at: "idle" });
  #path = "";
  #stop: (() => void) | undefined;

  constructor(
    private readonly api: RelinkApi,
    private readonly listen: (job: string, listener: JobListener) => () => void,
    /** What is shown of the archive is another now. */
    private readonly onChanged: () => void,
  ) {}

  get stage(): ReadonlySignal<Stage> {
    return this.#stage;
  }

  /** Look in a folder; what is found is only told. */
  async look(path: string): Promise<void> {
    this.#path = cleanPath(path);
    await this.#begin(false);
  }

  /** Record what the last look found. */
  async follow(): Promise<void> {
    await this.#begin(true);
  }

  async undo(): Promise<void> {
    const stage = this.#stage.value;
    if (stage.at !== "followed" || stage.report.id === null) return;
    try {
      await this.api.undoImport(stage.report.id);
      this.#stage.value = { at: "undone" };
      this.onChanged();
    } catch (error) {
      this.#stage.value = { at: "failed", error };
    }
  }

  /** Stop what runs; also when the page is left. */
  leave(): void {
    const stage = this.#stage.value;
    this.#stop?.();
    this.#stop = undefined;
    if (stage.at !== "running") return;
    this.#stage.value = { at: "stopped" };
    if (stage.job !== "") this.api.cancelJob(stage.job).catch(() => undefined); // it has ended
  }

  async #begin(follow: boolean): Promise<void> {
    this.leave();
    const begun = { at: "running", follow, seen: 0, job: "" } as const;
    this.#stage.value = begun;
    try {
      const job = await this.api.relink(this.#path, follow);
      if (this.#stage.value !== begun) {
        this.api.cancelJob(job).catch(() => undefined); // left meanwhile
        return;
      }
      this.#stage.value = { ...begun, job };
      this.#stop = this.listen(job, {
        onProgress: ({ seen }) => (this.#stage.value = { ...begun, job, seen }),
        onEnd: (ended) => {
          this.#ended(ended, follow);
        },
        onLost: () => (this.#stage.value = { at: "lost" }),
      });
    } catch (error) {
      this.#stage.value = { at: "failed", error };
    }
  }

  #ended(job: Job, follow: boolean): void {
    if (job.kind !== "relink") return;
    if (job.state === "cancelled") this.#stage.value = { at: "stopped" };
    else if (job.summary === null) this.#stage.value = { at: "failed", error: failureOf(job) };
    else this.#stage.value = { at: follow ? "followed" : "found", report: job.summary };
    if (follow) this.onChanged();
  }
}
