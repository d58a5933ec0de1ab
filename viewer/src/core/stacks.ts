/**
 * The stacks of a series: what lies in one direction and can be gone through in order. Images of another direction, size
 * or clip are another part; where several images lie in every place (echoes, diffusion weights, points in time), they
 * are a fourth dimension. Nothing is ever shuffled into one row by its number alone.
 */
import type { Frame } from "./frames.ts";
import { dot, type Vec3 } from "./geometry.ts";
import type { VectorKind } from "./model.ts";
import { partsOf, type Split, titleOf, valueOf } from "./vectors.ts";

/** What tells images of one place apart. `rank` is the order in which they were made, where nothing else does. */
export type Aspect = VectorKind | "echo" | "diffusion" | "time" | "trigger" | "type" | "acquisition" | "acquired" | "rank";
/** What a part of a series is: by plane, by clip, by size, or by one of the above. */
export interface PartName {
  readonly by: Aspect | "plane" | "clip" | "whole";
  readonly value: string;
  /** What the file calls it. */
  readonly title?: string | undefined;
}

export interface Stack {
  readonly name: PartName;
  /** What else it goes by, where one name is not enough. */
  readonly also?: readonly PartName[];
  /** One phase after the other, each in order of position. */
  readonly frames: readonly Frame[];
  /** Images in each phase. */
  readonly slices: number;
  /** Of each phase, what sets it apart; one empty list when there is but one. */
  readonly phases: readonly (readonly PartName[])[];
}

/** Below what any scanner steps, above what rounding does (as in src/fileroom/pixels/geometry.py). */
const SAME_PLACE = 0.01;

const number = (value: number | null | undefined): string | undefined => (value === null || value === undefined ? undefined : String(value));

/** The values by which images of one place differ, in the order in which they are asked. */
const ASPECTS: readonly (readonly [Aspect, (frame: Frame) => string | undefined])[] = [
  ["echo", ({ image, number: n }) => number(image.per_frame?.echo_time[n - 1] ?? image.echo_time)],
  ["diffusion", ({ image, number: n }) => number(image.per_frame?.diffusion_b_value[n - 1] ?? image.diffusion_b_value)],
  ["time", ({ image, number: n }) => number(image.per_frame?.temporal_position[n - 1] ?? image.temporal_position_identifier)],
  ["trigger", ({ image, number: n }) => number(image.per_frame?.trigger_time[n - 1] ?? image.trigger_time)],
  ["type", kindOf],
  ...(["energy_window", "detector", "phase", "rotation", "rr_interval", "time_slot"] as const).map(
    (kind) => [kind, (frame: Frame): string | undefined => number(valueOf(frame, kind))] as const,
  ),
  ["acquisition", ({ image }) => number(image.acquisition_number)],
  ["acquired", ({ image }) => (image.acquisition_time === "" ? undefined : `${image.acquisition_date} ${image.acquisition_time}`)],
];
/** What runs within the others: a film of one kind of image goes on to its end. */
const RUNNING: readonly Aspect[] = ["time", "time_slot", "trigger", "acquired"];

/** What stands in the third and later places of Image Type or Frame Type: magnitude and phase, water and fat … */
function kindOf({ image, number: n }: Frame): string | undefined {
  const own = image.per_frame?.frame_type[n - 1] ?? "";
  const kind = (own === "" ? image.image_type : own.split("\\")).slice(2).join(" ");
  return kind === "" ? undefined : kind;
}

export function stacksOf(frames: readonly Frame[]): Stack[] {
  const groups = grouped(frames, partKey());
  const several = groups.size > 1;
  let clips = 0;
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    if (!placed(first)) {
      clips += isClip(first) ? 1 : 0;
      const name: PartName = several && isClip(first) ? { by: "clip", value: String(clips) } : WHOLE;
      return byVectors(group, name) ?? [inTime(group) ?? plain(group, name)];
    }
    return inPlace(group, several ? { by: "plane", value: planeName(first) } : WHOLE);
  });
}

const WHOLE: PartName = { by: "whole", value: "" };

const plain = (frames: readonly Frame[], name: PartName): Stack => ({ name, frames, slices: frames.length, phases: [[]] });

/** Frames of Nuclear Medicine that lie nowhere: projections, and slices of unknown geometry. */
const byVectors = (group: readonly Frame[], whole: PartName): Stack[] | undefined =>
  partsOf(group)?.map(({ frames, by, slices, motion }: Split): Stack => {
    const [first] = frames;
    const names = first === undefined ? [] : by.map((kind) => vectorName(first, kind));
    const [name = whole, ...also] = whole.by === "whole" ? names : [whole, ...names];
    const phases = motion === undefined ? [[]] : frames.filter((_, at) => at % slices === 0).map((frame) => [vectorName(frame, motion)]);
    return { name, also, frames, slices, phases };
  });

/** What a frame is of, in the field's words. */
export const vectorName = (frame: Frame, by: VectorKind): PartName => ({ by, value: String(valueOf(frame, by) ?? ""), title: titleOf(frame, by) });

/** Images that do not say where they lie, but at which of several times, as many at each: a file without orientation. */
function inTime(group: readonly Frame[]): Stack | undefined {
  const times = grouped(group, ({ image }) => number(image.temporal_position_identifier) ?? "");
  const slices = group.length / times.size;
  if (times.size < 2 || times.has("") || slices < 2 || [...times.values()].some(({ length }) => length !== slices)) return undefined;
  const ordered = [...times].sort(([a], [b]) => Number(a) - Number(b));
  return { name: WHOLE, frames: ordered.flatMap(([, frames]) => frames), slices, phases: ordered.map(([value]) => [{ by: "time", value }]) };
}

function grouped<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const name = key(item);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [item]);
    else group.push(item);
  }
  return groups;
}

interface Placed extends Frame {
  readonly plane: NonNullable<Frame["plane"]>;
  readonly position: Vec3;
}

const placed = (frame: Frame): frame is Placed => frame.plane !== undefined && frame.position !== undefined;

const isClip = (frame: Frame): boolean => frame.image.frames > 1;

/** About a degree. */
const SAME_DIRECTION = 0.02;

/** Frames of one key may be gone through in one row. */
function partKey(): (frame: Frame) => string {
  const directions: (readonly number[])[] = [];
  /** Which of the directions met so far it is, with room for how they were rounded. */
  const directionOf = ({ plane: { row, column } }: Placed): number => {
    const own = [...row, ...column];
    const known = directions.findIndex((one) => one.every((part, index) => Math.abs(part - (own[index] ?? 0)) < SAME_DIRECTION));
    return known < 0 ? directions.push(own) - 1 : known;
  };
  return (frame) => {
    const stack = frame.image.per_frame?.stack_id[frame.number - 1] ?? "";
    if (!placed(frame)) return isClip(frame) ? `clip ${frame.image.id} ${stack}` : "loose";
    return [frame.rows, frame.columns, stack, directionOf(frame)].join("/");
  };
}

/** `axial`, `sagittal` or `coronal` by the nearest axis. */
function planeName({ plane: { normal } }: Placed): string {
  const sizes = normal.map(Math.abs);
  return ["sagittal", "coronal", "axial"][sizes.indexOf(Math.max(...sizes))] ?? "";
}

const along = (frame: Placed, normal: Vec3): number => dot(normal, frame.position);

/** Places in order, each with its frames in the order in which they came. */
function places(group: readonly Placed[]): Placed[][] {
  const normal = group[0]?.plane.normal ?? [0, 0, 1];
  const sorted = [...group].sort((a, b) => along(a, normal) - along(b, normal));
  const out: Placed[][] = [];
  for (const frame of sorted) {
    const last = out.at(-1)?.[0];
    if (last !== undefined && along(frame, normal) - along(last, normal) < SAME_PLACE) out.at(-1)?.push(frame);
    else out.push([frame]);
  }
  return backwards(group, normal) ? out.reverse() : out;
}

/** Whether numbers fall, on the whole, while the position rises: then the stack is gone through the other way. */
function backwards(group: readonly Placed[], normal: Vec3): boolean {
  const pairs = group.map((frame, index) => [frame.image.frames > 1 ? frame.number : (frame.image.instance_number ?? index), along(frame, normal)] as const);
  const middle = pairs.reduce((sum, [at]) => sum + at, 0) / pairs.length;
  return pairs.reduce((sum, [at, position]) => sum + (at - middle) * position, 0) < 0;
}

function inPlace(group: readonly Frame[], name: PartName): Stack[] {
  const all = group.filter(placed);
  const row = places(all);
  const deepest = Math.max(...row.map((place) => place.length));
  if (deepest === 1) return [plain(row.flat(), name)];
  if (row.length === 1) return [plain(all.sort(phasing(row).order), name)];
  if (row.every((place) => place.length === deepest)) return [fourth(row, name)];
  return split(all, row, name);
}

/** In every place as many images: the phases of a fourth dimension. */
function fourth(row: readonly Placed[][], name: PartName): Stack {
  const { order, label } = phasing(row);
  const sorted = row.map((place) => [...place].sort(order));
  const [first = []] = sorted;
  const phases = first.map((frame, phase) => label(frame, phase));
  return { name, frames: first.flatMap((_, phase) => sorted.flatMap((place) => place[phase] ?? [])), slices: row.length, phases };
}

/** Which of them it is: what is not told by a number of its own. */
const own = (phase: number): PartName => ({ by: "rank", value: String(phase + 1) });

interface Phasing {
  readonly order: (a: Frame, b: Frame) => number;
  readonly label: (frame: Frame, phase: number) => readonly PartName[];
}

/** By the fewest aspects that set the images of every place apart, in the same way in all; else by rank. */
function phasing(row: readonly Placed[][]): Phasing {
  const all = row.flat();
  const varying = ASPECTS.filter(([, value]) => new Set(all.map(value)).size > 1 && all.every((frame) => value(frame) !== undefined));
  const tries = [...varying.map((one) => [one]), ...varying.flatMap((one, index) => varying.slice(index + 1).map((other) => [one, other])), varying];
  const found = tries.find((aspects) => aspects.length > 0 && setsApart(row, aspects));
  if (found === undefined) return byShare(row, varying);
  const ordered = [...found].sort(([a], [b]) => Number(RUNNING.includes(a)) - Number(RUNNING.includes(b)));
  return {
    order: (a, b) => ordered.reduce((sum, [, value]) => sum || compare(value(a) ?? "", value(b) ?? ""), 0),
    label: (frame, phase) => ordered.map(([by, value]) => (by === "acquired" ? own(phase) : { by, value: value(frame) ?? "", title: titleOf(frame, by) })),
  };
}

/**
 * Several images of one place share a value (directions of one diffusion weight, repeats of one echo): by the value that as
 * many have in every place, then by rank; by rank alone where there is none.
 */
function byShare(row: readonly Placed[][], varying: typeof ASPECTS): Phasing {
  const shares = (value: (frame: Frame) => string | undefined): boolean => new Set(row.map((place) => place.map(value).sort().join("/"))).size === 1;
  const shared = varying.find(([, value]) => shares(value));
  if (shared === undefined) return { order: rank, label: (_frame, phase) => [own(phase)] };
  const [by, value] = shared;
  return {
    order: (a, b) => compare(value(a) ?? "", value(b) ?? "") || rank(a, b),
    label: (frame, phase) => [{ by, value: value(frame) ?? "", title: titleOf(frame, by) }, own(phase)],
  };
}

function setsApart(row: readonly Placed[][], aspects: typeof ASPECTS): boolean {
  const sets = row.map((place) => new Set(place.map((frame) => aspects.map(([, value]) => value(frame)).join("/"))));
  const [first] = sets;
  return first !== undefined && sets.every((set, index) => set.size === row[index]?.length && [...set].every((key) => first.has(key)));
}

/**
 * Where some places hold more than others: a part for each value that leaves as many images to each of its places. Values
 * of the same places stay together, as the whole points in time of a scan that was broken off within one.
 */
function split(group: readonly Placed[], row: readonly Placed[][], name: PartName): Stack[] {
  for (const [by, value] of ASPECTS) {
    const parts = [...grouped(group, (frame) => value(frame) ?? "")].sort(([a], [b]) => compare(a, b));
    const rows = parts.map(([key, frames]) => ({ key, frames, row: places(frames) }));
    const even = rows.every(({ row: [first, ...others] }) => others.every((place) => place.length === first?.length));
    // a value of its own for each place (trigger times, say) tells no images of one place apart
    const spread = rows.filter((part) => part.row.length > 1).length * 2 >= rows.length;
    if (parts.length < 2 || !even || !spread) continue;
    const alike = grouped(rows, (part) => placesOf(part.row));
    return [...alike.values()].map((same, index) => {
      const [first] = same;
      const told = same.length > 1 ? name : by === "acquired" ? own(index) : { by, value: first?.key ?? "" };
      const all = places(same.flatMap(({ frames }) => frames));
      return all[0]?.length === 1 ? plain(all.flat(), told) : fourth(all, told);
    });
  }
  return [plain(row.flatMap((place) => byRank(place)), name)];
}

/** Where images lie and how many at each place, as a word. */
const placesOf = (row: readonly Placed[][]): string => row.map((place) => place.map((one) => along(one, one.plane.normal).toFixed(1)).join(",")).join(" ");

const compare = (a: string, b: string): number => (Number.isNaN(Number(a)) || Number.isNaN(Number(b)) ? (a < b ? -1 : a > b ? 1 : 0) : Number(a) - Number(b));

/** The order in which images were made. */
function rank(a: Frame, b: Frame): number {
  const keys = ({ image, number: n }: Frame): readonly (number | string)[] => [
    image.acquisition_number ?? 0,
    ...(image.id === a.image.id && image.id === b.image.id ? (image.per_frame?.dimensions[n - 1] ?? []) : []),
    image.acquisition_date,
    image.acquisition_time,
    image.content_date,
    image.content_time,
    image.instance_number ?? 0,
    n,
  ];
  const [left, right] = [keys(a), keys(b)];
  return left.reduce<number>((sum, value, index) => sum || (value < (right[index] ?? 0) ? -1 : value > (right[index] ?? 0) ? 1 : 0), 0);
}

const byRank = (place: readonly Placed[]): Placed[] => [...place].sort(rank);
