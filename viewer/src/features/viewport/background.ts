/** Loads a stack in the background, nearest to the image at hand first, so many at a time and no more than fit. */
import { nearest } from "../../core/nearest.ts";

/** How an image of a stack stands in memory; numbers, because there may be thousands in one array. */
export const Load = { Absent: 0, Coming: 1, Here: 2, Failed: 3 } as const;
export type Load = (typeof Load)[keyof typeof Load];

export interface BackgroundOptions {
  /** Have image `index` in memory. */
  readonly load: (index: number) => Promise<void>;
  readonly onChange: (states: Uint8Array) => void;
  /** All that fits is there: the connections are free for something else. */
  readonly onIdle?: () => void;
  /** Of the six connections that a browser opens to one server (HTTP/1.1) some stay free for what is asked for now. */
  readonly parallel?: number;
}

const ENOUGH = 6;

export class Background {
  readonly #options: BackgroundOptions;
  #states = new Uint8Array(0);
  #center = 0;
  #room = 0;
  #coming = 0;
  #running = false;
  #failures = 0;

  constructor(options: BackgroundOptions) {
    this.#options = options;
  }

  /** Another stack; nothing is loaded before {@link run}. `room` is how many of it may be in memory at once. */
  hold(length: number, room: number): void {
    this.#states = new Uint8Array(length);
    this.#room = room;
    this.#coming = 0;
    this.#failures = 0;
    this.#running = false;
    this.#changed();
  }

  /** Begin; the image that is waited for has been drawn. */
  run(): void {
    this.#running = true;
    this.#pump();
  }

  stop(): void {
    this.#running = false;
  }

  /** Image `center` is at hand now. */
  move(center: number): void {
    this.#center = center;
    this.#pump();
  }

  /** Image `index` came or went by other ways than ours. */
  mark(index: number, state: Load): void {
    if (index < 0 || index >= this.#states.length) return;
    this.#states[index] = state;
    if (state === Load.Here) this.#failures = 0;
    this.#changed();
  }

  state(index: number): Load {
    return (this.#states[index] ?? Load.Absent) as Load;
  }

  #pump(): void {
    // a drive that was pulled out fails a thousand times as surely as six; an image that comes after all begins anew
    while (this.#running && this.#failures < ENOUGH && this.#coming < (this.#options.parallel ?? 4)) {
      const index = nearest(this.#states.length, this.#center, (at) => this.#states[at] === Load.Absent && this.#fits(at));
      if (index === undefined) {
        if (this.#coming === 0) this.#options.onIdle?.();
        return;
      }
      void this.#load(index);
    }
  }

  /** Whether an image is among the `room` nearest ones; further ones would push those out again. */
  #fits(index: number): boolean {
    const half = Math.floor(this.#room / 2);
    const from = Math.max(0, Math.min(this.#center - half, this.#states.length - this.#room));
    return index >= from && index < from + this.#room;
  }

  async #load(index: number): Promise<void> {
    const states = this.#states;
    states[index] = Load.Coming;
    this.#coming += 1;
    let state: Load = Load.Here;
    try {
      await this.#options.load(index);
    } catch {
      state = Load.Failed; // whoever looks at this image is told why; the others are loaded all the same
    }
    if (states !== this.#states) return; // of a stack that is not open any more
    states[index] = state;
    this.#failures = state === Load.Failed ? this.#failures + 1 : 0;
    this.#coming -= 1;
    this.#changed();
    this.#pump();
  }

  #changed(): void {
    this.#options.onChange(this.#states);
  }
}
