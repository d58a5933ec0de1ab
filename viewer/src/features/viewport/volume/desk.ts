/** What a layout of planes (and of the solid) works on: one volume, where it is cut, and how that is seen. */
import { batch, computed, effect, type ReadonlySignal, signal } from "@preact/signals";

import type { Frame } from "../../../core/frames.ts";
import { dot, type Vec3 } from "../../../core/geometry.ts";
import { nearestAlong } from "../../../core/linking.ts";
import type { Measurement } from "../../../core/measure.ts";
import {
  type Aim,
  type Cross,
  customary,
  fitted,
  middleOf,
  movedTo,
  panned,
  type PlaneName,
  PLANES,
  scrolled,
  type Size,
  type Slab,
  through,
  turned,
  zoomed,
} from "../../../core/mpr.ts";
import { crossAt } from "../../../core/planeMeasure.ts";
import { type Flaw, type Grid, isTilted, uprightGrid, volumeOf } from "../../../core/volume.ts";
import { rangeOf } from "../../../core/window.ts";
import { isAbort } from "../../../io/http.ts";
import type * as Engine from "../engine/index.ts";
import type { Cell, VolumeView } from "../engine/index.ts";
import type { Pane } from "../pane.ts";
import { type Trouble, troubleOf } from "../problems.ts";
import { Solid } from "./solid.ts";

export type DeskPhase =
  | { readonly kind: "waiting" }
  | { readonly kind: "loading"; readonly loaded: number; readonly total: number }
  | { readonly kind: "ready" }
  | { readonly kind: "flaw"; readonly flaw: Flaw; readonly count: number }
  | { readonly kind: "noWebgl" }
  | { readonly kind: "trouble"; readonly trouble: Trouble };

/** A notch of a wheel or a key turns the lines by so much. */
export const TURN = (5 * Math.PI) / 180;

export class Desk {
  readonly phase = signal<DeskPhase>({ kind: "waiting" });
  /** The grid as it is drawn: of a tilted gantry the upright one. */
  readonly grid = signal<Grid | undefined>(undefined);
  /** The grid as it was scanned, which values are read from. */
  readonly scanned = signal<Grid | undefined>(undefined);
  readonly cross = signal<Cross | undefined>(undefined);
  readonly aims = signal<Readonly<Partial<Record<PlaneName, Aim>>>>({});
  readonly slab = signal<Slab>({ mode: "mip", thickness: 0 });
  /** Whether the lines of the other planes are drawn. */
  readonly lines = signal(true);
  readonly active = signal<Cell>("axial");
  /** Cells that have been drawn whole, for those who wait. */
  readonly drawn = signal<ReadonlySet<Cell>>(new Set());
  readonly software = signal(false);
  readonly solid = new Solid(
    () => this.software.peek(),
    () => this.size("solid"),
  );
  /** The planes cannot be drawn: the stack stands in their place. */
  readonly refused: ReadonlySignal<boolean> = computed(() => ["flaw", "noWebgl", "trouble"].includes(this.phase.value.kind));

  readonly #attached = signal(0);
  readonly #elements = new Map<Cell, HTMLDivElement>();
  readonly #stops: (() => void)[] = [];
  readonly #engine: () => Promise<typeof Engine>;
  /** Its frames are on their way, or there. */
  #coming: VolumeView | undefined;
  /** When they are all there. */
  #view: VolumeView | undefined;
  /** Whether the planes are seen as {@link fit} left them. */
  #fitted = true;
  #work = new AbortController();
  /** What is to be gone to once there are planes. */
  wanted: Pick<Measurement, "plane" | "points"> | undefined;

  constructor(
    readonly pane: Pane,
    readonly cells: readonly Cell[],
    engine: () => Promise<typeof Engine>,
    /** Whether the stack is one of the cells. */
    readonly shown: boolean,
  ) {
    this.#engine = engine;
    this.active.value = cells[0] ?? "axial";
    /** Of a fourth dimension the phase at hand. */
    const frames = computed((): readonly Frame[] => {
      const stack = pane.stack.value;
      if (stack === undefined) return [];
      const { phase } = pane.at(pane.target.value);
      return phasesOf(stack.frames, stack.slices)[phase] ?? [];
    });
    this.#stops.push(
      effect(() => {
        void this.#begin(frames.value);
      }),
      effect(() => {
        this.#applyWindow();
      }),
    );
  }

  get view(): VolumeView | undefined {
    return this.#view;
  }

  /** The element that a cell is drawn on; undefined takes it away. */
  attach(cell: Cell, element: HTMLDivElement | undefined): void {
    if (element === undefined) this.#elements.delete(cell);
    else this.#elements.set(cell, element);
    this.#attached.value += 1;
  }

  /** Wait until all cells have their elements: the page is drawn later than the layout is chosen. */
  #laid(open: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const stop = effect(() => {
        if (this.#attached.value >= 0 && this.cells.every((cell) => this.#elements.has(cell))) resolve();
      });
      open.addEventListener("abort", () => {
        stop();
        resolve();
      });
    });
  }

  async #begin(frames: readonly Frame[]): Promise<void> {
    this.#drop();
    const { signal: open } = this.#work;
    const series = this.pane.series.peek();
    if (frames.length === 0 || series === undefined) return;
    try {
      const engine = await this.#engine();
      if (left(open)) return;
      if (!engine.canDrawVolumes()) {
        this.phase.value = { kind: "noWebgl" };
        return;
      }
      const judged = volumeOf(frames, engine.VOLUME_BYTES);
      if (!("grid" in judged)) {
        this.phase.value = { kind: "flaw", flaw: judged.flaw, count: judged.count ?? 0 };
        return;
      }
      const { grid } = judged;
      const total = grid.frames.length;
      this.phase.value = { kind: "loading", loaded: 0, total };
      // the viewports are begun while the frames are on their way, and take them as they come
      const view = this.#laid(open).then(() => (left(open) ? undefined : this.#makeView(engine, grid)));
      view.catch(() => undefined); // heard of below, unless a frame fails first
      const told = progress((loaded) => (this.phase.value = { kind: "loading", loaded, total }));
      const take = (loaded: number): void => {
        told(loaded);
        this.#coming?.take();
      };
      await engine.loadFrames(series, grid, take, open);
      const made = await view;
      await made?.complete();
      if (made !== undefined && !left(open)) this.#draw(made, grid);
    } catch (error) {
      if (!left(open) && !isAbort(error)) this.phase.value = { kind: "trouble", trouble: troubleOf(error) };
    }
  }

  #makeView({ VolumeView: View }: typeof Engine, grid: Grid): VolumeView {
    const elements = this.cells.flatMap((cell) => {
      const element = this.#elements.get(cell);
      return element === undefined ? [] : [[cell, element] as const];
    });
    this.#coming = new View(grid, new Map(elements), {
      onDrawn: (cell) => {
        if (this.phase.peek().kind === "ready" && !this.drawn.peek().has(cell)) this.drawn.value = new Set([...this.drawn.peek(), cell]);
      },
      onResize: (cell) => {
        this.#resized(cell);
      },
    });
    this.software.value = this.#coming.inSoftware;
    return this.#coming;
  }

  /** All frames are there: they are looked at. */
  #draw(view: VolumeView, grid: Grid): void {
    this.#view = view;
    const upright = isTilted(grid) ? uprightGrid(grid) : grid;
    batch(() => {
      this.grid.value = upright;
      this.scanned.value = grid;
      this.cross.value = customary(upright);
      this.phase.value = { kind: "ready" };
    });
    this.#leadStack(middleOf(upright));
    this.#applyWindow();
    view.setSlab(this.slab.peek());
    this.fit();
    const { wanted } = this;
    this.wanted = undefined;
    if (wanted !== undefined) this.goTo(wanted);
    if (view.has("solid")) this.solid.begin(view, upright, this.pane.series.peek()?.modality ?? "");
  }

  #drop(): void {
    this.#work.abort();
    this.#work = new AbortController();
    this.solid.end();
    this.#coming?.dispose();
    this.#coming = undefined;
    this.#view = undefined;
    batch(() => {
      this.phase.value = { kind: "waiting" };
      this.grid.value = undefined;
      this.scanned.value = undefined;
      this.cross.value = undefined;
      this.aims.value = {};
      this.drawn.value = new Set();
    });
  }

  dispose(): void {
    for (const stop of this.#stops) stop();
    this.#drop();
  }

  // -- what is seen ---------------------------------------------------------------------------------------------

  /** The window is the stack's, so that all viewports have one and the same. */
  #applyWindow(): void {
    const facts = this.pane.facts.value;
    if (this.phase.value.kind !== "ready" || facts?.window === undefined) return;
    this.#view?.setWindow(rangeOf(facts.window), facts.whiteLow);
    this.solid.setWindow(rangeOf(facts.window));
  }

  size(cell: Cell): Size {
    const element = this.#elements.get(cell);
    return { width: Math.max(1, element?.clientWidth ?? 1), height: Math.max(1, element?.clientHeight ?? 1) };
  }

  /** Show a plane in another way, or at another place. */
  #aim(name: PlaneName, aim: Aim): void {
    this.aims.value = { ...this.aims.peek(), [name]: aim };
    if (this.#view?.has(name) === true) this.#view.aim(name, aim);
  }

  /** The planes go where the cross is now. */
  #follow(next: Cross): void {
    batch(() => {
      this.cross.value = next;
      for (const name of PLANES) {
        const before = this.aims.peek()[name];
        if (before !== undefined) this.#aim(name, through({ ...before, ...next.views[name] }, next.center));
      }
    });
    this.#leadStack(next.center);
  }

  /** The stack beside the planes shows its slice through the cross. */
  #leadStack(center: Vec3): void {
    const { pane } = this;
    const stack = pane.stack.peek();
    const normal = stack?.frames[0]?.plane?.normal;
    if (stack === undefined || normal === undefined || !this.shown) return;
    const begin = pane.at(pane.target.peek()).phase * stack.slices;
    const slice = nearestAlong(stack.frames.slice(begin, begin + stack.slices), normal, dot(normal, center));
    if (slice !== undefined && begin + slice !== pane.target.peek()) void pane.show(begin + slice);
  }

  fit(): void {
    const [grid, at] = [this.grid.peek(), this.cross.peek()];
    if (grid === undefined || at === undefined) return;
    this.#fitted = true;
    batch(() => {
      for (const name of PLANES) if (this.#view?.has(name) === true) this.#aim(name, through(fitted(grid, at.views[name], middleOf(grid), this.size(name)), at.center));
    });
  }

  #resized(cell: Cell): void {
    if (this.phase.peek().kind !== "ready") return;
    if (cell === "solid") {
      this.solid.resized();
      return;
    }
    const aim = this.aims.peek()[cell];
    if (this.#fitted) this.fit();
    else if (aim !== undefined) this.#aim(cell, aim);
  }

  reset(): void {
    const grid = this.grid.peek();
    if (grid === undefined) return;
    this.#follow(customary(grid));
    this.solid.look("A");
    this.setSlab({ mode: "mip", thickness: 0 });
    this.fit();
  }

  setSlab(slab: Slab): void {
    this.slab.value = slab;
    this.#view?.setSlab(slab);
    for (const [name, aim] of Object.entries(this.aims.peek())) this.#aim(name as PlaneName, aim);
  }

  scroll(name: PlaneName, slices: number): void {
    const [grid, at] = [this.grid.peek(), this.cross.peek()];
    if (grid !== undefined && at !== undefined) this.#follow(scrolled(at, grid, name, slices));
  }

  moveTo(place: Vec3): void {
    const [grid, at] = [this.grid.peek(), this.cross.peek()];
    if (grid !== undefined && at !== undefined) this.#follow(movedTo(at, grid, place));
  }

  /** Show the plane in which something was measured, at once or when there is something to show. */
  goTo(one: Pick<Measurement, "plane" | "points">): void {
    const [at, plane] = [this.cross.peek(), one.plane];
    if (plane === undefined || plane === null) return;
    if (at === undefined) this.wanted = one;
    else {
      this.active.value = plane.name;
      this.#follow(crossAt(at, plane, one.points));
    }
  }

  turn(on: PlaneName, angle: number): void {
    const at = this.cross.peek();
    if (at !== undefined) this.#follow(turned(at, on, angle));
  }

  zoom(name: PlaneName, factor: number, point?: readonly [number, number]): void {
    const aim = this.aims.peek()[name];
    this.#fitted = false;
    if (aim !== undefined) this.#aim(name, zoomed(aim, this.size(name), factor, point));
  }

  pan(name: PlaneName, by: readonly [number, number]): void {
    const aim = this.aims.peek()[name];
    this.#fitted = false;
    if (aim !== undefined) this.#aim(name, panned(aim, this.size(name), by));
  }

  /** Window by dragging, in the same shares as on a stack. */
  dragWindow(across: number, down: number): void {
    const window = this.pane.facts.peek()?.window;
    if (window === undefined) return;
    const width = window.width * Math.exp(across / WIDENS);
    this.pane.setWindow({ ...(window.exact === true ? { exact: true } : {}), width, center: window.center + (down / SHIFTS) * width });
  }

  next(): void {
    const { cells } = this;
    this.active.value = cells[(cells.indexOf(this.active.peek()) + 1) % cells.length] ?? "axial";
  }

  /** A key that means something here; answers whether it does. */
  press(key: string): boolean {
    const name = this.active.peek();
    if (this.phase.peek().kind !== "ready") return false;
    if (key === "f") this.fit();
    else if (key === "r") this.resetAll();
    else if (key === "n") this.next();
    else if (key === "x") this.lines.value = !this.lines.peek();
    else return name === "solid" ? this.#pressSolid(key) : this.#pressPlane(name, key);
    return true;
  }

  #pressPlane(name: PlaneName, key: string): boolean {
    if (STEPS[key] !== undefined) this.scroll(name, STEPS[key]);
    else if (ZOOMS[key] !== undefined) this.zoom(name, ZOOMS[key]);
    else if (TURNS[key] !== undefined) this.turn(name, TURNS[key]);
    else return false;
    return true;
  }

  #pressSolid(key: string): boolean {
    const turn = ARROWS[key];
    if (turn !== undefined) this.solid.turn(turn);
    else if (ZOOMS[key] !== undefined) this.solid.zoom(ZOOMS[key]);
    else return false;
    return true;
  }

  resetAll(): void {
    this.pane.act("reset");
    this.reset();
  }
}

/** Whether one has gone on meanwhile. */
const left = (open: AbortSignal): boolean => open.aborted;

/** As on a stack (engine/tools.ts). */
const WIDENS = 220;
const SHIFTS = 400;
const LAST = 1e6;
const STEPS: Readonly<Record<string, number>> = { ArrowUp: -1, ArrowDown: 1, PageUp: -10, PageDown: 10, Home: -LAST, End: LAST };
const ZOOMS: Readonly<Record<string, number>> = { "+": 1.25, "=": 1.25, "-": 0.8 };
/** CSS pixels, as if the thing were dragged so far: some 10°. */
const ARROWS: Readonly<Record<string, readonly [number, number]>> = { ArrowLeft: [-24, 0], ArrowRight: [24, 0], ArrowUp: [0, -24], ArrowDown: [0, 24] };
const TURNS: Readonly<Record<string, number>> = { "[": -TURN, "]": TURN };

/** While a volume loads its state is told a few times in a second; each time costs a drawing of the page. */
const TELL_MS = 250;

function progress(tell: (loaded: number) => void): (loaded: number) => void {
  let told = performance.now();
  return (loaded) => {
    const now = performance.now();
    if (now - told < TELL_MS) return;
    told = now;
    tell(loaded);
  };
}

const phases = new WeakMap<readonly Frame[], readonly (readonly Frame[])[]>();

/** The same arrays each time, so that a volume is not made anew for another slice of its own phase. */
function phasesOf(frames: readonly Frame[], slices: number): readonly (readonly Frame[])[] {
  let known = phases.get(frames);
  if (known === undefined) {
    const count = Math.ceil(frames.length / Math.max(1, slices));
    known = Array.from({ length: count }, (_, phase) => frames.slice(phase * slices, (phase + 1) * slices));
    phases.set(frames, known);
  }
  return known;
}
