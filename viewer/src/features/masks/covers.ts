/** All that lies over the images of one series, and how it is shown. */
import { batch, signal } from "@preact/signals";

import type { Contours, Related, Segmentation, Structure } from "../../core/contents.ts";
import { type Frame, framesOf } from "../../core/frames.ts";
import type { Series, SeriesImage } from "../../core/model.ts";
import type { Label } from "../../core/others.ts";
import { type Outline, outlineOf } from "../../core/outlines.ts";
import { type Colour, type ColourMap, colourFor } from "../../core/painting.ts";
import { apart, type Grid, gridOf, planeOf, touched, type Plane } from "../../core/resample.ts";
import { stacksOf } from "../../core/stacks.ts";
import { display, images } from "../../io/api.ts";
import { content, labelMap } from "../../io/contents.ts";
import { ApiError } from "../../io/http.ts";

export interface CoversHost {
  /** The values of a frame, fetched and decoded. */
  readonly values: (series: Series, frame: Frame) => Promise<ArrayLike<number>>;
}

/** One switch of the legend. */
export interface Part {
  readonly id: string;
  readonly name: string;
  readonly hint: string;
  readonly colour: Colour;
}

/**
 * A part that is drawn by pixels: `value` is that of its pixels in a label map, undefined where it has frames of its own.
 * Of projections and slides, which lie nowhere in the patient, `over` says which of its frames has the pixels of an image.
 */
export interface MaskPart extends Part {
  readonly kind: "mask";
  readonly grid: Grid | undefined;
  readonly over?: ReadonlyMap<string, number>;
  readonly frames: readonly Frame[];
  readonly value: number | undefined;
  readonly maximum: number;
}

export interface OutlinePart extends Part {
  readonly kind: "outline";
  readonly outlines: readonly Outline[];
}

/** A quantity; its numbers are multiplied by `factor` to be in `unit`. */
export interface WashPart extends Part {
  readonly kind: "wash";
  readonly grid: Grid;
  readonly frames: readonly Frame[];
  readonly factor: number;
  readonly unit: string;
}

export type AnyPart = MaskPart | OutlinePart | WashPart;

/** One object, or one series, that lies over the images. Its parts are known once it has been switched on. */
export interface Cover {
  readonly id: string;
  readonly name: string;
  readonly kind: "segmentation" | "contours" | "wash" | "labels";
  readonly series: Series;
}

/** `elsewhere` and what follows are refusals: why nothing of it can be seen over these images. */
export type CoverState = "off" | "coming" | "on" | "failed" | "elsewhere" | "baseless" | "apart" | "empty" | "not_labels" | "no_volume";

/** What cannot be laid, with the reason. */
class Unlaid extends Error {
  constructor(readonly state: CoverState) {
    super(state);
  }
}

/** Decoded slices that are kept; what was used last stays. */
const MOST_BYTES = 384 << 20;

export class Covers {
  readonly all = signal<readonly Cover[]>([]);
  readonly states = signal<Readonly<Record<string, CoverState>>>({});
  readonly parts = signal<Readonly<Record<string, readonly AnyPart[]>>>({});
  readonly hidden = signal<ReadonlySet<string>>(new Set());
  readonly opacity = signal(0.4);
  readonly outline = signal(true);
  readonly map = signal<ColourMap>("hotIron");
  /** The value that is drawn as the end of the map, for each wash; its greatest so far unless one was chosen. */
  readonly upper = signal<Readonly<Record<string, number>>>({});
  /** Grows when slices have come. */
  readonly version = signal(0);

  readonly #slices = new Map<string, ArrayLike<number>>();
  readonly #coming = new Set<string>();
  readonly #chosen = new Set<string>();
  readonly #host: CoversHost;
  readonly #base: Series;
  #bytes = 0;

  /** What may lie over the images of `base`. */
  constructor(host: CoversHost, base: Series) {
    this.#host = host;
    this.#base = base;
  }

  /** Have these among the choices; those that are known stay as they are. */
  offer(covers: readonly Cover[]): void {
    const known = new Set(this.all.value.map(({ id }) => id));
    const added = covers.filter(({ id }) => !known.has(id));
    if (added.length > 0) this.all.value = [...this.all.value, ...added];
  }

  offerRelated(found: readonly Related[]): void {
    this.offer(
      found.flatMap(({ instance, series, label }): Cover[] => {
        const kind = series.modality === "SEG" ? "segmentation" : series.modality === "RTSTRUCT" ? "contours" : undefined;
        return kind === undefined ? [] : [{ id: instance, name: label, kind, series }];
      }),
    );
  }

  async toggle(cover: Cover, on = this.states.value[cover.id] !== "on"): Promise<void> {
    if (!on || this.parts.value[cover.id] !== undefined) {
      this.#set(cover, on ? "on" : "off");
      return;
    }
    this.#set(cover, "coming");
    try {
      const parts = await this.#partsOf(cover);
      batch(() => {
        this.parts.value = { ...this.parts.value, [cover.id]: parts };
        this.#set(cover, parts.length > 0 ? "on" : "elsewhere");
      });
    } catch (error) {
      this.#set(cover, error instanceof Unlaid ? error.state : "failed");
    }
  }

  /** Nothing says that it was made of the same scan; where both lie in the patient is all there is. */
  isStranger({ kind, series }: Cover): boolean {
    const space = this.#base.frame_of_reference_uid;
    return (kind === "labels" || kind === "wash") && (space === "" || series.frame_of_reference_uid !== space);
  }

  togglePart({ id }: Part): void {
    const hidden = new Set(this.hidden.value);
    if (!hidden.delete(id)) hidden.add(id);
    this.hidden.value = hidden;
  }

  /** All parts of a cover, or none of them. */
  showAll(cover: Cover, on: boolean): void {
    const hidden = new Set(this.hidden.value);
    for (const { id } of this.parts.value[cover.id] ?? []) {
      if (on) hidden.delete(id);
      else hidden.add(id);
    }
    this.hidden.value = hidden;
  }

  /** What is to be seen at the moment, in the order in which it was switched on. */
  shown(): readonly AnyPart[] {
    const [states, hidden] = [this.states.value, this.hidden.value];
    return this.all.value.flatMap(({ id }) => (states[id] === "on" ? (this.parts.value[id] ?? []) : [])).filter(({ id }) => !hidden.has(id));
  }

  setUpper(part: Part, value: number): void {
    this.#chosen.add(part.id);
    this.upper.value = { ...this.upper.value, [part.id]: value };
  }

  /** Slice `index` of a part, when it is here; what a plane needs is asked for. */
  slice(part: MaskPart | WashPart, index: number): ArrayLike<number> | undefined {
    return this.#slices.get(sliceKey(part, index));
  }

  /** Have what is needed to see a part in a plane; `version` tells when more has come. */
  want(part: MaskPart | WashPart, plane: Plane): void {
    if (part.grid !== undefined) this.#have(part, touched(part.grid, plane, part.kind === "wash"));
  }

  /** The same of a part that has the pixels of an image. */
  wantOver(part: MaskPart, image: Frame): void {
    const index = indexOver(part, image);
    if (index !== undefined) this.#have(part, [index]);
  }

  /** The frame of a part that has the pixels of an image, when it is here; undefined when there is none. */
  sliceOver(part: MaskPart, image: Frame): ArrayLike<number> | undefined {
    const index = indexOver(part, image);
    return index === undefined ? undefined : this.slice(part, index);
  }

  #have(part: MaskPart | WashPart, wanted: readonly number[]): void {
    for (const index of wanted) {
      const key = sliceKey(part, index);
      const frame = part.frames[index];
      if (frame === undefined || this.#slices.has(key) || this.#coming.has(key)) continue;
      this.#coming.add(key);
      this.#host.values(this.#seriesOf(part), frame).then(
        (values) => {
          this.#keep(part, key, values);
        },
        () => undefined, // it stays in `coming`: a frame that cannot be had is not asked for at each drawing
      );
    }
  }

  #keep(part: MaskPart | WashPart, key: string, values: ArrayLike<number>): void {
    this.#coming.delete(key);
    this.#slices.set(key, values);
    this.#bytes += values.length * 4;
    for (const [oldest, { length }] of this.#slices) {
      if (this.#bytes <= MOST_BYTES || oldest === key) break;
      this.#slices.delete(oldest);
      this.#bytes -= length * 4;
    }
    if (part.kind === "wash" && !this.#chosen.has(part.id)) {
      let most = this.upper.value[part.id] ?? 0;
      for (const value of Array.from(values)) most = Math.max(most, value);
      this.upper.value = { ...this.upper.value, [part.id]: most };
    }
    this.version.value += 1;
  }

  #seriesOf(part: Part): Series {
    const found = this.all.value.find(({ id }) => this.parts.value[id]?.some((one) => one.id === part.id));
    if (found === undefined) throw new Error("no such part");
    return found.series;
  }

  #set(cover: Cover, state: CoverState): void {
    this.states.value = { ...this.states.value, [cover.id]: state };
  }

  async #partsOf(cover: Cover): Promise<readonly AnyPart[]> {
    if (cover.kind === "wash") return this.#washOf(cover);
    if (cover.kind === "labels") return this.#labelsOf(cover);
    const found = await content(cover.id);
    if (found.kind === "contours") return outlinesOf(cover, found.content);
    if (found.kind !== "segmentation") return [];
    const [{ instances }, below] = await Promise.all([images(cover.series.id), images(this.#base.id)]);
    const own = instances.filter(({ id }) => id === cover.id).map(asNumbers);
    return masksOf(cover, found.content, framesOf(own), framesOf(below.instances));
  }

  /** The frames of an image series that lie in one volume, as a quantity. */
  async #washOf(cover: Cover): Promise<readonly AnyPart[]> {
    const { series, layers } = await layersOf(cover.series);
    const frames = layers[0] ?? [];
    const grid = gridThrough(frames);
    if (grid === undefined) return [];
    await this.#checkMeeting(grid);
    const [factor, unit] = await unitOf(series, frames);
    return [{ kind: "wash", id: cover.id, name: cover.name, hint: "", colour: [255, 128, 0], grid, frames, factor, unit }];
  }

  /** The numbers of a map of labels, each with the voxels that have it. */
  async #labelsOf(cover: Cover): Promise<readonly AnyPart[]> {
    const { layers } = await layersOf(cover.series);
    const grids = layers.map(gridThrough);
    if (grids[0] === undefined) return [];
    await this.#checkMeeting(grids[0]);
    const labels = await labelMap(cover.series.id).catch(asReason);
    if (labels.length === 0) throw new Unlaid("empty");
    return labels.flatMap(({ value, layer, name, colour }: Label): MaskPart[] => {
      const [grid, frames] = [grids[layer], layers[layer]];
      if (grid === undefined || frames === undefined) return [];
      const own = { name: name === "" ? String(value) : name, hint: String(value), colour: colourOf(colour, value) };
      return [{ kind: "mask", id: `${cover.id}/${layer}/${value}`, ...own, grid, frames, value, maximum: 1 }];
    });
  }

  /** Two volumes have to lie in the patient, and where they meet. */
  async #checkMeeting(grid: Grid): Promise<void> {
    const { instances } = await images(this.#base.id);
    const below = stacksOf(framesOf(instances)).flatMap(({ frames, slices }) => gridThrough(frames.slice(0, slices)) ?? []);
    if (below.length === 0) throw new Unlaid("baseless");
    if (below.every((one) => apart(grid, one))) throw new Unlaid("apart");
  }
}

/** The frames of the largest stack of a series, one list for each point on its fourth axis. */
async function layersOf({ id }: Series): Promise<{ readonly series: Series; readonly layers: readonly (readonly Frame[])[] }> {
  const { series, instances } = await images(id);
  const stacks = stacksOf(framesOf(instances));
  const largest = stacks.reduce((best, one) => (one.slices > (best?.slices ?? 0) ? one : best), stacks[0]);
  const [frames, slices] = [largest?.frames ?? [], largest?.slices ?? 1];
  return { series, layers: Array.from({ length: Math.floor(frames.length / slices) }, (_, at) => frames.slice(at * slices, (at + 1) * slices)) };
}

const gridThrough = (frames: readonly Frame[]): Grid | undefined => gridOf(frames.map(planeOf), frames[0]?.image.slice_thickness ?? undefined);

/** What the server refuses to take for labels. */
function asReason(error: unknown): never {
  if (!(error instanceof ApiError) || error.reason === "") throw error;
  throw new Unlaid(error.reason === "not_labels" ? "not_labels" : "no_volume");
}

const sliceKey = (part: MaskPart | WashPart, index: number): string => {
  const frame = part.frames[index];
  return frame === undefined ? "" : `${frame.image.id}/${frame.number}`;
};

/** What the numbers of a series mean: uptake of PET where it can be computed, dose in gray. */
async function unitOf(series: Series, frames: readonly Frame[]): Promise<readonly [factor: number, unit: string]> {
  const [first] = frames;
  if (first === undefined) return [1, ""];
  if (series.modality === "RTDOSE") return [1, (first.image.per_frame?.rescale_slope[0] ?? null) === null ? "" : "Gy"];
  if (series.modality !== "PT") return [1, first.image.rescale_type === "US" ? "" : first.image.rescale_type];
  const { uptake } = await display(first.image.id);
  const factor = uptake?.factor ?? null;
  return factor === null ? [1, first.image.units === "BQML" ? "Bq/ml" : ""] : [factor, "SUVbw"];
}

const colourOf = (own: readonly [number, number, number] | null, number: number): Colour =>
  // black and nearly black are no colours to see something by
  own !== null && Math.max(...own) > 48 ? own : colourFor(number);

/** Of a map of labels with a palette the labels themselves are wanted, and not their colours. */
const asNumbers = (image: SeriesImage): SeriesImage => (image.photometric_interpretation === "PALETTE COLOR" ? { ...image, photometric_interpretation: "MONOCHROME2" } : image);

/** What an image is called where a segmentation says whose pixels it has. */
const namesOf = ({ image, number }: Frame): readonly string[] => [image.sop_instance_uid, `${image.sop_instance_uid}/${number}`];

const indexOver = ({ over }: MaskPart, image: Frame): number | undefined => namesOf(image).flatMap((name) => over?.get(name) ?? [])[0];

/** Which of a segment's `own` frames has the pixels of which image below; undefined where none has. */
function overOf({ over, tiles }: Segmentation, own: readonly Frame[], below: readonly Frame[]): ReadonlyMap<string, number> | undefined {
  const [first] = own;
  const alike = below.filter(({ rows, columns, image }) => rows === first?.rows && columns === first.columns && (tiles === 0 || image.frames === tiles));
  const here = new Set(alike.flatMap(namesOf));
  const found = own.map(({ number }, index) => [over[number - 1] ?? "", index] as const).filter(([name]) => here.has(name));
  return found.length > 0 ? new Map(found) : undefined;
}

/** The segments of a segmentation, each with the frames that are of it, over the images below. */
function masksOf(cover: Cover, content: Segmentation, frames: readonly Frame[], below: readonly Frame[]): MaskPart[] {
  const { type, maximum, segments, frames: numbers } = content;
  const labels = type === "LABELMAP";
  const thickness = frames[0]?.image.slice_thickness ?? undefined;
  const whole = labels ? gridOf(frames.map(planeOf), thickness) : undefined;
  return segments.flatMap((segment): MaskPart[] => {
    // the first number of a label map is its background (PS3.3 C.8.20.2.3.3)
    if (labels && segment.number === 0) return [];
    const own = labels ? frames : frames.filter((frame) => (numbers[frame.number - 1] ?? 1) === segment.number);
    const grid = whole ?? gridOf(own.map(planeOf), thickness);
    const over = grid === undefined ? overOf(content, own, below) : undefined;
    if (grid === undefined && over === undefined) return [];
    return [
      {
        kind: "mask",
        id: `${cover.id}/${segment.number}`,
        name: segment.label === "" ? segment.what : segment.label,
        hint: [segment.what, segment.category, segment.algorithm].filter((text) => text !== "").join(" · "),
        colour: colourOf(segment.colour, segment.number),
        grid,
        ...(over === undefined ? {} : { over }),
        frames: own,
        value: labels ? segment.number : undefined,
        maximum: type === "FRACTIONAL" ? maximum : 1,
      },
    ];
  });
}

const outlinesOf = (cover: Cover, { structures }: Contours): OutlinePart[] =>
  structures
    .filter(({ contours }: Structure) => contours.length > 0)
    .map(({ number, label, what, colour, contours }) => ({
      kind: "outline",
      id: `${cover.id}/${number}`,
      name: label,
      hint: what,
      colour: colourOf(colour, number),
      outlines: contours.map(outlineOf),
    }));
