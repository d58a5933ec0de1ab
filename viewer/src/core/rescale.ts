/** Stored values to the values that they stand for: slope × value + intercept (PS3.3 C.11.1.1.2). */

export type Values = Uint8Array | Int8Array | Uint16Array | Int16Array | Float32Array;

export interface Rescaled {
  readonly values: Values;
  readonly min: number;
  readonly max: number;
}

/** Rescale into the smallest kind of number that holds every result. */
export function rescale(stored: ArrayLike<number>, slope: number, intercept: number): Rescaled {
  const whole = Number.isInteger(slope) && Number.isInteger(intercept) && !(stored instanceof Float32Array);
  const { length } = stored;
  let [min, max] = [Infinity, -Infinity];
  // by index: through an iterator a volume takes a second longer
  for (let index = 0; index < length; index += 1) {
    const value = stored[index] ?? 0;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  const ends = [min * slope + intercept, max * slope + intercept] as const;
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  const values = room(whole, low, high, length);
  if (whole) for (let index = 0; index < length; index += 1) values[index] = (stored[index] ?? 0) * slope + intercept;
  else for (let index = 0; index < length; index += 1) values[index] = finite((stored[index] ?? 0) * slope + intercept);
  return { values, min: finite(low), max: finite(high) };
}

function room(whole: boolean, low: number, high: number, length: number): Values {
  if (!whole) return new Float32Array(length);
  if (low >= 0) return high <= 0xff ? new Uint8Array(length) : high <= 0xffff ? new Uint16Array(length) : new Float32Array(length);
  if (low >= -0x80 && high <= 0x7f) return new Int8Array(length);
  return low >= -0x8000 && high <= 0x7fff ? new Int16Array(length) : new Float32Array(length);
}

/** Floating point pixels may be no numbers at all; such are drawn as 0. */
const finite = (value: number): number => (Number.isFinite(value) ? value : 0);
