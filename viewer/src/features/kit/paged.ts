import { type ReadonlySignal, signal } from "@preact/signals";

import type { Page } from "../../core/model.ts";
import { PageCache, pagesOf, type Stretch } from "../../core/paging.ts";
import { ApiError, isAbort } from "../../io/http.ts";

export type FetchPage<T> = (offset: number, limit: number, signal: AbortSignal) => Promise<Page<T>>;

export interface PagedOptions {
  readonly size?: number;
  readonly keep?: number;
  /** Milliseconds to wait for a fast scroll to settle before asking. */
  readonly settle?: number;
}

/** A list of any length of which only what is looked at is fetched. */
export class Paged<T> {
  readonly #total = signal<number | undefined>(undefined);
  readonly #version = signal(0);
  readonly #problem = signal<ApiError | undefined>(undefined);
  readonly #busy = signal(false);
  readonly #inFlight = new Map<number, AbortController>();
  readonly #settle: number;
  #cache: PageCache<T>;
  #view: Stretch = { first: 0, last: 0 };
  #timer: ReturnType<typeof setTimeout> | undefined;
  #reload: AbortController | undefined;

  constructor(
    private readonly fetchPage: FetchPage<T>,
    options: PagedOptions = {},
  ) {
    this.#cache = new PageCache(options.size ?? 200, options.keep ?? 60);
    this.#settle = options.settle ?? 50;
  }

  /** How many there are; undefined until the first answer. */
  get total(): ReadonlySignal<number | undefined> {
    return this.#total;
  }

  /** Changes whenever what {@link at} answers may have changed. */
  get version(): ReadonlySignal<number> {
    return this.#version;
  }

  get problem(): ReadonlySignal<ApiError | undefined> {
    return this.#problem;
  }

  /** Whether a whole new answer is awaited; what is shown meanwhile is the old one. */
  get busy(): ReadonlySignal<boolean> {
    return this.#busy;
  }

  /** Row `index`, or undefined when it has not come yet. */
  at(index: number): T | undefined {
    return this.#cache.at(index);
  }

  find(fits: (item: T) => boolean): number | undefined {
    return this.#cache.find(fits);
  }

  /** Say which rows are in view; what is missing is fetched, and what no longer is in view is not waited for. */
  want(view: Stretch): void {
    this.#view = view;
    clearTimeout(this.#timer);
    if (this.#total.value === undefined || this.#reload !== undefined) return;
    if (this.#missing().length > 0) this.#timer = setTimeout(() => void this.#fetchMissing(), this.#settle);
  }

  /** Another question: from the top. */
  reload(): Promise<void> {
    this.#view = { first: 0, last: 0 };
    return this.#ask();
  }

  /** The same question again, since the answer may have changed; what is in view stays. */
  refresh(): Promise<void> {
    return this.#ask();
  }

  async #ask(): Promise<void> {
    this.#abortAll();
    const reload = new AbortController();
    this.#reload = reload;
    this.#busy.value = true;
    try {
      const pages = pagesOf(this.#view, this.#cache.size);
      const answers = await Promise.all(pages.map((page) => this.#page(page, reload.signal)));
      if (this.#reload !== reload) return;
      this.#cache = new PageCache(this.#cache.size, this.#cache.keep);
      pages.forEach((page, index) => {
        this.#cache.put(page, answers[index]?.items ?? []);
      });
      this.#done(answers[0]?.total ?? 0);
    } catch (error) {
      if (this.#reload === reload) this.#failed(error);
    }
    if (this.#reload !== reload) return;
    this.#reload = undefined;
    this.#busy.value = false;
    this.want(this.#view);
  }

  #missing(): number[] {
    const { first, last } = this.#view;
    const total = this.#total.value ?? 0;
    return total === 0 ? [] : this.#cache.touch(pagesOf({ first, last: Math.min(last, total - 1) }, this.#cache.size));
  }

  async #fetchMissing(): Promise<void> {
    const missing = this.#missing();
    for (const [page, request] of this.#inFlight) {
      if (missing.includes(page)) continue;
      request.abort();
      this.#inFlight.delete(page);
    }
    await Promise.all(missing.filter((page) => !this.#inFlight.has(page)).map((page) => this.#fetchOne(page)));
  }

  async #fetchOne(page: number): Promise<void> {
    const request = new AbortController();
    const cache = this.#cache;
    this.#inFlight.set(page, request);
    try {
      const answer = await this.#page(page, request.signal);
      if (cache !== this.#cache) return;
      cache.put(page, answer.items);
      this.#done(answer.total);
    } catch (error) {
      if (cache === this.#cache) this.#failed(error);
    } finally {
      if (this.#inFlight.get(page) === request) this.#inFlight.delete(page);
    }
  }

  #page(page: number, abort: AbortSignal): Promise<Page<T>> {
    return this.fetchPage(page * this.#cache.size, this.#cache.size, abort);
  }

  #done(total: number): void {
    this.#problem.value = undefined;
    this.#total.value = total;
    this.#version.value += 1;
  }

  #failed(error: unknown): void {
    if (isAbort(error)) return;
    this.#problem.value = error instanceof ApiError ? error : new ApiError("internal", 0, String(error));
  }

  #abortAll(): void {
    clearTimeout(this.#timer);
    this.#reload?.abort();
    for (const request of this.#inFlight.values()) request.abort();
    this.#inFlight.clear();
  }
}
