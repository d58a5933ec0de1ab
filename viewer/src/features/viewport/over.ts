/** What lies over the images of each series that is open; the part that draws it is fetched when there is something. */
import { signal } from "@preact/signals";

import type { Related } from "../../core/contents.ts";
import type { Series, SeriesImage } from "../../core/model.ts";
import { canLieOver, type OtherImage } from "../../core/others.ts";
import { sessionHere } from "../../core/place.ts";
import { allSeries, openedOthers } from "../../io/api.ts";
import { content, related } from "../../io/contents.ts";
import type * as Masks from "../masks/index.ts";
import type { Cover, Covers, CoversHost } from "../masks/index.ts";
import type * as Presentations from "../presentation/index.ts";
import type { States } from "../presentation/index.ts";

/** Objects that are about images elsewhere: those are opened, with these over them. */
const OVER_OTHERS = ["SEG", "RTSTRUCT", "PR"];
/** Quantities that are looked at over sections of the same patient in the same space. */
const WASHES = ["PT", "NM", "RTDOSE"];

export class Over {
  readonly part = signal<typeof Masks | undefined>(undefined);
  readonly presentation = signal<typeof Presentations | undefined>(undefined);
  readonly #states = signal<ReadonlyMap<string, States>>(new Map());
  readonly #covers = signal<ReadonlyMap<string, Covers>>(new Map());
  readonly #asked = new Set<string>();
  readonly #askedOpened = new Set<string>();
  #opened: Promise<readonly Cover[]> | undefined;
  /** By the series that they lie over: what was opened itself, and is to be seen. */
  readonly #wanted = new Map<string, Set<string>>();
  readonly #laid = new Set<string>();
  readonly #host: CoversHost;
  readonly #others: () => readonly Series[];

  constructor(host: CoversHost, others: () => readonly Series[]) {
    this.#host = host;
    this.#others = others;
  }

  of(seriesId: string): Covers | undefined {
    return this.#covers.value.get(seriesId);
  }

  /** Presentation states about a series. */
  statesOf(seriesId: string): States | undefined {
    return this.#states.value.get(seriesId);
  }

  /** Whether opening a series led to the one that it lies over. */
  isLaid(series: Series | undefined): boolean {
    return series !== undefined && this.#laid.has(series.id);
  }

  /** The series that a mask or outlines lie over, where it is here. */
  async subjectOf(series: Series, instances: readonly SeriesImage[]): Promise<string | undefined> {
    const [first] = instances;
    if (first === undefined || !OVER_OTHERS.includes(series.modality)) return undefined;
    const found = await content(first.id).catch(() => undefined); // damaged: it says so in its own slot
    const subject = found?.subjects.find((id) => id !== series.id);
    if (subject === undefined) return undefined;
    this.#laid.add(series.id);
    const wanted = this.#wanted.get(subject) ?? new Set();
    this.#wanted.set(subject, wanted);
    for (const { id } of instances) wanted.add(id);
    this.#switchOn(subject);
    return subject;
  }

  /** Find out what may lie over a series; asked when its first image stands on the screen. */
  async find(series: Series): Promise<void> {
    if (this.#asked.has(series.id)) return;
    this.#asked.add(series.id);
    try {
      const found = await related(series.id);
      const states = found.filter((one) => one.series.modality === "PR");
      if (states.length > 0) await this.#offerStates(series, states);
      if (found.length > states.length) (await this.#of(series)).offerRelated(found);
      this.#switchOn(series.id);
    } catch {
      this.#asked.delete(series.id); // the images can be looked at without
    }
  }

  /** Other volumes that were opened together with it: maps of labels, and quantities. */
  async findOpened(series: Series): Promise<void> {
    if (sessionHere() === undefined || this.#askedOpened.has(series.id)) return;
    this.#askedOpened.add(series.id);
    try {
      const covers = (await (this.#opened ??= opened())).filter((one) => one.id !== series.id);
      if (covers.length === 0) return;
      (await this.#of(series)).offer(covers);
      const wanted = wantedOver();
      const cover = covers.find(({ id }) => id === wanted);
      if (cover !== undefined) void this.of(series.id)?.toggle(cover, true);
    } catch {
      this.#askedOpened.delete(series.id);
      this.#opened = undefined;
    }
  }

  /** Series of the same space may be laid over; they become known one after the other. */
  async findOthers(series: Series): Promise<void> {
    const space = series.frame_of_reference_uid;
    const others = this.#others().filter((one) => one.id !== series.id && one.modality !== series.modality && one.rows !== null && WASHES.includes(one.modality));
    const here = others.filter((one) => space !== "" && one.frame_of_reference_uid === space);
    if (here.length === 0) return;
    (await this.#of(series)).offer(here.map((one) => ({ id: one.id, name: one.description, kind: "wash", series: one })));
  }

  #switchOn(seriesId: string): void {
    const wanted = this.#wanted.get(seriesId);
    if (wanted === undefined) return;
    const [covers, states] = [this.of(seriesId), this.statesOf(seriesId)];
    for (const cover of covers?.all.value ?? []) if (wanted.delete(cover.id)) void covers?.toggle(cover, true);
    for (const { instance } of states?.all.value ?? []) if (wanted.delete(instance)) void states?.choose(instance);
  }

  async #offerStates(series: Series, found: readonly Related[]): Promise<void> {
    const { States: Kept } = (this.presentation.value ??= await import("../presentation/index.ts"));
    this.#states.value = new Map(this.#states.value).set(series.id, new Kept(found));
  }

  async #of(series: Series): Promise<Covers> {
    const masks = (this.part.value ??= await import("../masks/index.ts"));
    const known = this.of(series.id);
    if (known !== undefined) return known;
    const made = new masks.Covers(this.#host, series);
    this.#covers.value = new Map(this.#covers.value).set(series.id, made);
    return made;
  }
}

/** What was opened in this session and can lie over something. */
async function opened(): Promise<readonly Cover[]> {
  const [{ images }, all] = await Promise.all([openedOthers(), allSeries()]);
  const known = new Map(all.map((series) => [series.series_instance_uid, series]));
  const cover = (image: OtherImage): Cover[] => {
    const series = known.get(image.series_uid);
    return series === undefined ? [] : [{ id: series.id, name: image.name, kind: image.labels ? "labels" : "wash", series }];
  };
  return images.filter(canLieOver).flatMap(cover);
}

/** The series that the address asks to be laid over the one it opens: `#over=ID`. */
const wantedOver = (): string | undefined => /^#over=([\w-]+)$/.exec(location.hash)?.[1];
