/**
 * Frames of Nuclear Medicine by what they are of (PS3.3 C.8.4.8): one file holds energy windows, detectors, phases,
 * intervals of the heart beat and times, and only one of these can be gone through in a row.
 */
import type { Frame } from "./frames.ts";
import type { VectorKind } from "./model.ts";

/** Frames to go through in one row, or with `motion` in as many rows as there are times. */
export interface Split {
  readonly frames: readonly Frame[];
  /** What sets them apart from the other parts. */
  readonly by: readonly VectorKind[];
  readonly slices: number;
  readonly motion: VectorKind | undefined;
}

const KINDS: readonly VectorKind[] = ["energy_window", "detector", "phase", "rotation", "rr_interval", "time_slot", "slice", "angular_view", "time_slice"];
/** What one goes through: the first of these that changes. Still images are gone through by where they were seen from. */
const ROWS: readonly VectorKind[] = ["slice", "angular_view", "time_slice", "time_slot", "detector", "energy_window", "phase", "rr_interval", "rotation"];
/** What moves while one of these stands still. */
const MOTIONS: Readonly<Partial<Record<VectorKind, VectorKind>>> = { slice: "time_slot", angular_view: "time_slot", detector: "energy_window" };

const vectorOf = ({ image }: Frame, kind: string) => image.per_frame?.vectors.find((one) => one.kind === kind);

/** Which energy window, detector … a frame is of, from 1. */
export const valueOf = (frame: Frame, kind: VectorKind): number | undefined => vectorOf(frame, kind)?.values[frame.number - 1];

/** What the file calls it. */
export function titleOf(frame: Frame, kind: string): string | undefined {
  const vector = vectorOf(frame, kind);
  const title = vector?.names[(vector.values[frame.number - 1] ?? 0) - 1] ?? "";
  return title === "" ? undefined : title;
}

/** What the image numbers of a stack do not tell: of which energy window, detector … a frame is, where there are several. */
export const toldBy = ({ image }: Frame): VectorKind[] =>
  KINDS.filter((kind) => !COUNTED.includes(kind) && new Set(image.per_frame?.vectors.find((one) => one.kind === kind)?.values).size > 1);

const COUNTED: readonly VectorKind[] = ["slice", "angular_view", "time_slice"];

/** The parts of an image in their order; undefined where nothing that is counted changes. */
export function partsOf(frames: readonly Frame[]): Split[] | undefined {
  const varying = KINDS.filter((kind) => new Set(frames.map((frame) => valueOf(frame, kind))).size > 1);
  const row = ROWS.find((kind) => varying.includes(kind));
  if (row === undefined) return undefined;
  const motion = varying.find((kind) => kind === MOTIONS[row]);
  const by = varying.filter((kind) => kind !== row && kind !== motion);
  const sorted = [...frames].sort(inOrder([...by, ...(motion === undefined ? [] : [motion]), row]));
  const parts: Frame[][] = [];
  const same = inOrder(by, false);
  for (const frame of sorted) {
    const last = parts.at(-1);
    if (last?.[0] !== undefined && same(last[0], frame) === 0) last.push(frame);
    else parts.push([frame]);
  }
  return parts.map((part) => {
    const slices = motion === undefined ? undefined : evenly(part, row, motion);
    return { frames: part, by, slices: slices ?? part.length, motion: slices === undefined ? undefined : motion };
  });
}

/** By the numbers of several kinds, then as they stand in the file. */
const inOrder =
  (kinds: readonly VectorKind[], whole = true) =>
  (a: Frame, b: Frame): number =>
    kinds.reduce((sum, kind) => sum || (valueOf(a, kind) ?? 0) - (valueOf(b, kind) ?? 0), 0) || (whole ? a.number - b.number : 0);

/** How many there are at each of several times, if the same at all, each once; else they are no fourth dimension. */
function evenly(part: readonly Frame[], row: VectorKind, motion: VectorKind): number | undefined {
  const times = new Map<number | undefined, (number | undefined)[]>();
  for (const frame of part) {
    const time = valueOf(frame, motion);
    times.set(time, [...(times.get(time) ?? []), valueOf(frame, row)]);
  }
  const [first = [], ...others] = times.values();
  if (others.length === 0 || new Set(first).size !== first.length || others.some((one) => String(one) !== String(first))) return undefined;
  return first.length;
}
