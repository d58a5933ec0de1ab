/**
 * Memory that is asked for and never touched, given back as that which is wanted comes.
 *
 * A browser collects garbage whenever a page holds some megabytes more than before, wherever those lie: while the slices
 * of a volume come a dozen times, through all objects of the page, and there is no garbage to be found. With the ballast it
 * holds what it is going to hold from the beginning on. What nobody touches takes no room.
 */
const PIECE = 8 << 20;

/** What `ArrayBuffer` can do in browsers of 2024 and later; in older ones there is no ballast. */
interface Transferable {
  transfer?(size: number): ArrayBuffer;
}

export class Ballast {
  readonly #pieces: Transferable[] = [];
  readonly #whole: number;

  /** Of as many bytes as are to come. */
  constructor(bytes: number) {
    const canGiveBack = (ArrayBuffer.prototype as unknown as Transferable).transfer !== undefined;
    this.#whole = canGiveBack ? Math.floor(bytes / PIECE) : 0;
    try {
      while (this.#pieces.length < this.#whole) this.#pieces.push(new ArrayBuffer(PIECE) as unknown as Transferable);
    } catch {
      this.keep(0); // there is not that much: then the slices need what there is
    }
  }

  /** Keep no more than a part of it, from 0 to 1; the rest is given back at once, not when garbage is collected. */
  keep(part: number): void {
    while (this.#pieces.length > this.#whole * part) this.#pieces.pop()?.transfer?.(0);
  }

  get bytes(): number {
    return this.#pieces.length * PIECE;
  }
}
