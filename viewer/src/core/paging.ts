/** A long list known in part: which stretches are here, and which are wanted. Pure bookkeeping, no fetching. */

export interface Stretch {
  readonly first: number;
  readonly last: number;
}

/** The numbers of the pages that hold rows `first` … `last`. */
export function pagesOf({ first, last }: Stretch, size: number): number[] {
  const from = Math.max(0, Math.floor(first / size));
  const to = Math.max(from, Math.floor(last / size));
  return Array.from({ length: to - from + 1 }, (_, n) => from + n);
}

/** Pages of a list by number, the least recently wanted dropped first, so that memory stays small. */
export class PageCache<T> {
  readonly #pages = new Map<number, readonly T[]>();

  constructor(
    readonly size: number,
    readonly keep: number,
  ) {}

  at(index: number): T | undefined {
    return this.#pages.get(Math.floor(index / this.size))?.[index % this.size];
  }

  has(page: number): boolean {
    return this.#pages.has(page);
  }

  /** Say that these pages are looked at now; answers those that are not here. */
  touch(pages: readonly number[]): number[] {
    for (const page of pages) {
      const items = this.#pages.get(page);
      if (items !== undefined) this.put(page, items);
    }
    return pages.filter((page) => !this.#pages.has(page));
  }

  put(page: number, items: readonly T[]): void {
    this.#pages.delete(page); // a Map remembers the order of insertion: the newest is last
    this.#pages.set(page, items);
    for (const oldest of this.#pages.keys()) {
      if (this.#pages.size <= this.keep) break;
      this.#pages.delete(oldest);
    }
  }

  /** The row number of the first known item that fits. */
  find(fits: (item: T) => boolean): number | undefined {
    for (const [page, items] of this.#pages) {
      const index = items.findIndex(fits);
      if (index >= 0) return page * this.size + index;
    }
    return undefined;
  }
}
