/** Windows: which values are shown as black and white, and all between them as grey (PS3.3 C.11.2). */
import type { MessageKey } from "./messages.ts";
import type { Table } from "./tables.ts";

export interface GreyWindow {
  readonly center: number;
  readonly width: number;
  /** Meant as LINEAR_EXACT (PS3.3 C.11.2.1.3.2) and not as LINEAR; for values that are no whole numbers. */
  readonly exact?: boolean;
  /** Meant as SIGMOID (PS3.3 C.11.2.1.3.1). */
  readonly sigmoid?: boolean;
  /** A table in the place of a ramp (VOI LUT Sequence, PS3.3 C.11.2.1.1); its window is all that it covers. */
  readonly table?: Table;
  /** In the place of greys, from the darkest on: red, green and blue a byte each (PS3.4 N.2.3). */
  readonly colours?: Uint8Array;
}

/** The same, as the values at the two ends of the ramp. */
export interface GreyRange {
  readonly lower: number;
  readonly upper: number;
}

/** The ends of the ramp: c ± w / 2 when exact, else c - 0.5 ± (w - 1) / 2 (PS3.3 C.11.2.1.2.1). */
export function rangeOf({ center, width, exact = false }: GreyWindow): GreyRange {
  // a width of 1 is a threshold, which a ramp without length could not be drawn as
  const half = exact ? width / 2 : Math.max(1e-3, width - 1) / 2;
  const middle = exact ? center : center - 0.5;
  return { lower: middle - half, upper: middle + half };
}

export function windowOf({ lower, upper }: GreyRange, exact = false): GreyWindow {
  if (exact) return { center: (lower + upper) / 2, width: upper - lower, exact };
  return { center: (lower + upper + 1) / 2, width: upper - lower + 1 };
}

/**
 * The windows that stand in a file; pairs without a usable width are left out. Below 1 it is not allowed for LINEAR,
 * the others only want it above 0 (PS3.3 C.11.2.1.3).
 */
export function windowsOf(centers: readonly number[], widths: readonly number[], lutFunction = ""): GreyWindow[] {
  const how = lutFunction === "SIGMOID" ? { sigmoid: true } : lutFunction === "LINEAR_EXACT" ? { exact: true } : undefined;
  return centers.flatMap((center, index) => {
    const width = widths[index];
    if (width === undefined || !Number.isFinite(center) || !(how === undefined ? width >= 1 : width > 0)) return [];
    return [{ center, width, ...how }];
  });
}

/** The window of a table: from the value of its first entry to that of its last. */
export function tableWindow(table: Table): GreyWindow {
  return { ...windowOf({ lower: table.first, upper: table.first + Math.max(1, table.entries.length - 1) }, true), table };
}

export interface Preset extends GreyWindow {
  readonly key: string;
  readonly label: MessageKey;
}

/** The customary windows of CT, in Hounsfield units, under the keys 1 to 6. */
const CT_PRESETS: readonly Preset[] = [
  { key: "1", label: "viewport.preset.soft", center: 40, width: 400 },
  { key: "2", label: "viewport.preset.lung", center: -600, width: 1500 },
  { key: "3", label: "viewport.preset.bone", center: 480, width: 2500 },
  { key: "4", label: "viewport.preset.brain", center: 40, width: 80 },
  { key: "5", label: "viewport.preset.liver", center: 90, width: 150 },
  { key: "6", label: "viewport.preset.mediastinum", center: 50, width: 350 },
];

/** Up to how much uptake (SUVbw, g/ml) is shown of PET. */
const UPTAKE_PRESETS: readonly (readonly [key: string, label: MessageKey, upper: number])[] = [
  ["1", "viewport.preset.uptake5", 5],
  ["2", "viewport.preset.uptake7", 7],
  ["3", "viewport.preset.uptake10", 10],
  ["4", "viewport.preset.uptake15", 15],
];

/** The customary windows of a modality; those of PET only where `uptake` × value is uptake. */
export function presetsOf(modality: string, uptake?: number): readonly Preset[] {
  if (modality === "CT") return CT_PRESETS;
  if (modality !== "PT" || uptake === undefined) return [];
  return UPTAKE_PRESETS.map(([key, label, upper]) => ({ key, label, ...windowOf({ lower: 0, upper: upper / uptake }, true) }));
}

/** Three figures below 10, whole numbers above: what can be told apart. */
export function roundWindow(value: number): number {
  const size = Math.abs(value);
  if (size >= 100 || Number.isInteger(value)) return Math.round(value);
  return Number(value.toPrecision(3));
}

// The same rules as for thumbnails (src/fileroom/pixels/window.py, thumbnail.py), so that both look alike.
const SAMPLES = 65_536;
/** So much of the smallest value is air, padding or collimator, not the picture. */
const BACKGROUND = 0.05;
const DARKEST = 0.005;
const BRIGHTEST = 0.995;
/** From this share of black or white on, a window shows nothing. */
const FLAT = 0.995;

function sampled(values: ArrayLike<number>): number[] {
  const step = Math.max(1, Math.floor(values.length / SAMPLES));
  const sample: number[] = [];
  for (let index = 0; index < values.length; index += step) sample.push(values[index] ?? 0);
  return sample;
}

/** A window for values of which nobody said how to show them: nearly all of what is not background. */
export function autoWindow(values: ArrayLike<number>, padding?: GreyRange): GreyWindow {
  const picture = sampled(values).filter((value) => padding === undefined || value < padding.lower || value > padding.upper);
  const all = (picture.length > 0 ? picture : sampled(values)).sort((a, b) => a - b);
  const [least = 0] = all;
  const inside = all.filter((value) => value > least);
  const sample = inside.length > 0 && inside.length < all.length * (1 - BACKGROUND) ? inside : all;
  const at = (part: number): number => sample[Math.round(part * (sample.length - 1))] ?? least;
  const [low, high] = [at(DARKEST), at(BRIGHTEST)];
  if (high > low) return windowOf({ lower: low, upper: high }, true);
  return windowOf(high > least ? { lower: least, upper: high } : { lower: low, upper: low + 1 }, true);
}

/** Whether values are all black, or all white, in a window: files bring such windows, for values of another kind. */
export function showsNothing(values: ArrayLike<number>, window: GreyWindow): boolean {
  const { lower, upper } = rangeOf(window);
  const half = (upper - lower) / 510; // half a grey level: what is nearer to black than to the next one is black
  const sample = sampled(values);
  const black = sample.reduce((sum, value) => sum + (value < lower + half ? 1 : 0), 0);
  const white = sample.reduce((sum, value) => sum + (value >= upper - half ? 1 : 0), 0);
  return Math.max(black, white) >= FLAT * sample.length;
}
