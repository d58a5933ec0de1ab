import { type ReadonlySignal, signal } from "@preact/signals";

import { cleanPath } from "../../core/importing.ts";
import type { Folder, Place } from "../../core/model.ts";
import type * as api from "../../io/api.ts";
import { ApiError, isAbort } from "../../io/http.ts";

export type ChooserApi = Pick<typeof api, "folder" | "places">;

/** Where one is in the folders of the machine that fileroom runs on; a browser may not look by itself. */
export class ChooserStore {
  readonly #places = signal<readonly Place[]>([]);
  readonly #folder = signal<Folder | undefined>(undefined);
  readonly #typed = signal("");
  readonly #problem = signal<ApiError | undefined>(undefined);
  #request: AbortController | undefined;

  constructor(private readonly api: ChooserApi) {}

  get places(): ReadonlySignal<readonly Place[]> {
    return this.#places;
  }

  get folder(): ReadonlySignal<Folder | undefined> {
    return this.#folder;
  }

  /** The path as it stands in its field. */
  get typed(): ReadonlySignal<string> {
    return this.#typed;
  }

  get problem(): ReadonlySignal<ApiError | undefined> {
    return this.#problem;
  }

  /** The path to import: what is typed, else the folder in view. */
  get path(): string {
    return cleanPath(this.#typed.value) || (this.#folder.value?.path ?? "");
  }

  /** Whether what is typed is the folder in view. */
  get here(): boolean {
    return this.path === this.#folder.value?.path;
  }

  type(text: string): void {
    this.#typed.value = text;
    this.#problem.value = undefined;
  }

  async start(): Promise<void> {
    if (this.#places.value.length > 0) return;
    try {
      this.#places.value = await this.api.places();
      const first = this.#places.value[0];
      // who has typed a path by now knows better
      const asked = this.#folder.value !== undefined || this.#typed.value !== "";
      if (first !== undefined && !asked) await this.go(first.path);
    } catch (error) {
      this.#failed(error);
    }
  }

  async go(path: string): Promise<void> {
    this.#request?.abort();
    const request = new AbortController();
    this.#request = request;
    const typed = this.#typed.value;
    try {
      const folder = await this.api.folder(path, request.signal);
      this.#folder.value = folder;
      if (this.#typed.value === typed) this.#typed.value = folder.path;
      this.#problem.value = undefined;
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    if (!isAbort(error)) this.#problem.value = error instanceof ApiError ? error : new ApiError("internal", 0, String(error));
  }
}
