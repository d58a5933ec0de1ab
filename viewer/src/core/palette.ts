/** Palette colour lookup tables (PS3.3 C.7.6.3.1.5, C.7.9) from a data set in the DICOM JSON model (PS3.18 F.2). */

export interface Palette {
  /** The pixel value that takes the first entry; lower ones take it too. */
  readonly first: number;
  readonly red: Uint8Array<ArrayBuffer>;
  readonly green: Uint8Array<ArrayBuffer>;
  readonly blue: Uint8Array<ArrayBuffer>;
}

export interface JsonAttribute {
  readonly vr?: string;
  readonly Value?: readonly unknown[];
  readonly InlineBinary?: string;
  readonly BulkDataURI?: string;
}
export type JsonDataSet = Readonly<Record<string, JsonAttribute | undefined>>;

/** Descriptors and data of the three colours (0028,110x) and (0028,120x); segmented data is (0028,122x). */
const COLOURS = ["1", "2", "3"] as const;

/**
 * The palette of a data set; undefined when it has none that is whole. `bulk` fetches a value that is elsewhere.
 * Entries are cut to 8 bits, which is what a screen shows.
 */
export async function readPalette(dataSet: JsonDataSet, bulk: (uri: string) => Promise<Uint8Array>): Promise<Palette | undefined> {
  const tables = await Promise.all(COLOURS.map((colour) => readTable(dataSet, colour, bulk)));
  const [red, green, blue] = tables;
  if (red === undefined || green === undefined || blue === undefined) return undefined;
  return { first: red.first, red: red.entries, green: green.entries, blue: blue.entries };
}

interface Table {
  readonly first: number;
  readonly entries: Uint8Array<ArrayBuffer>;
}

async function readTable(dataSet: JsonDataSet, colour: string, bulk: (uri: string) => Promise<Uint8Array>): Promise<Table | undefined> {
  const [count, first, bits] = dataSet[`0028110${colour}`]?.Value?.map(Number) ?? [];
  if (count === undefined || first === undefined || bits === undefined) return undefined;
  const length = count === 0 ? 65536 : count; // 16 bits cannot hold 65536 (PS3.3 C.7.6.3.1.5)
  const plain = await bytesOf(dataSet[`0028120${colour}`], bulk);
  if (plain !== undefined) return { first, entries: plainEntries(plain, length, bits) };
  const segmented = await bytesOf(dataSet[`0028122${colour}`], bulk);
  return segmented === undefined ? undefined : { first, entries: segmentedEntries(segmented, length, bits) };
}

async function bytesOf(attribute: JsonAttribute | undefined, bulk: (uri: string) => Promise<Uint8Array>): Promise<Uint8Array | undefined> {
  if (attribute?.InlineBinary !== undefined) return Uint8Array.from(atob(attribute.InlineBinary), (char) => char.charCodeAt(0));
  if (attribute?.BulkDataURI !== undefined) return bulk(attribute.BulkDataURI);
  if (attribute?.Value === undefined) return undefined;
  const words = Uint16Array.from(attribute.Value, Number); // VR US, as older files write it
  return new Uint8Array(words.buffer);
}

function plainEntries(bytes: Uint8Array, length: number, bits: number): Uint8Array<ArrayBuffer> {
  // entries of 8 bits may be packed two to a word, or (against the standard, but met) have a word each
  if (bytes.length < length * 2) return Uint8Array.from({ length }, (_, index) => bytes[index] ?? 0);
  return to8Bits(
    Array.from({ length }, (_, index) => word(bytes, index)),
    bits,
  );
}

const word = (bytes: Uint8Array, index: number): number => (bytes[index * 2] ?? 0) | ((bytes[index * 2 + 1] ?? 0) << 8);

/** 16-bit entries lose their low byte; some files say 16 and mean 8, which shows in that no entry goes higher. */
function to8Bits(entries: readonly number[], bits: number): Uint8Array<ArrayBuffer> {
  const shift = bits > 8 && entries.some((entry) => entry > 255) ? bits - 8 : 0;
  return Uint8Array.from(entries, (entry) => entry >> shift);
}

/** Discrete, linear and indirect segments (PS3.3 C.7.9.2), played until the table is full. */
function segmentedEntries(bytes: Uint8Array, length: number, bits: number): Uint8Array<ArrayBuffer> {
  const wide = bits > 8;
  const data = wide ? Array.from({ length: bytes.length >> 1 }, (_, index) => word(bytes, index)) : [...bytes];
  const out: number[] = [];
  /** Plays `count` segments from `at`; an indirect segment plays others, and may not lead to a further one. */
  const play = (at: number, count: number, direct: boolean): void => {
    let next = at;
    for (let segment = 0; segment < count && next + 1 < data.length && out.length < length; segment += 1) {
      const [kind, size = 0, ...rest] = data.slice(next, next + 6);
      if (kind === 0) {
        for (const entry of data.slice(next + 2, next + 2 + size)) out.push(entry);
        next += 2 + size;
      } else if (kind === 1) {
        ramp(out, rest[0] ?? 0, size);
        next += 3;
      } else if (kind === 2 && direct) {
        play(offset(rest, wide), size, false);
        next += wide ? 4 : 6;
      } else throw new Error("a segmented palette that cannot be read");
    }
  };
  play(0, data.length, true);
  return to8Bits(out.slice(0, length), bits);
}

/** From the last entry to `to` in `steps` equal steps. */
function ramp(out: number[], to: number, steps: number): void {
  const from = out.at(-1) ?? 0;
  for (let step = 1; step <= steps; step += 1) out.push(Math.round(from + ((to - from) * step) / steps));
}

/** Where an indirect segment leads to: 32 bits in two words or four bytes, the least significant first. */
function offset(parts: readonly number[], wide: boolean): number {
  return parts.slice(0, wide ? 2 : 4).reduce((sum, part, index) => sum + part * (wide ? 65536 : 256) ** index, 0);
}

/** Red, green and blue by pixel; indices beyond the ends take the entry at that end (PS3.3 C.7.6.3.1.5). */
export function applyPalette(indices: Uint8Array | Uint16Array, palette: Palette): Uint8Array<ArrayBuffer> {
  const { first, red, green, blue } = palette;
  const last = red.length - 1;
  const out = new Uint8Array(indices.length * 3);
  for (let index = 0; index < indices.length; index += 1) {
    const entry = Math.min(last, Math.max(0, (indices[index] ?? 0) - first));
    out[index * 3] = red[entry] ?? 0;
    out[index * 3 + 1] = green[entry] ?? 0;
    out[index * 3 + 2] = blue[entry] ?? 0;
  }
  return out;
}
