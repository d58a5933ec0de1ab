/** The clock of a cine: so many steps a second, and none that a slow machine has missed is made up for. */
import { signal } from "@preact/signals";

/** The rates that one can step through; a file's own may lie between. */
const RATES = [1, 2, 4, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60];

export class Player {
  readonly playing = signal(false);
  readonly rate = signal(10);

  readonly #step: (step: number) => void;
  /** For how long the image at hand stays, against the others. */
  readonly #stays: () => number;
  #request = 0;
  #due = 0;

  constructor(step: (step: number) => void, stays = (): number => 1) {
    this.#step = step;
    this.#stays = stays;
  }

  toggle(): void {
    if (this.playing.value) this.pause();
    else this.play();
  }

  play(): void {
    if (this.playing.value) return;
    this.playing.value = true;
    this.#due = performance.now();
    this.#request = requestAnimationFrame(this.#tick);
  }

  pause(): void {
    this.playing.value = false;
    cancelAnimationFrame(this.#request);
  }

  slower(): void {
    this.rate.value = RATES.findLast((rate) => rate < this.rate.value) ?? this.rate.value;
  }

  faster(): void {
    this.rate.value = RATES.find((rate) => rate > this.rate.value) ?? this.rate.value;
  }

  readonly #tick = (now: number): void => {
    if (!this.playing.value) return;
    this.#request = requestAnimationFrame(this.#tick);
    if (now < this.#due) return;
    this.#step(1);
    this.#due = Math.max(this.#due + (1000 / this.rate.value) * this.#stays(), now);
  };
}
