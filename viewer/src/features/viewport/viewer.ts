/** The viewer: its viewports, the one at hand, and what holds for all of them. Drawn by SeriesView. */
import { batch, computed, effect, type ReadonlySignal, signal } from "@preact/signals";

import { type Frame, framesOf } from "../../core/frames.ts";
import type { Vec3 } from "../../core/geometry.ts";
import { hang, layoutFor, priorsOf } from "../../core/hanging.ts";
import { cellsOf, LAYOUT_NAMES, type LayoutName, layoutOf } from "../../core/layouts.ts";
import { along, nearestAlong, parallel, sameSpace } from "../../core/linking.ts";
import type { Series, SeriesImages } from "../../core/model.ts";
import { stacksOf } from "../../core/stacks.ts";
import { type Kind, KINDS, type Measurement } from "../../core/measure.ts";
import { images, series as seriesPage } from "../../io/api.ts";
import { isAbort } from "../../io/http.ts";
import { recall, remember } from "../../io/storage.ts";
import type * as Engine from "./engine/index.ts";
import type { ToolName } from "./engine/index.ts";
import { Over } from "./over.ts";
import { Measurements } from "./measurements.ts";
import { mainPart, Pane, type PaneHost } from "./pane.ts";
import { troubleOf } from "./problems.ts";
import { forgetSources } from "./source.ts";
import { Exporting } from "./export/exporting.ts";
import { Desk } from "./volume/desk.ts";

/** What the left button (or one finger) does: the engine's tools, and those that draw over the image. */
export type Tool = ToolName | "magnify" | Kind;

const ENGINE_TOOLS: readonly Tool[] = ["window", "scroll", "zoom", "pan"];
export const isKind = (tool: Tool): tool is Kind => (KINDS as readonly Tool[]).includes(tool);
const isEngineTool = (tool: Tool): tool is ToolName => ENGINE_TOOLS.includes(tool);

/** How many viewers there were: what is decoded is the last one's. */
let made = 0;

export class Viewer {
  /** All series of the person: those of the study at hand first, in the order of the archive, then earlier and later ones. */
  readonly strip = signal<readonly Series[]>([]);
  readonly layout = signal<LayoutName>("1x1");
  readonly panes = signal<readonly Pane[]>([]);
  readonly active: ReadonlySignal<Pane>;
  readonly tool = signal<Tool>("window");
  readonly corners = signal(true);
  readonly overlays = signal(true);
  /** Names and numbers of people are left out, for showing images to others. */
  readonly nameless = signal(false);
  readonly linked = signal(true);
  readonly keysShown = signal(false);
  readonly measured = new Measurements();
  readonly exporting = new Exporting(this);
  /** Masks, outlines and quantities over the images. */
  readonly over = new Over({ values: async (series, frame) => (await this.#load()).valuesOf(series, frame) }, () => this.strip.value);
  /** The volume of a layout of planes. */
  readonly desk = signal<Desk | undefined>(undefined);
  /** The stack gives way to planes and solids. */
  readonly stackAside: ReadonlySignal<boolean>;
  /** Thumbnails may be asked for: the image that one waits for has been drawn, or will not be. */
  readonly calm = signal(false);

  readonly #at = signal(0);
  readonly #host: PaneHost = {
    engine: () => this.#load(),
    share: () => cellsOf(layoutOf(this.layout.value)),
    onDrawn: (pane) => {
      if (pane === this.active.value) this.#lead(pane);
    },
    onCalm: () => {
      this.calm.value = true;
    },
    onIdle: (pane) => {
      if (pane === this.active.value) void this.#lookAhead(pane);
    },
    images: (seriesId, open) => {
      const known = this.#ahead.get(seriesId);
      this.#ahead.delete(seriesId);
      return known ?? images(seriesId, open);
    },
    liesOver: (series, instances) => this.over.subjectOf(series, instances),
    shownElsewhere: (pane, seriesId) => this.panes.value.some((other) => other !== pane && other.series.value?.id === seriesId),
  };
  #engine: Promise<typeof Engine> | undefined;
  #opening = new AbortController();
  /** How far a viewport of another space was ahead of the leading one when they were linked, in millimetres. */
  #offsets = new WeakMap<Pane, number>();
  /** What was asked of series that may be wanted next. */
  readonly #ahead = new Map<string, Promise<SeriesImages>>();
  readonly #seen = new Set<string>();
  #onSeries: (id: string) => void = () => undefined;
  #aside = false;
  readonly #made = (made += 1);

  constructor() {
    const first = new Pane(0, this.#host);
    this.panes.value = [first];
    this.active = computed(() => this.panes.value[this.#at.value] ?? this.panes.value[0] ?? first);
    this.stackAside = computed(() => this.desk.value?.refused.value === false && layoutOf(this.layout.value).volume?.includes("stack") === false);
  }

  #load(): Promise<typeof Engine> {
    this.#engine ??= import("./engine/index.ts").then((engine) => {
      effect(() => {
        engine.choose(isEngineTool(this.tool.value) ? this.tool.value : undefined);
      });
      return engine;
    });
    return this.#engine;
  }

  // -- opening and closing --------------------------------------------------------------------------------------

  /** Open a series in the viewport at hand; of a study its first with images. `onSeries` hears which. */
  async open(what: { readonly seriesId?: string; readonly studyId?: string }, onSeries: (id: string) => void): Promise<void> {
    this.#onSeries = onSeries;
    const pane = this.active.value;
    if (this.#aside) this.#comeBack();
    if (what.seriesId !== undefined && pane.series.value?.id === what.seriesId && pane.phase.value.kind !== "trouble") return;
    this.#opening.abort();
    this.#opening = new AbortController();
    const { signal: open } = this.#opening;
    this.#load().catch(() => undefined); // on its way while we still ask what there is to draw
    try {
      if (what.seriesId !== undefined) await this.#openSeries(pane, what.seriesId, open);
      else if (what.studyId !== undefined) {
        pane.phase.value = { kind: "opening" };
        const { items } = await seriesPage({ study: what.studyId, limit: 1000 }, open);
        this.strip.value = items;
        const first = items.find((one) => one.rows !== null) ?? items[0];
        if (first === undefined) pane.phase.value = { kind: "empty" };
        else onSeries(first.id); // comes back as a series
      }
    } catch (error) {
      if (!open.aborted && !isAbort(error)) pane.fail(troubleOf(error));
    }
  }

  async #openSeries(pane: Pane, id: string, open: AbortSignal): Promise<void> {
    const first = this.panes.value.every((one) => one.series.value === undefined);
    const planes = (series: Series): void => {
      if (first && !open.aborted) this.#beginPlanes(series);
    };
    const series = await pane.open(id, planes);
    if (series === undefined || open.aborted) return;
    if (series.id !== id) this.#onSeries(series.id); // a mask: its images are what is shown
    if (!this.strip.value.some((one) => one.study.id === series.study.id)) {
      this.strip.value = (await seriesPage({ study: series.study.id, limit: 1000 }, open)).items;
    }
    if (!first) return;
    await this.#calm(open);
    const { items } = await seriesPage({ patient: series.study.patient.id, limit: 1000 }, open);
    this.#addOthers(items);
    this.#hang(series);
  }

  /** When there is nothing else to do: the next series of the study, as much of it as takes little of the memory. */
  async #lookAhead(pane: Pane): Promise<void> {
    const next = this.neighbour(1);
    if (next?.rows === null || next?.state !== "online" || this.#seen.has(next.id)) return;
    this.#seen.add(next.id);
    const { signal: open } = this.#opening;
    await this.#planesStand(open);
    if (open.aborted) {
      this.#seen.delete(next.id);
      return;
    }
    const asked = images(next.id); // not given up with what is at hand: whoever opens it takes it over
    asked.catch(() => this.#ahead.delete(next.id));
    this.#ahead.set(next.id, asked);
    try {
      const [engine, { series, instances }] = await Promise.all([this.#load(), asked]);
      const stacks = stacksOf(framesOf(instances));
      // one after the other, so that what is asked for now never waits; and not when one has gone on
      await engine.warm(series, stacks[mainPart(stacks)]?.frames ?? [], () => !open.aborted && this.active.value === pane);
    } catch {
      // whoever opens it is told why
    }
  }

  /** When the planes that one waits for stand there, if the layout has any. */
  #planesStand(open: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const stop = effect(() => {
        const desk = this.desk.value;
        if (desk === undefined || desk.refused.value || desk.cells.every((cell) => desk.drawn.value.has(cell))) resolve();
      });
      const end = (): void => {
        stop();
        resolve();
      };
      open.addEventListener("abort", end, { once: true });
    });
  }

  /** When the image that one waits for stands there. */
  #calm(open: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const stop = effect(() => {
        if (this.calm.value) resolve();
      });
      open.addEventListener("abort", () => {
        stop();
        reject(new DOMException("left", "AbortError"));
      });
    });
  }

  /** Series of the person's other studies come behind those of the study at hand, the newest first. */
  #addOthers(all: readonly Series[]): void {
    const here = this.strip.value;
    const studies = new Set(here.map((one) => one.study.id));
    const others = all.filter((one) => !studies.has(one.study.id));
    const newestFirst = [...others].sort((a, b) => (a.study.date === b.study.date ? 0 : a.study.date < b.study.date ? 1 : -1));
    this.strip.value = [...here, ...newestFirst];
  }

  /** The layout that the person chose for this modality, else the customary one, and what goes beside the opened series. */
  #hang(series: Series): void {
    const kept = recall(`layout.${series.modality}`, LAYOUT_NAMES);
    const layout = kept ?? layoutFor(series, this.strip.value);
    if (layout !== this.layout.peek()) this.#arrange(layout, hang(series, this.strip.value, layout));
  }

  /** Planes need nothing of other series: when they are the person's choice, their frames are asked for at once. */
  #beginPlanes(series: Series): void {
    const kept = recall(`layout.${series.modality}`, LAYOUT_NAMES);
    if (kept !== undefined && layoutOf(kept).volume !== undefined) this.#arrange(kept, []);
  }

  /** Another page comes before one's eyes: all stays as it is, and nothing more is asked for. */
  stepAside(): void {
    this.#aside = true;
    this.measured.flush();
    for (const pane of this.panes.value) pane.rest();
  }

  #comeBack(): void {
    this.#aside = false;
    for (const pane of this.panes.value) pane.goOn();
  }

  close(): void {
    this.#opening.abort();
    this.measured.flush();
    this.desk.value?.dispose();
    for (const pane of this.panes.value) pane.dispose();
    forgetSources();
    void this.#engine?.then(({ clearShelf }) => {
      if (made === this.#made) clearShelf(); // unless another viewer has opened meanwhile
    });
  }

  // -- viewports ------------------------------------------------------------------------------------------------

  chooseLayout(layout: LayoutName): void {
    const series = this.active.value.series.value;
    if (series !== undefined) remember(`layout.${series.modality}`, layout);
    const pane = this.active.value;
    const count = cellsOf(layoutOf(layout));
    if (count < this.panes.value.length) {
      // the viewport at hand stays
      const first = this.panes.value.slice(0, count);
      this.#arrange(layout, [], first.includes(pane) ? first : [...first.slice(0, -1), pane]);
      return;
    }
    const shown = this.panes.value.map((one) => one.series.value?.id);
    const proposed = series === undefined ? [] : hang(series, this.strip.value, layout).filter((one) => !shown.includes(one?.id));
    this.#arrange(layout, [...shown.map(() => undefined), ...proposed]);
  }

  /** An earlier study of the same region beside this one. */
  compare(): void {
    const [prior] = this.priors();
    if (prior === undefined) return;
    const pane = this.active.value;
    this.#arrange("1x2", [undefined, prior], [pane]);
    this.linked.value = true;
  }

  priors(): readonly Series[] {
    const series = this.active.value.series.value;
    return series === undefined ? [] : priorsOf(series, this.strip.value);
  }

  /** Have as many viewports as a layout wants; new ones open what is proposed for their place. */
  #arrange(layout: LayoutName, proposed: readonly (Series | undefined)[], keep = this.panes.value): void {
    const count = cellsOf(layoutOf(layout));
    const kept = keep.slice(0, count);
    const active = this.active.value;
    for (const pane of this.panes.value) if (!kept.includes(pane)) pane.dispose();
    const highest = Math.max(...this.panes.value.map(({ id }) => id));
    const added = Array.from({ length: count - kept.length }, (_, index) => new Pane(highest + 1 + index, this.#host));
    batch(() => {
      this.layout.value = layout;
      this.panes.value = [...kept, ...added];
      this.#at.value = Math.max(0, this.panes.value.indexOf(active));
      this.#lay(layout);
    });
    // their elements are there after the next drawing
    requestAnimationFrame(() => {
      added.forEach((pane, index) => {
        const series = proposed[kept.length + index];
        if (series !== undefined && this.panes.value.includes(pane)) void pane.open(series.id).then(() => {
          this.#offsets.delete(pane);
        });
      });
    });
  }

  /** A desk of its own for each layout of planes. */
  #lay(layout: LayoutName): void {
    this.desk.peek()?.dispose();
    const { volume } = layoutOf(layout);
    const [pane] = this.panes.peek();
    const cells = volume?.filter((cell) => cell !== "stack");
    this.desk.value = cells === undefined || pane === undefined ? undefined : new Desk(pane, cells, () => this.#load(), volume?.includes("stack") === true);
  }

  /** Show the plane in which something was measured; planes are laid out where there are none. */
  goToPlane(one: Measurement): void {
    const wanted = one.plane?.name;
    if (wanted === undefined) return;
    if (this.desk.peek()?.cells.includes(wanted) !== true) this.chooseLayout("mpr");
    this.desk.peek()?.goTo(one);
  }

  /** An act on what is at hand: the planes, or the stack. */
  act(name: Parameters<Pane["act"]>[0]): void {
    const desk = this.desk.value;
    if (desk?.refused.value !== false || !["fit", "reset"].includes(name)) this.active.value.act(name);
    else if (name === "fit") desk.fit();
    else desk.resetAll();
  }

  /** Take a viewport in hand; the address follows what it shows. */
  activate(pane: Pane): void {
    const at = this.panes.value.indexOf(pane);
    if (at < 0 || at === this.#at.value) return;
    this.#at.value = at;
    this.#offsets = new WeakMap();
    const id = pane.series.value?.id;
    if (id !== undefined) this.#onSeries(id);
  }

  /** Put a series into a viewport, as by dragging it there. */
  async drop(pane: Pane, seriesId: string): Promise<void> {
    this.activate(pane);
    this.#offsets = new WeakMap();
    const series = await pane.open(seriesId);
    if (this.active.value === pane) this.#onSeries(series?.id ?? seriesId);
  }

  /** Open a series at one of its images, in the viewport at hand. */
  async turnTo(seriesId: string, sopInstanceUid: string, frame = 1): Promise<void> {
    const pane = this.active.value;
    await this.drop(pane, seriesId);
    await pane.showImage(sopInstanceUid, frame);
  }

  nextPane(): void {
    const panes = this.panes.value;
    const next = panes[(panes.indexOf(this.active.value) + 1) % panes.length];
    if (next !== undefined) this.activate(next);
  }

  toggleLinked(): void {
    this.linked.value = !this.linked.value;
    this.#offsets = new WeakMap();
    if (this.linked.value) this.#lead(this.active.value);
  }

  /** The others go where the leading viewport is: to the same place of one space, else as far on as it has gone. */
  #lead(leader: Pane): void {
    const frame = leader.frame.value;
    if (!this.linked.value || frame?.plane === undefined) return;
    const { normal } = frame.plane;
    const here = along(frame, normal);
    if (here === undefined) return;
    for (const pane of this.panes.value) if (pane !== leader) this.#follow(pane, frame, normal, here);
  }

  #follow(pane: Pane, frame: Frame, normal: Vec3, here: number): void {
    const now = pane.frames.value[pane.target.value];
    const stack = pane.stack.value;
    if (now === undefined || stack === undefined || !parallel(frame, now)) return;
    const there = along(now, normal);
    if (there === undefined) return;
    let offset = 0;
    if (!sameSpace(frame, now)) {
      offset = this.#offsets.get(pane) ?? there - here;
      this.#offsets.set(pane, offset);
    }
    const begin = pane.at(pane.target.value).phase * stack.slices;
    const slice = nearestAlong(stack.frames.slice(begin, begin + stack.slices), normal, here + offset);
    if (slice !== undefined && begin + slice !== pane.target.value) void pane.show(begin + slice);
  }

  /** The series before or after the one at hand, of the same study. */
  neighbour(step: 1 | -1): Series | undefined {
    const series = this.active.value.series.value;
    const siblings = this.strip.value.filter((one) => one.study.id === series?.study.id);
    let at = siblings.findIndex((one) => one.id === series?.id) + step;
    while (this.over.isLaid(siblings[at])) at += step; // it would lead back to its images
    return siblings[at];
  }

  chooseTool(tool: Tool): void {
    this.tool.value = tool;
  }

  /** Delete what is chosen of the measurements. */
  deleteMeasured(): void {
    const [id, chosen] = [this.active.value.series.value?.id, this.measured.selected.value];
    if (id !== undefined && chosen !== undefined) this.measured.remove(id, chosen);
  }

  undo(): void {
    const id = this.active.value.series.value?.id;
    if (id !== undefined) this.measured.undo(id);
  }

  redo(): void {
    const id = this.active.value.series.value?.id;
    if (id !== undefined) this.measured.redo(id);
  }

  /** Give up what is being drawn, let go of what is chosen, put the tool away; false when there was nothing of these. */
  escape(): boolean {
    if (this.measured.drawing.value) this.measured.drawing.value = false;
    else if (this.measured.selected.value !== undefined) this.measured.selected.value = undefined;
    else if (isKind(this.tool.value)) this.tool.value = "window";
    else return false;
    return true;
  }
}
