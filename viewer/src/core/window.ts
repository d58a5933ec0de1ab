/** Windows: which values are shown as black and white, and all between them as grey (PS3.3 C.11.2). */
import type { MessageKey } from "./messages.ts";

export interface GreyWindow {
  readonly center: number;
  readonly width: number;
}

/** The same, as the values at the two ends of the ramp. */
export interface GreyRange {
  readonly lower: number;
  readonly upper: number;
}

/** The ends of the linear ramp (PS3.3 C.11.2.1.2.1): c - 0.5 ± (w - 1) / 2. */
export function rangeOf({ center, width }: GreyWindow): GreyRange {
  const half = (Math.max(1, width) - 1) / 2;
  return { lower: center - 0.5 - half, upper: center - 0.5 + half };
}

export function windowOf({ lower, upper }: GreyRange): GreyWindow {
  return { center: (lower + upper + 1) / 2, width: upper - lower + 1 };
}

/** The windows that stand in a file; pairs without a usable width are left out (a width below 1 is not allowed). */
export function windowsOf(centers: readonly number[], widths: readonly number[]): GreyWindow[] {
  return centers.flatMap((center, index) => {
    const width = widths[index];
    return width !== undefined && Number.isFinite(center) && width >= 1 ? [{ center, width }] : [];
  });
}

/** A window over all values from `min` to `max`, for images that bring none. */
export function fullWindow(min: number, max: number): GreyWindow {
  return windowOf({ lower: min, upper: Math.max(max, min + 1) });
}

export interface Preset extends GreyWindow {
  readonly key: string;
  readonly label: MessageKey;
}

/** The customary windows of CT, in Hounsfield units, under the keys 1 to 6. */
export const CT_PRESETS: readonly Preset[] = [
  { key: "1", label: "viewport.preset.soft", center: 40, width: 400 },
  { key: "2", label: "viewport.preset.lung", center: -600, width: 1500 },
  { key: "3", label: "viewport.preset.bone", center: 480, width: 2500 },
  { key: "4", label: "viewport.preset.brain", center: 40, width: 80 },
  { key: "5", label: "viewport.preset.liver", center: 90, width: 150 },
  { key: "6", label: "viewport.preset.mediastinum", center: 50, width: 350 },
];

/** Three figures below 10, whole numbers above: what can be told apart. */
export function roundWindow(value: number): number {
  const size = Math.abs(value);
  if (size >= 100 || Number.isInteger(value)) return Math.round(value);
  return Number(value.toPrecision(3));
}

/** How much of the darkest and of the brightest is cut off when a window is made up: a hundredth each. */
const CUT = 0.01;
const SAMPLES = 20_000;

/** A window for an image that brings none: over its values, without the few that are far from all others. */
export function autoWindow(values: ArrayLike<number>): GreyWindow {
  const step = Math.max(1, Math.floor(values.length / SAMPLES));
  const sample: number[] = [];
  for (let index = 0; index < values.length; index += step) sample.push(values[index] ?? 0);
  sample.sort((a, b) => a - b);
  const at = (part: number): number => sample[Math.min(sample.length - 1, Math.floor(part * sample.length))] ?? 0;
  return fullWindow(at(CUT), at(1 - CUT));
}
