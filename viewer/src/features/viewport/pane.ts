/** One viewport: the series in it, where one is in that, and how it is seen. */
import { batch, computed, type ReadonlySignal, signal } from "@preact/signals";

import { decodedBytes } from "../../core/decoding.ts";
import { cineRate, type Frame, frameKey, framesOf, mayBeUneven, meanRate, staying } from "../../core/frames.ts";
import type { Display, Series, SeriesImage, SeriesImages } from "../../core/model.ts";
import { room } from "../../core/nearest.ts";
import { type Stack, stacksOf } from "../../core/stacks.ts";
import { type GreyWindow, type Preset, presetsOf } from "../../core/window.ts";
import { isAbort } from "../../io/http.ts";
import { Background, Load } from "./background.ts";
import type * as Engine from "./engine/index.ts";
import type { PixelValues, PresentedView, StackView, ViewFacts } from "./engine/index.ts";
import { Player } from "./player.ts";
import { type Trouble, troubleOf } from "./problems.ts";
import { dropRequests, fetchAhead, fetchDisplay } from "./source.ts";

export type Phase =
  | { readonly kind: "idle" }
  | { readonly kind: "opening" }
  | { readonly kind: "open"; readonly series: Series; readonly stacks: readonly Stack[]; readonly part: number }
  | { readonly kind: "noPixels"; readonly series: Series; readonly instances: readonly SeriesImage[] }
  | { readonly kind: "empty" }
  | { readonly kind: "trouble"; readonly trouble: Trouble };

/** What a viewport needs of the viewer around it. */
export interface PaneHost {
  /** The part that draws, fetched when it is first needed. */
  readonly engine: () => Promise<typeof Engine>;
  /** How many viewports share the memory. */
  readonly share: () => number;
  /** Image `index` of the pane stands on the screen, or will not: others may be asked for. */
  readonly onDrawn: (pane: Pane) => void;
  readonly onCalm: () => void;
  /** All images of the pane that fit are in memory. */
  readonly onIdle: (pane: Pane) => void;
  /** All that is needed to show a series; it may have been asked for before. */
  readonly images: (seriesId: string, open: AbortSignal) => Promise<SeriesImages>;
  /** The series that a mask or outlines lie over, where it is here: that is what is opened. */
  readonly liesOver: (series: Series, instances: readonly SeriesImage[]) => Promise<string | undefined>;
  /** Whether another viewport shows this series, too: then its requests are not to be dropped. */
  readonly shownElsewhere: (pane: Pane, seriesId: string) => boolean;
}

/** How far one drags for one image, at most; less when there are many. */
const DRAG_STEP = 14;
const TELLING_MS = 250;

export class Pane {
  readonly phase = signal<Phase>({ kind: "idle" });
  /** The image that is asked for, and the one that stands on the screen: -1 for none. */
  readonly target = signal(0);
  readonly drawn = signal(-1);
  readonly trouble = signal<Trouble | undefined>(undefined);
  readonly facts = signal<ViewFacts | undefined>(undefined);
  /** How each image stands in memory; a new array at each change. */
  readonly loads = signal<Uint8Array>(new Uint8Array(0));
  /** Tables, overlays and calibrations of the image on the screen, once they are known. */
  readonly display: ReadonlySignal<Display | undefined> = computed(() => {
    const asked = this.#asked.value;
    return this.#drawnBy.value ?? (asked?.of === this.frame.value?.image.id ? asked?.display : undefined);
  });
  /** The factor from values of PET to uptake, of the image that stood on the screen first; undefined where there is none. */
  readonly uptake = signal<number | undefined>(undefined);
  /** Whether a program and not a graphics card draws; known with the first image. */
  readonly inSoftware = signal(false);
  readonly player = new Player(
    (step) => {
      this.#play(step);
    },
    () => this.stays(),
  );
  readonly stack: ReadonlySignal<Stack | undefined> = computed(() => {
    const phase = this.phase.value;
    return phase.kind === "open" ? phase.stacks[phase.part] : undefined;
  });
  readonly frames: ReadonlySignal<readonly Frame[]> = computed(() => this.stack.value?.frames ?? []);
  readonly series: ReadonlySignal<Series | undefined> = computed(() => {
    const phase = this.phase.value;
    return phase.kind === "open" || phase.kind === "noPixels" ? phase.series : undefined;
  });
  /** The frame on the screen. */
  readonly frame: ReadonlySignal<Frame | undefined> = computed(() => this.frames.value[this.drawn.value]);
  /** What stands on the screen, for those who hold it against the file: instance, frame, window, place of its pixels. */
  readonly seen: ReadonlySignal<string | undefined> = computed(() => {
    const [frame, facts] = [this.frame.value, this.facts.value];
    return frame === undefined || facts === undefined ? undefined : seenOf(frame, facts);
  });

  /** What the image on the screen was drawn by; and what was asked for to measure on one, which stays while one moves and zooms. */
  readonly #drawnBy = signal<Display | undefined>(undefined);
  readonly #asked = signal<{ readonly of: string; readonly display: Display | undefined } | undefined>(undefined);
  readonly #host: PaneHost;
  /** Whether the file has said how fast its images go. */
  #paced = false;
  readonly #background = new Background({
    load: async (index) => this.#stack?.load(index),
    onChange: (states) => {
      this.#tell(states);
    },
    onIdle: () => {
      this.#host.onIdle(this);
    },
  });
  readonly #left = new Map<string, number>();
  #element: HTMLDivElement | undefined;
  #stack: StackView | undefined;
  #opening = new AbortController();
  #dragged = 0;
  #states: Uint8Array = new Uint8Array(0);
  #telling: ReturnType<typeof setTimeout> | undefined;
  /** What the archive said of the series. */
  #told: SeriesImages | undefined;

  constructor(
    readonly id: number,
    host: PaneHost,
  ) {
    this.#host = host;
  }

  /** How images stand is told a few times in a second: each time costs a drawing of the page. Another stack, at once. */
  #tell(states: Uint8Array): void {
    this.#states = states;
    if (states.length !== this.loads.peek().length) {
      this.loads.value = Uint8Array.from(states);
      return;
    }
    if (this.#telling !== undefined) return;
    this.#telling = setTimeout(() => {
      this.#telling = undefined;
      if (this.#states.length === this.loads.peek().length) this.loads.value = Uint8Array.from(this.#states);
    }, TELLING_MS);
  }

  // -- opening and closing --------------------------------------------------------------------------------------

  /** The element that images are drawn on. */
  attach(element: HTMLDivElement): void {
    this.#element = element;
  }

  /** Begin anew with a series; answers it when it could be opened. `onFound` hears of it before anything is made of it. */
  async open(seriesId: string, onFound?: (series: Series) => void): Promise<Series | undefined> {
    this.leave();
    this.phase.value = { kind: "opening" };
    const { signal: open } = this.#opening;
    try {
      return await this.#openSeries(seriesId, open, onFound);
    } catch (error) {
      if (open.aborted || isAbort(error)) return undefined;
      this.fail(troubleOf(error));
      return undefined;
    }
  }

  fail(trouble: Trouble): void {
    this.phase.value = { kind: "trouble", trouble };
    this.#host.onCalm();
  }

  async #openSeries(id: string, open: AbortSignal, onFound: ((series: Series) => void) | undefined): Promise<Series | undefined> {
    const told = await this.#host.images(id, open);
    const { series, instances } = told;
    const subject = await this.#host.liesOver(series, instances);
    open.throwIfAborted();
    if (subject !== undefined) return this.#openSeries(subject, open, onFound);
    this.#told = told;
    const stacks = stacksOf(framesOf(instances));
    if (stacks.length === 0) {
      this.phase.value = { kind: "noPixels", series, instances };
      this.#host.onCalm();
      return series;
    }
    onFound?.(series);
    void this.#openPart(series, stacks, mainPart(stacks), open);
    return series;
  }

  async #openPart(series: Series, stacks: readonly Stack[], part: number, open: AbortSignal): Promise<void> {
    const frames = stacks[part]?.frames ?? [];
    const at = Math.min(this.#left.get(place(series, part)) ?? 0, Math.max(0, frames.length - 1));
    const first = frames[at];
    if (first !== undefined) fetchAhead(series, first);
    batch(() => {
      this.phase.value = { kind: "open", series, stacks, part };
      this.target.value = at;
    });
    const rate = cineRate(frames);
    this.#paced = rate !== undefined && !frames.some(mayBeUneven);
    this.player.rate.value = rate ?? 10;
    if (!(await this.#startStack(series, frames, open))) return;
    await this.show(at);
    if (this.#opening.signal === open) this.#background.run();
  }

  /** Turn to another part of the series: another direction, clip or echo. */
  turnPart(part: number): void {
    const phase = this.phase.value;
    if (phase.kind !== "open" || phase.stacks[part] === undefined || phase.part === part) return;
    const { series, stacks } = phase;
    this.leave();
    void this.#openPart(series, stacks, part, this.#opening.signal);
  }

  /** Hand the frames to the engine; false when the series is not wanted any more. */
  async #startStack(series: Series, frames: readonly Frame[], open: AbortSignal): Promise<boolean> {
    let engine: typeof Engine;
    try {
      engine = await this.#host.engine();
    } catch {
      if (!open.aborted) this.fail("failed");
      return false;
    }
    if (open.aborted || this.#element === undefined) return false;
    const { StackView: View } = engine;
    this.#stack ??= this.#makeStack(View, this.#element);
    this.#stack.hold(series, frames);
    const largest = frames.reduce((most, frame) => Math.max(most, decodedBytes(frame.image)), 1);
    this.#background.hold(frames.length, room((View.cacheBytes * 0.9) / this.#host.share(), largest));
    return true;
  }

  #makeStack(View: typeof StackView, element: HTMLDivElement): StackView {
    return new View(element, {
      onDrawn: (index) => {
        const first = this.drawn.peek() < 0;
        this.drawn.value = index;
        if (first) this.inSoftware.value = this.#stack?.inSoftware === true;
        if (first) void this.#askMore();
        this.#host.onCalm();
        this.#host.onDrawn(this);
      },
      onView: (facts) => {
        batch(() => {
          this.facts.value = facts;
          this.#drawnBy.value = facts.display;
        });
        this.#pace();
      },
      onEvicted: (key) => {
        this.#background.mark(
          this.frames.value.findIndex((frame) => frameKey(frame) === key),
          Load.Absent,
        );
      },
      onScrollDrag: (pixels) => {
        this.#scrollDrag(pixels);
      },
    });
  }

  /** What belonged to the series at hand is let go; where one was in it is remembered. */
  leave(): void {
    const { value: phase } = this.phase;
    if (phase.kind === "open") {
      this.#left.set(place(phase.series, phase.part), this.target.value);
      if (!this.#host.shownElsewhere(this, phase.series.id)) dropRequests(phase.series);
    }
    this.#opening.abort();
    this.#opening = new AbortController();
    this.#background.stop();
    this.player.pause();
    batch(() => {
      this.phase.value = { kind: "idle" };
      this.drawn.value = -1;
      this.trouble.value = undefined;
      this.facts.value = undefined;
      this.#drawnBy.value = undefined;
      this.uptake.value = undefined;
      this.loads.value = new Uint8Array(0);
    });
  }

  /** Nobody looks for a while. */
  rest(): void {
    this.player.pause();
    this.#background.stop();
  }

  /** Somebody looks again: it goes on where it was, unless the series is another by now. */
  goOn(): void {
    const phase = this.phase.value;
    if (phase.kind !== "open") return;
    this.#background.run();
    void this.#lookAgain(phase.series.id);
  }

  async #lookAgain(seriesId: string): Promise<void> {
    const before = this.#told;
    const { signal: open } = this.#opening;
    const now = await this.#host.images(seriesId, open).catch(() => undefined);
    if (now !== undefined && !open.aborted && JSON.stringify(now) !== JSON.stringify(before)) {
      this.#stack?.forget();
      await this.open(seriesId);
    }
  }

  dispose(): void {
    this.leave();
    this.#stack?.dispose();
    this.#stack = undefined;
  }

  // -- going through the images ---------------------------------------------------------------------------------

  /** The phase and the slice of an index. */
  at(index: number): { readonly phase: number; readonly slice: number } {
    const slices = Math.max(1, this.stack.value?.slices ?? 1);
    return { phase: Math.floor(index / slices), slice: index % slices };
  }

  /** Show image `index`, or the nearest there is. */
  async show(index: number): Promise<void> {
    const stack = this.#stack;
    const to = Math.max(0, Math.min(this.frames.value.length - 1, Math.round(index)));
    batch(() => {
      // what was wrong with the image before is not said of this one
      if (to !== this.target.value) this.trouble.value = undefined;
      this.target.value = to;
    });
    this.#background.move(to);
    if (stack === undefined) return;
    try {
      if (!(await stack.show(to))) return;
      this.trouble.value = undefined;
      this.#background.mark(to, Load.Here);
    } catch (error) {
      if (this.target.value !== to || isAbort(error)) return;
      batch(() => {
        this.trouble.value = troubleOf(error);
        this.drawn.value = -1; // the image before must not stand there under the number of this one
      });
      this.#host.onCalm();
      this.#background.mark(to, Load.Failed);
    }
  }

  /** Show a frame by what its instance is called, wherever in the series it is. */
  async showImage(sopInstanceUid: string, number: number): Promise<void> {
    const phase = this.phase.value;
    if (phase.kind !== "open") return;
    const isIt = ({ image, number: n }: Frame): boolean => image.sop_instance_uid === sopInstanceUid && n === number;
    const part = phase.stacks.findIndex((stack) => stack.frames.some(isIt));
    if (part < 0) return;
    if (part !== phase.part) this.turnPart(part);
    await this.show(phase.stacks[part]?.frames.findIndex(isIt) ?? 0);
  }

  /** On by so many images, within the phase at hand. */
  step(images: number): void {
    this.player.pause();
    const slices = this.stack.value?.slices ?? 1;
    const { phase, slice } = this.at(this.target.value);
    void this.show(phase * slices + Math.max(0, Math.min(slices - 1, slice + images)));
  }

  /** On by so many echoes, points in time …, in the same place; around at the ends. */
  stepPhase(phases: number): void {
    const stack = this.stack.value;
    if (stack === undefined || stack.phases.length < 2) return;
    const { phase, slice } = this.at(this.target.value);
    const count = stack.phases.length;
    void this.show(((phase + phases + count) % count) * stack.slices + slice);
  }

  retry(): void {
    this.trouble.value = undefined;
    void this.show(this.target.value);
  }

  #scrollDrag(pixels: number): void {
    const height = this.#element?.clientHeight ?? 500;
    const perImage = Math.max(2, Math.min(DRAG_STEP, height / Math.max(1, this.stack.value?.slices ?? 1)));
    this.#dragged += pixels / perImage;
    const whole = Math.trunc(this.#dragged);
    this.#dragged -= whole;
    if (whole !== 0) this.step(whole);
  }

  /** A clip that only says when each of its frames came goes by these times. */
  #pace(): void {
    const rate = meanRate(this.display.value?.frame_times ?? []);
    if (this.#paced || rate === undefined) return;
    this.#paced = true;
    this.player.rate.value = rate;
  }

  /** Have what the file says of the pace of its clip, where the catalog does not know. */
  async learnPace(): Promise<void> {
    const frame = this.frame.peek();
    if (this.#paced || frame === undefined || !mayBeUneven(frame)) return;
    await this.haveDisplay();
    this.#pace();
  }

  /** For how long the frame at hand stays in a cine, against the mean of its clip. */
  stays(): number {
    const frame = this.frames.value[this.target.value];
    // what is known of the file on the screen holds for its frames alone
    const known = frame?.image.id === this.frame.value?.image.id ? this.display.value : undefined;
    return frame === undefined ? 1 : staying(frame, known?.frame_times ?? []);
  }

  /** The next image of a cine, when it is there; a film does not run ahead of its images. A fourth dimension goes first. */
  #play(step: number): void {
    const stack = this.stack.value;
    if (stack === undefined || stack.frames.length < 2 || this.drawn.value !== this.target.value) return;
    const now = this.target.value;
    const next = stack.phases.length > 1 ? (now + step * stack.slices) % stack.frames.length : (now + step) % stack.frames.length;
    if (this.#background.state(next) === Load.Coming) return;
    void this.show(next);
  }

  // -- the view -------------------------------------------------------------------------------------------------

  /** Windows of the file at hand, its tables among them. */
  fileWindows(): readonly GreyWindow[] {
    return this.drawn.value < 0 ? [] : (this.#stack?.fileWindows() ?? []);
  }

  fileWindow(number?: number): void {
    this.#stack?.setWindow(undefined, number);
  }

  setWindow(window: GreyWindow): void {
    this.#stack?.setWindow(window);
  }

  /** A window for the values at hand: nearly all, or all of them. */
  fitWindow(whole: boolean): void {
    this.#stack?.fitWindow(whole);
  }

  /** The values of the image on the screen. */
  pixels(): PixelValues | undefined {
    return this.drawn.value < 0 ? undefined : this.#stack?.pixels();
  }

  presets(): readonly Preset[] {
    const { value: phase } = this.phase;
    return phase.kind === "open" ? presetsOf(phase.series.modality, this.uptake.value) : [];
  }

  act(name: "fit" | "actualSize" | "turn" | "flip" | "reset" | "toggleInvert"): void {
    if (this.drawn.value >= 0) this.#stack?.[name]();
  }

  /** As a presentation state wants it; undefined: everything as it was. */
  present(view: PresentedView | undefined): void {
    if (this.drawn.value < 0) return;
    if (view === undefined) this.#stack?.reset();
    else this.#stack?.present(view);
  }

  zoomBy(factor: number): void {
    if (this.drawn.value >= 0) this.#stack?.zoomBy(factor);
  }

  /** Windows of PET are named by uptake, and a clip may go unevenly; it is no hurry, the image stands there already. */
  async #askMore(): Promise<void> {
    void this.learnPace();
    const [series, frame] = [this.series.peek(), this.frame.peek()];
    if (series?.modality !== "PT" || frame === undefined || this.uptake.peek() !== undefined) return;
    const found = await fetchDisplay(series, frame).catch(() => undefined);
    if (this.series.peek() === series) this.uptake.value = found?.uptake?.factor ?? undefined;
  }

  /** Calibrations and such of the frame at hand, for what is measured on it. */
  async haveDisplay(): Promise<void> {
    const [series, frame] = [this.series.value, this.frame.value];
    if (series === undefined || frame === undefined || this.display.value !== undefined) return;
    const display = await fetchDisplay(series, frame).catch(() => undefined);
    if (this.frame.value === frame) this.#asked.value = { of: frame.image.id, display };
  }
}

/** The fullest part is what one has come for; of localizers and clips the first. */
export const mainPart = (stacks: readonly Stack[]): number =>
  stacks.reduce((best, stack, index) => (stack.frames.length > 4 * (stacks[best]?.frames.length ?? 0) ? index : best), 0);

function seenOf({ image, number }: Frame, { window, whiteLow, place: at }: ViewFacts): string {
  const shape = window?.sigmoid === true ? "SIGMOID" : window?.exact === true ? "LINEAR_EXACT" : "LINEAR";
  return [image.id, number, whiteLow, shape, window?.center ?? NaN, window?.width ?? NaN, ...at].join(" ");
}

const place = (series: Series, part: number): string => `${series.id}/${part}`;
