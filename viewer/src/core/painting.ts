/** Masks and quantities as colours: red, green, blue and opacity of each pixel. */

export type Colour = readonly [red: number, green: number, blue: number];

/** Easily told apart, for segments that bring no colour. */
const COLOURS: readonly Colour[] = [
  [230, 74, 60], [77, 175, 74], [66, 135, 245], [245, 196, 66], [190, 90, 220], [64, 200, 205], [255, 140, 60], [240, 120, 180], [160, 200, 80], [150, 130, 110],
]; // prettier-ignore

export const colourFor = (number: number): Colour => COLOURS[(((number - 1) % COLOURS.length) + COLOURS.length) % COLOURS.length] ?? [255, 255, 0];

export interface Paint {
  readonly colour: Colour;
  /** Of the area, from 0 to 1; the outline is always whole. */
  readonly opacity: number;
  readonly outline: boolean;
  /** What counts as whole: 1 of a binary mask, Maximum Fractional Value of another. */
  readonly maximum: number;
}

/** Paint a mask over what is there: where its values are above nothing. */
export function paintMask(out: Uint8ClampedArray, values: ArrayLike<number>, columns: number, { colour, opacity, outline, maximum }: Paint): void {
  const inside = (at: number): boolean => (values[at] ?? 0) * 2 >= maximum;
  for (let at = 0; at < values.length; at += 1) {
    const value = values[at] ?? 0;
    if (!(value > 0)) continue;
    const edge = outline && inside(at) && !(inside(at - columns) && inside(at + columns) && at % columns !== 0 && inside(at - 1) && (at + 1) % columns !== 0 && inside(at + 1));
    over(out, at * 4, colour, edge ? 1 : opacity * Math.min(1, value / maximum));
  }
}

/** One colour over another (Porter and Duff). */
function over(out: Uint8ClampedArray, at: number, [red, green, blue]: Colour, alpha: number): void {
  const below = ((out[at + 3] ?? 0) / 255) * (1 - alpha);
  const whole = alpha + below;
  if (whole <= 0) return;
  const mixed = (mine: number, theirs: number): number => (mine * alpha + theirs * below) / whole;
  out[at] = mixed(red, out[at] ?? 0);
  out[at + 1] = mixed(green, out[at + 1] ?? 0);
  out[at + 2] = mixed(blue, out[at + 2] ?? 0);
  out[at + 3] = whole * 255;
}

export const COLOUR_MAPS = ["hotIron", "rainbow", "hotMetalBlue", "grey"] as const;
export type ColourMap = (typeof COLOUR_MAPS)[number];

/** Stops of each map; hot iron and hot metal blue after the well-known palettes (PS3.6 B.1). */
const STOPS: Readonly<Record<ColourMap, readonly (readonly [number, Colour])[]>> = {
  hotIron: [[0, [0, 0, 0]], [0.5, [255, 0, 0]], [0.75, [255, 128, 0]], [1, [255, 255, 255]]],
  rainbow: [[0, [0, 0, 160]], [0.25, [0, 130, 255]], [0.5, [0, 220, 90]], [0.75, [255, 220, 0]], [1, [230, 0, 0]]],
  hotMetalBlue: [[0, [0, 0, 0]], [0.33, [0, 0, 160]], [0.6, [220, 0, 60]], [0.85, [255, 190, 0]], [1, [255, 255, 255]]],
  grey: [[0, [0, 0, 0]], [1, [255, 255, 255]]],
}; // prettier-ignore

/** The colour of a part of the whole, from 0 to 1. */
export function mapped(map: ColourMap, part: number): Colour {
  const stops = STOPS[map];
  const at = Math.max(1, stops.findIndex(([stop]) => stop >= part) === -1 ? stops.length - 1 : stops.findIndex(([stop]) => stop >= part));
  const [[from, a] = [0, [0, 0, 0] as Colour], [to, b] = [1, [255, 255, 255] as Colour]] = [stops[at - 1], stops[at]];
  const way = to > from ? Math.min(1, Math.max(0, (part - from) / (to - from))) : 0;
  return [a[0] + (b[0] - a[0]) * way, a[1] + (b[1] - a[1]) * way, a[2] + (b[2] - a[2]) * way];
}

export interface Wash {
  readonly map: ColourMap;
  readonly lower: number;
  readonly upper: number;
  readonly opacity: number;
}

/** Paint a quantity: nothing at its lower end, so that the image shows through where there is none. */
export function paintWash(out: Uint8ClampedArray, values: ArrayLike<number>, { map, lower, upper, opacity }: Wash): void {
  const table = Array.from({ length: 256 }, (_, step) => mapped(map, step / 255));
  const range = Math.max(1e-12, upper - lower);
  for (let at = 0; at < values.length; at += 1) {
    const part = ((values[at] ?? NaN) - lower) / range;
    if (!(part > 0)) continue;
    const colour = table[Math.min(255, Math.round(part * 255))] ?? [0, 0, 0];
    // comes up gently from nothing, so that the edge of what was measured is no edge of the picture
    over(out, at * 4, colour, opacity * Math.min(1, part * 10));
  }
}
