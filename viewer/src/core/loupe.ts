/** A magnifier: pixels of an image drawn anew, larger than the screen shows them, in the window at hand. */
import { type Affine, applied, type Point } from "./affine.ts";
import { lookUp } from "./tables.ts";
import { type GreyWindow, rangeOf } from "./window.ts";

export interface Pixels {
  readonly rows: number;
  readonly columns: number;
  readonly values: ArrayLike<number>;
  readonly channels: number;
}

/** What makes a grey of 0 to 255 of a value (PS3.3 C.11.2.1). */
export function shader(window: GreyWindow, invert: boolean): (value: number) => number {
  const { lower, upper } = rangeOf(window);
  const { table } = window;
  const grey = (value: number): number => {
    if (table !== undefined) return lookUp(table, value) / (2 ** table.bits - 1);
    if (window.sigmoid === true) return 1 / (1 + Math.exp((-4 * (value - window.center)) / window.width));
    return Math.min(1, Math.max(0, (value - lower) / (upper - lower)));
  };
  return (value) => Math.round(255 * (invert ? 1 - grey(value) : grey(value)));
}

export interface Loupe {
  /** Width and height, in screen pixels. */
  readonly size: number;
  /** Screen pixels to a CSS pixel, times so many as it magnifies. */
  readonly factor: number;
  /** What it is held over, in CSS pixels of the image's element. */
  readonly at: Point;
}

/** Red, green, blue and opacity of the loupe, line by line. `back` leads from the element to the pixels of the image. */
export function magnified(pixels: Pixels, { size, factor, at: [x, y] }: Loupe, back: Affine, shade: (value: number) => number): Uint8ClampedArray<ArrayBuffer> {
  const out = new Uint8ClampedArray(size * size * 4);
  const { rows, columns, values, channels } = pixels;
  for (let line = 0; line < size; line += 1) {
    for (let place = 0; place < size; place += 1) {
      const [column, row] = applied(back, [x + (place + 0.5 - size / 2) / factor, y + (line + 0.5 - size / 2) / factor]).map(Math.round);
      const to = (line * size + place) * 4;
      out[to + 3] = 255;
      if (column === undefined || row === undefined || column < 0 || row < 0 || column >= columns || row >= rows) continue;
      const from = (row * columns + column) * channels;
      for (let part = 0; part < 3; part += 1) out[to + part] = channels === 1 ? shade(values[from] ?? 0) : (values[from + part] ?? 0);
    }
  }
  return out;
}
