/** Look-up tables of values: the Modality LUT and the VOI LUT (PS3.3 C.11.1.1, C.11.2.1.1), and padding. */
import { bytesOf } from "./base64.ts";
import type { Display, TableData } from "./model.ts";
import type { GreyRange } from "./window.ts";

export interface Table {
  /** The value that takes the first entry; lower ones take it too. */
  readonly first: number;
  readonly bits: number;
  readonly entries: Uint16Array;
  readonly explanation: string;
}

const made = new WeakMap<TableData, Table>();

/** Made once: a stack asks for those of each frame that it comes to. */
export function tableOf(data: TableData): Table {
  const known = made.get(data);
  if (known !== undefined) return known;
  const table = unpacked(data);
  made.set(data, table);
  return table;
}

function unpacked({ first, bits, data, explanation }: TableData): Table {
  const bytes = bytesOf(data);
  const entries = Uint16Array.from({ length: bytes.length >> 1 }, (_, index) => (bytes[index * 2] ?? 0) | ((bytes[index * 2 + 1] ?? 0) << 8));
  return { first, bits, entries, explanation };
}

/** The entry of a value; values beyond the ends take the entry at that end. */
export function lookUp({ first, entries }: Table, value: number): number {
  return entries[Math.min(entries.length - 1, Math.max(0, Math.round(value) - first))] ?? 0;
}

/** Stored values to those that a Modality LUT gives. */
export const throughTable = (stored: ArrayLike<number>, table: Table): Uint16Array<ArrayBuffer> =>
  Uint16Array.from({ length: stored.length }, (_, index) => lookUp(table, stored[index] ?? 0));

/** The VOI tables of a frame, its own before those of the whole image. */
export function tablesOf({ frame_tables: tables, table_of_frame: which, voi_tables: common }: Display, number: number): readonly TableData[] {
  const own = tables[which[number - 1] ?? -1];
  return own === undefined ? common : [own, ...common];
}

/** The values that are no picture (Pixel Padding Value and Range Limit, PS3.3 C.7.5.1.1.2), as they are after rescaling. */
export function paddingOf(padding: readonly number[], slope: number, intercept: number): GreyRange | undefined {
  const [one, other = one] = padding.map((value) => value * slope + intercept);
  return one === undefined || other === undefined ? undefined : { lower: Math.min(one, other), upper: Math.max(one, other) };
}
