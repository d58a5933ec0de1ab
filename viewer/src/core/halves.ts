/** Half floats (IEEE 754 binary16) for voxels: two bytes each, and exact for whole numbers up to 2048 on both sides of 0. */

const REACH = 2048;

/** Whether whole numbers from `min` to `max` are exact as half floats once they are moved by `offset`. */
export const holds = (offset: number, min: number, max: number): boolean => min >= offset - REACH && max <= offset + REACH;

/** By what whole numbers from `min` to `max` are moved to be exact as half floats; undefined where they span too much. */
export function offsetFor(min: number, max: number): number | undefined {
  // Hounsfield units and counts of 12 bits as they customarily are: the first slices tell little of the greatest value
  const customary = [REACH / 2, REACH].find((offset) => holds(offset, min, max));
  return customary ?? (max - min <= 2 * REACH ? Math.round((min + max) / 2) : undefined);
}

/** The halves of all whole numbers from -2048 on, which is at place 0. */
const HALVES = Uint16Array.from({ length: 2 * REACH + 1 }, (_, place) => halfOf(place - REACH));

/** The bits of a whole number of at most twelve: its sign, five of the exponent, ten of what follows the leading one. */
function halfOf(value: number): number {
  if (value === 0) return 0;
  const size = Math.abs(value);
  const exponent = 31 - Math.clz32(size);
  return (value < 0 ? 0x8000 : 0) | ((exponent + 15) << 10) | (exponent > 10 ? 0 : (size << (10 - exponent)) & 0x3ff);
}

const halfAt = (value: number, offset: number): number => HALVES[value - offset + REACH] ?? 0;

interface Lookup {
  readonly offset: number;
  readonly signed: boolean;
  /** By the bits of a value. */
  readonly halves: Uint16Array;
}

/** That of the volume at hand, for all of its slices. */
let lookup: Lookup | undefined;

function lookupFor(offset: number, signed: boolean): Uint16Array {
  if (lookup?.offset !== offset || lookup.signed !== signed) {
    const halves = Uint16Array.from({ length: 0x10000 }, (_, bits) => halfAt(signed && bits >= 0x8000 ? bits - 0x10000 : bits, offset));
    lookup = { offset, signed, halves };
  }
  return lookup.halves;
}

/** Write values, moved by `offset`, as halves; `out` is as long as they are. */
export function writeHalves(values: ArrayLike<number>, offset: number, out: Uint16Array): void {
  const wide = values instanceof Int16Array || values instanceof Uint16Array;
  if (wide && values.byteOffset % 4 === 0 && out.byteOffset % 4 === 0 && out.length % 2 === 0) writePairs(values, lookupFor(offset, values instanceof Int16Array), out);
  else for (let index = 0; index < out.length; index += 1) out[index] = halfAt(values[index] ?? 0, offset);
}

/** Two at a time, which takes half as long: a volume has a hundred million values. */
function writePairs(values: Int16Array | Uint16Array, halves: Uint16Array, out: Uint16Array): void {
  const from = new Uint32Array(values.buffer, values.byteOffset, values.length / 2);
  const to = new Uint32Array(out.buffer, out.byteOffset, out.length / 2);
  const { length } = to;
  for (let index = 0; index < length; index += 1) {
    const pair = from[index] ?? 0;
    to[index] = (halves[pair & 0xffff] ?? 0) | ((halves[pair >>> 16] ?? 0) << 16);
  }
}
