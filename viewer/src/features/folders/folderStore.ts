import { type ReadonlySignal, signal } from "@preact/signals";

import type { Root } from "../../core/model.ts";
import type * as api from "../../io/api.ts";
import { ApiError } from "../../io/http.ts";

export type FolderApi = Pick<typeof api, "forgetRoot" | "restoreRoot" | "roots" | "watchRoot">;

/** The list of folders, as the archive last told it. */
export class FolderStore {
  readonly #roots = signal<readonly Root[] | undefined>(undefined);
  readonly #problem = signal<ApiError | undefined>(undefined);

  constructor(
    private readonly api: FolderApi,
    /** What is shown of the archive is another now. */
    private readonly onChanged: () => void,
  ) {}

  /** Undefined until it was first told. */
  get roots(): ReadonlySignal<readonly Root[] | undefined> {
    return this.#roots;
  }

  get problem(): ReadonlySignal<ApiError | undefined> {
    return this.#problem;
  }

  async load(): Promise<void> {
    try {
      await this.refresh();
      this.#problem.value = undefined;
    } catch (error) {
      this.#problem.value = asApiError(error);
    }
  }

  /** Look again; what is shown stays when there is no answer. */
  async refresh(): Promise<void> {
    this.#roots.value = await this.api.roots();
  }

  /** Turn the switch of a folder. It shows at once what was asked for, and goes back when that cannot be. */
  async watch(root: Root, watched: boolean): Promise<void> {
    this.#put({ ...root, watched });
    try {
      this.#put(await this.api.watchRoot(root.id, watched));
    } catch (error) {
      this.#put(root);
      throw asApiError(error);
    }
  }

  /** Take it from the list; answers how many images left the archive with it. */
  async forget(root: Root): Promise<number> {
    const { instances } = await this.api.forgetRoot(root.id);
    await this.#after();
    return instances;
  }

  async restore(root: Root): Promise<void> {
    await this.api.restoreRoot(root.id);
    await this.#after();
  }

  async #after(): Promise<void> {
    this.onChanged();
    await this.load();
  }

  #put(root: Root): void {
    this.#roots.value = this.#roots.value?.map((one) => (one.id === root.id ? root : one));
  }
}

const asApiError = (error: unknown): ApiError => (error instanceof ApiError ? error : new ApiError("internal", 0, String(error)));
