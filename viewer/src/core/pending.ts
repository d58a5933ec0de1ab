/** Something to be done a while later, or at once when there is no later. */
export class Pending<T> {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #what: readonly [T] | undefined;

  constructor(
    private readonly milliseconds: number,
    private readonly run: (what: T) => void,
  ) {}

  /** Do it with this later; what waited already is done at once. */
  later(what: T): void {
    this.now();
    this.#what = [what];
    this.#timer = setTimeout(() => {
      this.now();
    }, this.milliseconds);
  }

  /** Do what waits, if anything does. */
  now(): void {
    clearTimeout(this.#timer);
    const waits = this.#what;
    this.#what = undefined;
    if (waits !== undefined) this.run(waits[0]);
  }
}
