/** What the viewer shows and does: its state as signals, its acts as methods. Drawn by SeriesView, moved by Cornerstone. */
import { batch, computed, type ReadonlySignal, signal } from "@preact/signals";

import { decodedBytes } from "../../core/decoding.ts";
import { cineRate, type Frame, frameKey, framesOf } from "../../core/frames.ts";
import type { Series } from "../../core/model.ts";
import { room } from "../../core/nearest.ts";
import { CT_PRESETS, type GreyWindow } from "../../core/window.ts";
import { images, series as seriesPage } from "../../io/api.ts";
import { isAbort } from "../../io/http.ts";
import { Background, Load } from "./background.ts";
import type * as Engine from "./engine/index.ts";
import type { StackView, ToolName, ViewFacts } from "./engine/index.ts";
import { Player } from "./player.ts";
import { type Trouble, troubleOf } from "./problems.ts";
import { dropRequests, fetchAhead } from "./source.ts";

export type Phase =
  | { readonly kind: "opening" }
  | { readonly kind: "open"; readonly series: Series; readonly frames: readonly Frame[] }
  | { readonly kind: "noPixels"; readonly series: Series }
  | { readonly kind: "empty" }
  | { readonly kind: "trouble"; readonly trouble: Trouble };

/** How far one drags for one image, at most; less when there are many. */
const DRAG_STEP = 14;

export class Viewer {
  readonly phase = signal<Phase>({ kind: "opening" });
  /** The series of the study, in the order of the archive. */
  readonly strip = signal<readonly Series[]>([]);
  /** The image that is asked for, and the one that stands on the screen: -1 for none. */
  readonly target = signal(0);
  readonly drawn = signal(-1);
  readonly trouble = signal<Trouble | undefined>(undefined);
  readonly facts = signal<ViewFacts | undefined>(undefined);
  readonly tool = signal<ToolName>("window");
  readonly corners = signal(true);
  readonly keysShown = signal(false);
  /** How each image stands in memory; a new array at each change. */
  readonly loads = signal<Uint8Array>(new Uint8Array(0));
  readonly player = new Player((step) => {
    this.#play(step);
  });
  /** Thumbnails may be asked for: the image that one waits for has been drawn, or will not be. */
  readonly calm = signal(false);
  readonly frames: ReadonlySignal<readonly Frame[]> = computed(() => (this.phase.value.kind === "open" ? this.phase.value.frames : []));

  readonly #background = new Background({
    load: async (index) => this.#stack?.load(index),
    onChange: (states) => {
      this.loads.value = Uint8Array.from(states);
    },
  });
  readonly #left = new Map<string, number>();
  #engine: Promise<typeof Engine> | undefined;
  #element: HTMLDivElement | undefined;
  #stack: StackView | undefined;
  #opening = new AbortController();
  #dragged = 0;

  // -- opening and closing --------------------------------------------------------------------------------------

  /** The element that images are drawn on. */
  attach(element: HTMLDivElement): void {
    this.#element = element;
  }

  /** Open a series; of a study its first with images. `onSeries` hears which. */
  async open(what: { readonly seriesId?: string; readonly studyId?: string }, onSeries: (id: string) => void): Promise<void> {
    this.#leaveSeries();
    // on its way while we still ask what there is to draw
    this.#engine ??= import("./engine/index.ts");
    this.#engine.catch(() => undefined);
    const { signal: open } = this.#opening;
    try {
      if (what.seriesId !== undefined) await this.#openSeries(what.seriesId, open);
      else if (what.studyId !== undefined) {
        const strip = await this.#loadStrip(what.studyId, open);
        const first = strip.find((one) => one.rows !== null) ?? strip[0];
        if (first === undefined) this.phase.value = { kind: "empty" };
        else onSeries(first.id); // comes back as a series
      }
    } catch (error) {
      if (open.aborted || isAbort(error)) return;
      batch(() => {
        this.phase.value = { kind: "trouble", trouble: troubleOf(error) };
        this.calm.value = true;
      });
    }
  }

  async #openSeries(id: string, open: AbortSignal): Promise<void> {
    const answer = await images(id, open);
    const frames = framesOf(answer.instances);
    const known = this.strip.value.some((one) => one.study.id === answer.series.study.id);
    const at = Math.min(this.#left.get(id) ?? 0, Math.max(0, frames.length - 1));
    const first = frames[at];
    if (first !== undefined) fetchAhead(first);
    const neighbours = known ? undefined : this.#loadStrip(answer.series.study.id, open);
    neighbours?.catch(() => undefined); // a strip that does not come leaves the viewer as it is
    if (first === undefined) {
      batch(() => {
        this.phase.value = { kind: "noPixels", series: answer.series };
        this.calm.value = true;
      });
      return;
    }
    batch(() => {
      this.phase.value = { kind: "open", series: answer.series, frames };
      this.target.value = at;
    });
    this.player.rate.value = cineRate(frames) ?? 10;
    if (!(await this.#startStack(answer.series, frames, open))) return;
    await this.show(at);
    if (this.#opening.signal === open) this.#background.run();
  }

  /** Hand the frames to the engine; false when the series is not wanted any more. */
  async #startStack(series: Series, frames: readonly Frame[], open: AbortSignal): Promise<boolean> {
    const engine = await this.#engine;
    if (engine === undefined || open.aborted || this.#element === undefined) return false;
    const { StackView: View } = engine;
    this.#stack ??= new View(this.#element, {
      onDrawn: (index) => {
        batch(() => {
          this.drawn.value = index;
          this.calm.value = true;
        });
      },
      onView: (facts) => {
        this.facts.value = facts;
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
    this.#stack.hold(series, frames);
    this.#stack.chooseTool(this.tool.value);
    const largest = frames.reduce((most, frame) => Math.max(most, decodedBytes(frame.image)), 1);
    this.#background.hold(frames.length, room(View.cacheBytes * 0.9, largest));
    return true;
  }

  async #loadStrip(studyId: string, open: AbortSignal): Promise<readonly Series[]> {
    const page = await seriesPage({ study: studyId, limit: 1000 }, open);
    this.strip.value = page.items;
    return page.items;
  }

  /** What belonged to the series at hand is let go; where one was in it is remembered. */
  #leaveSeries(): void {
    const { value: phase } = this.phase;
    if (phase.kind === "open") this.#left.set(phase.series.id, this.target.value);
    this.#opening.abort();
    this.#opening = new AbortController();
    this.#background.stop();
    this.player.pause();
    dropRequests();
    batch(() => {
      this.phase.value = { kind: "opening" };
      this.drawn.value = -1;
      this.trouble.value = undefined;
      this.facts.value = undefined;
      this.loads.value = new Uint8Array(0);
    });
  }

  close(): void {
    this.#leaveSeries();
    this.#stack?.dispose();
    this.#stack = undefined;
    void this.#engine?.then(({ clearShelf }) => {
      clearShelf();
    });
  }

  // -- going through the images ---------------------------------------------------------------------------------

  /** Show image `index`, or the nearest there is. */
  async show(index: number): Promise<void> {
    const stack = this.#stack;
    const to = Math.max(0, Math.min(this.frames.value.length - 1, Math.round(index)));
    this.target.value = to;
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
        this.calm.value = true;
      });
      this.#background.mark(to, Load.Failed);
    }
  }

  step(images: number): void {
    this.player.pause();
    void this.show(this.target.value + images);
  }

  retry(): void {
    this.trouble.value = undefined;
    void this.show(this.target.value);
  }

  #scrollDrag(pixels: number): void {
    const height = this.#element?.clientHeight ?? 500;
    const perImage = Math.max(2, Math.min(DRAG_STEP, height / Math.max(1, this.frames.value.length)));
    this.#dragged += pixels / perImage;
    const whole = Math.trunc(this.#dragged);
    this.#dragged -= whole;
    if (whole !== 0) this.step(whole);
  }

  /** The next image of a cine, when it is there; a film does not run ahead of its images. */
  #play(step: number): void {
    const { length } = this.frames.value;
    if (length < 2 || this.drawn.value !== this.target.value) return;
    const next = (this.target.value + step) % length;
    if (this.#background.state(next) === Load.Coming) return;
    void this.show(next);
  }

  // -- the view -------------------------------------------------------------------------------------------------

  chooseTool(tool: ToolName): void {
    this.tool.value = tool;
    this.#stack?.chooseTool(tool);
  }

  /** Windows of the file at hand: some give several. */
  fileWindows(): readonly GreyWindow[] {
    return this.frames.value[this.target.value]?.windows ?? [];
  }

  fileWindow(number?: number): void {
    this.#stack?.setWindow(undefined, number);
  }

  setWindow(window: GreyWindow): void {
    this.#stack?.setWindow(window);
  }

  /** The customary windows are of Hounsfield units, which only CT has. */
  presets(): typeof CT_PRESETS {
    const { value: phase } = this.phase;
    return phase.kind === "open" && phase.series.modality === "CT" ? CT_PRESETS : [];
  }

  act(name: "fit" | "actualSize" | "turn" | "flip" | "reset" | "toggleInvert"): void {
    if (this.drawn.value >= 0) this.#stack?.[name]();
  }

  zoomBy(factor: number): void {
    if (this.drawn.value >= 0) this.#stack?.zoomBy(factor);
  }
}
