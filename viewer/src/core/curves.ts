/** Curves over time as they are drawn on paper: millimetres to a second, millimetres to a millivolt. */
import { bytesOf } from "./base64.ts";
import type { Channel } from "./contents.ts";

/** CSS pixels to a millimetre (CSS Values 4, 6.2). */
export const PIXELS_PER_MM = 96 / 25.4;

/** So many millivolts is one of a unit; of other quantities there is no customary scale. */
const MILLIVOLTS: Readonly<Record<string, number>> = { uV: 1e-3, "µV": 1e-3, mV: 1, V: 1e3, nV: 1e-6 };

export const isVoltage = (unit: string): boolean => MILLIVOLTS[unit] !== undefined;

export interface Curve {
  /** In millivolts where it is a voltage, else in its own unit; NaN where nothing was recorded. */
  readonly values: Float32Array;
  readonly least: number;
  readonly most: number;
  readonly voltage: boolean;
}

/** The samples of a channel as values (PS3.3 C.10.9.1.4). */
export function curveOf(channel: Channel): Curve {
  const bytes = bytesOf(channel.data);
  const samples = new Int32Array(bytes.buffer, 0, bytes.length >> 2);
  const voltage = isVoltage(channel.unit);
  const scale = channel.scale * (MILLIVOLTS[channel.unit] ?? 1);
  const values = Float32Array.from(samples, (sample) => (sample === channel.padding ? NaN : (sample + channel.baseline) * scale));
  let [least, most] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return { values, least: Number.isFinite(least) ? least : 0, most: Number.isFinite(most) ? most : 0, voltage };
}

export interface Span {
  /** Index of the first sample, and of the one behind the last. */
  readonly from: number;
  readonly to: number;
}

/**
 * The outline of a stretch of a curve as an SVG path: one sample to `step` pixels; where several fall on one pixel, the
 * least and the greatest of them, so that no spike is lost. `high` is pixels to one of its unit; up is up.
 */
export function tracePath(values: ArrayLike<number>, { from, to }: Span, step: number, high: number): string {
  const parts: string[] = [];
  let pen = false;
  const point = (x: number, value: number): void => {
    if (Number.isNaN(value)) {
      pen = false;
      return;
    }
    parts.push(`${pen ? "L" : "M"}${round(x)} ${round(-value * high)}`);
    pen = true;
  };
  const bundle = Math.max(1, Math.floor(1 / step));
  for (let at = from; at < to; at += bundle) {
    const x = (at - from) * step;
    if (bundle === 1) {
      point(x, values[at] ?? NaN);
      continue;
    }
    const [low, top, fallsFirst] = extremes(values, at, Math.min(to, at + bundle));
    point(x, fallsFirst ? top : low);
    point(x, fallsFirst ? low : top);
  }
  return parts.join("");
}

const round = (value: number): number => Math.round(value * 100) / 100;

/** The least and the greatest of a few values, and whether the greatest comes first. */
function extremes(values: ArrayLike<number>, from: number, to: number): readonly [number, number, boolean] {
  let [least, most] = [from, from];
  for (let at = from; at < to; at += 1) {
    const value = values[at] ?? NaN;
    if (Number.isNaN(value)) return [NaN, NaN, false];
    if (value < (values[least] ?? 0)) least = at;
    if (value > (values[most] ?? 0)) most = at;
  }
  return [values[least] ?? NaN, values[most] ?? NaN, most < least];
}
