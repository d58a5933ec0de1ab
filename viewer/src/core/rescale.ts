/** Stored values to the values that they stand for: slope × value + intercept (PS3.3 C.11.1.1.2). */

export type Values = Uint8Array<ArrayBuffer> | Int8Array<ArrayBuffer> | Uint16Array<ArrayBuffer> | Int16Array<ArrayBuffer> | Float32Array<ArrayBuffer>;

export interface Rescaled {
  readonly values: Values;
  readonly min: number;
  readonly max: number;
}

/**
 * Rescale into the smallest kind of number that holds every result. The stored values are given away: their memory is
 * written over where the results fit it, for a copy of each slice of a volume is much for the collector of garbage.
 */
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
  const values = room(kindFor(whole, low, high), stored);
  if (whole) for (let index = 0; index < length; index += 1) values[index] = (stored[index] ?? 0) * slope + intercept;
  else for (let index = 0; index < length; index += 1) values[index] = finite((stored[index] ?? 0) * slope + intercept);
  return { values, min: finite(low), max: finite(high) };
}

type Kind = Uint8ArrayConstructor | Int8ArrayConstructor | Uint16ArrayConstructor | Int16ArrayConstructor | Float32ArrayConstructor;

function kindFor(whole: boolean, low: number, high: number): Kind {
  if (!whole) return Float32Array;
  if (low >= 0) return high <= 0xff ? Uint8Array : high <= 0xffff ? Uint16Array : Float32Array;
  if (low >= -0x80 && high <= 0x7f) return Int8Array;
  return low >= -0x8000 && high <= 0x7fff ? Int16Array : Float32Array;
}

function room(Kind: Kind, stored: ArrayLike<number>): Values {
  const { length } = stored;
  const fits = ArrayBuffer.isView(stored) && stored.buffer instanceof ArrayBuffer && stored.byteLength === length * Kind.BYTES_PER_ELEMENT;
  return fits ? new Kind(stored.buffer, stored.byteOffset, length) : new Kind(length);
}

/** Floating point pixels may be no numbers at all; such are drawn as 0. */
const finite = (value: number): number => (Number.isFinite(value) ? value : 0);
