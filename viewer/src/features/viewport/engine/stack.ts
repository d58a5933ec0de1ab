/** One stack of images on one element: what the viewer may ask of Cornerstone, and nothing else of it leaks out. */
import { cache, Enums, eventTarget, RenderingEngine, type StackViewport, type Types } from "@cornerstonejs/core";

import { type Frame, frameKey } from "../../../core/frames.ts";
import { subtract, type Vec3, vector } from "../../../core/geometry.ts";
import type { Series } from "../../../core/model.ts";
import { sideLetters, type SideLetters } from "../../../core/orientation.ts";
import { autoWindow, type GreyWindow, rangeOf, showsNothing, windowOf } from "../../../core/window.ts";
import { forgetComing, haveImage } from "./images.ts";
import { fromShelf, putOnShelf } from "./shelf.ts";
import { CACHE_BYTES, start } from "./start.ts";
import { choose, equip, SCROLL_EVENT, type ToolName, unequip } from "./tools.ts";

const { Events, ViewportType } = Enums;
const VIEWPORT = "fileroom-viewport";
const ENGINE = "fileroom-engine";
/** So many times larger or smaller than fitted; ten by ten pixels on a dense screen are that much above 1:1. */
const MOST_ZOOM = 250;

/** What is seen at the moment. */
export interface ViewFacts {
  readonly window: GreyWindow | undefined;
  /** Screen pixels to an image pixel: 1 is 1:1. */
  readonly scale: number;
  readonly letters: SideLetters | undefined;
  readonly inverted: boolean;
}

export interface StackListener {
  /** Image `index` stands on the screen. */
  onDrawn(index: number): void;
  onView(facts: ViewFacts): void;
  /** A decoded image had to make room for another. */
  onEvicted(key: string): void;
  onScrollDrag(pixels: number): void;
}

export class StackView {
  static readonly cacheBytes = CACHE_BYTES;

  readonly #engine: RenderingEngine;
  readonly #viewport: StackViewport;
  readonly #resize: ResizeObserver;
  readonly #listener: StackListener;
  readonly #element: HTMLDivElement;
  #frames: readonly Frame[] = [];
  #keys: string[] = [];
  #open = false;
  #target = -1;
  /** Undefined while the window is the file's own, which may be another for each image. */
  #chosen: GreyWindow | undefined;
  /** Which of the file's own windows; undefined for the first, unless it shows nothing. */
  #own: number | undefined;
  /** The window is being set by us (or by Cornerstone for us), and not by a person with a tool. */
  #setting = false;
  /** Whether the windows of this series were looked at, and found to show nothing. */
  #judged = false;
  #distrusted = false;

  constructor(element: HTMLDivElement, listener: StackListener) {
    start();
    this.#element = element;
    this.#listener = listener;
    this.#engine = new RenderingEngine(ENGINE);
    this.#engine.enableElement({
      viewportId: VIEWPORT,
      type: ViewportType.STACK,
      element,
      defaultOptions: { background: [0, 0, 0] },
    });
    this.#viewport = this.#engine.getViewport<StackViewport>(VIEWPORT);
    equip(VIEWPORT, ENGINE);
    element.addEventListener(Events.STACK_NEW_IMAGE, this.#onNewImage);
    element.addEventListener(Events.IMAGE_RENDERED, this.#onRendered);
    element.addEventListener(Events.VOI_MODIFIED, this.#onWindow);
    element.addEventListener(SCROLL_EVENT, this.#onScrollDrag);
    eventTarget.addEventListener(Events.IMAGE_CACHE_IMAGE_REMOVED, this.#onRemoved);
    this.#resize = new ResizeObserver(() => {
      if (this.#open) this.#engine.resize(true, true);
    });
    this.#resize.observe(element);
  }

  /** Take another series into hand. Nothing is drawn before {@link show}. */
  hold(series: Series, frames: readonly Frame[]): void {
    forgetComing();
    putOnShelf(series, frames);
    this.#frames = frames;
    this.#keys = frames.map(frameKey);
    this.#open = false;
    this.#target = -1;
    this.#chosen = undefined;
    this.#own = undefined;
    this.#judged = false;
    this.#distrusted = false;
  }

  /** Have image `index` in memory; rejects when it cannot be had. */
  async load(index: number): Promise<void> {
    const key = this.#keys[index];
    if (key !== undefined) await haveImage(key);
  }

  /** Draw image `index`, loading it first. Resolves to false when another was asked for meanwhile. */
  async show(index: number): Promise<boolean> {
    this.#target = index;
    const keys = this.#keys;
    await this.load(index);
    if (!this.#wants(index, keys)) return false;
    await this.#judge(index);
    if (!this.#wants(index, keys)) return false;
    this.#setting = true;
    try {
      if (this.#open) await this.#viewport.setImageIdIndex(index);
      else {
        this.#open = true;
        await this.#viewport.setStack(keys, index);
        this.#viewport.resetCamera();
      }
    } finally {
      this.#setting = false;
    }
    this.#applyWindow(index);
    this.#viewport.render();
    return true;
  }

  // -- what is seen ---------------------------------------------------------------------------------------------

  chooseTool(tool: ToolName): void {
    choose(tool);
  }

  /** A window of one's own; undefined goes back to the file's, to number `own` of them if one is asked for. */
  setWindow(window: GreyWindow | undefined, own?: number): void {
    this.#chosen = window;
    this.#own = own;
    this.#applyWindow(this.#target);
    this.#viewport.render();
  }

  toggleInvert(): void {
    this.#viewport.setProperties({ invert: this.#viewport.getProperties().invert !== true });
    this.#viewport.render();
  }

  zoomBy(factor: number): void {
    this.#viewport.setZoom(Math.min(MOST_ZOOM, Math.max(1 / MOST_ZOOM, this.#viewport.getZoom() * factor)));
    this.#viewport.render();
  }

  /** One image pixel on one pixel of the screen. */
  actualSize(): void {
    const scale = this.#scale();
    if (scale > 0) this.zoomBy(1 / scale);
  }

  fit(): void {
    const { rotation = 0, flipHorizontal = false, flipVertical = false } = this.#viewport.getViewPresentation();
    this.#viewport.resetCamera();
    this.#viewport.setViewPresentation({ rotation, flipHorizontal, flipVertical });
    this.#viewport.render();
  }

  /** A quarter turn clockwise. */
  turn(): void {
    const { rotation = 0 } = this.#viewport.getViewPresentation();
    this.#viewport.setViewPresentation({ rotation: (rotation + 90) % 360 });
    this.#viewport.render();
  }

  /** Mirror left and right as they are on the screen. */
  flip(): void {
    this.#viewport.setCamera({ flipHorizontal: !this.#viewport.getCamera().flipHorizontal });
    this.#viewport.render();
  }

  /** Everything as it was when the series was opened. */
  reset(): void {
    this.#viewport.setCamera({ flipHorizontal: false, flipVertical: false });
    this.#viewport.setViewPresentation({ rotation: 0 });
    this.#viewport.resetCamera();
    this.#viewport.setProperties({ invert: this.#startsInverted() });
    this.setWindow(undefined);
  }

  dispose(): void {
    this.#resize.disconnect();
    eventTarget.removeEventListener(Events.IMAGE_CACHE_IMAGE_REMOVED, this.#onRemoved);
    unequip();
    this.#engine.destroy();
  }

  // -- inside ---------------------------------------------------------------------------------------------------

  /** MONOCHROME1 is drawn with its low values white (PS3.3 C.7.6.3.1.2). */
  #startsInverted(): boolean {
    return this.#frames[this.#target]?.image.photometric_interpretation === "MONOCHROME1";
  }

  #windowOf(index: number): GreyWindow | undefined {
    const shelved = fromShelf(this.#keys[index] ?? "");
    if (this.#chosen !== undefined || shelved === undefined) return this.#chosen;
    const { fallback, frame } = shelved;
    if (this.#own !== undefined && frame.windows[this.#own] !== undefined) return frame.windows[this.#own];
    return this.#distrusted ? fallback : (frame.windows[0] ?? fallback);
  }

  #wants(index: number, keys: readonly string[]): boolean {
    return this.#target === index && this.#keys === keys;
  }

  #applyWindow(index: number): void {
    const window = this.#windowOf(index);
    if (window === undefined) return;
    const before = this.#setting;
    this.#setting = true;
    this.#viewport.setProperties({ voiRange: rangeOf(window) });
    this.#setting = before;
  }

  /**
   * A series without windows, or with windows that show nothing, gets one, and keeps it. It is found in the middle of the
   * series, for at its ends there is often little to see; an end that is black in a good window stays so.
   */
  async #judge(index: number): Promise<void> {
    if (this.#judged) return;
    const keys = this.#keys;
    const suspect = (key: string): boolean => {
      const image = cache.getImage(key);
      const window = fromShelf(key)?.frame.windows[0];
      return image?.color !== true && (window === undefined || (image !== undefined && showsNothing(image.getPixelData(), window)));
    };
    const [here = "", middle = ""] = [keys[index], keys[keys.length >> 1]];
    let reference = here;
    if (suspect(here)) {
      reference = await haveImage(middle).then(
        () => middle,
        () => here,
      );
    }
    if (this.#keys !== keys) return;
    this.#judged = true;
    const image = cache.getImage(reference);
    if (image === undefined || !(image.color || suspect(reference))) return;
    this.#distrusted = true;
    const fallback = image.color ? { center: 128, width: 256 } : autoWindow(image.getPixelData());
    for (const key of keys) {
      const shelved = fromShelf(key);
      if (shelved !== undefined) shelved.fallback ??= fallback;
    }
  }

  readonly #onNewImage = (): void => {
    // Cornerstone keeps the window of the image before; here each image has its own until one is chosen
    this.#applyWindow(this.#target);
  };

  readonly #onRendered = (): void => {
    const index = this.#viewport.getCurrentImageIdIndex();
    const image = this.#viewport.getCornerstoneImage() as Types.IImage | undefined;
    if (!this.#open || image?.imageId !== this.#keys[index]) return;
    this.#listener.onView(this.#facts(index));
    this.#listener.onDrawn(index);
  };

  readonly #onWindow = (event: Event): void => {
    if (this.#setting || !this.#open) return;
    // by the window tool
    const { range } = (event as CustomEvent<Types.EventTypes.VoiModifiedEventDetail>).detail;
    this.#chosen = windowOf(range, this.#windowOf(this.#target)?.exact);
  };

  readonly #onScrollDrag = (event: Event): void => {
    this.#listener.onScrollDrag((event as CustomEvent<number>).detail);
  };

  readonly #onRemoved = (event: Event): void => {
    this.#listener.onEvicted((event as CustomEvent<{ imageId: string }>).detail.imageId);
  };

  #facts(index: number): ViewFacts {
    const { voiRange, invert } = this.#viewport.getProperties();
    return {
      window: voiRange === undefined ? undefined : windowOf(voiRange, this.#windowOf(index)?.exact),
      scale: this.#scale(),
      letters: this.#frames[index]?.plane === undefined ? undefined : this.#letters(),
      inverted: (invert ?? false) !== this.#startsInverted(),
    };
  }

  /** From where the sides of the screen lie in the patient, so that it is right however the image was turned. */
  #letters(): SideLetters | undefined {
    const { clientWidth: width, clientHeight: height } = this.#element;
    const world = (x: number, y: number): Vec3 | undefined => vector([...this.#viewport.canvasToWorld([x, y])]);
    const [corner, right, down] = [world(0, 0), world(width, 0), world(0, height)];
    if (corner === undefined || right === undefined || down === undefined) return undefined;
    return sideLetters(subtract(right, corner), subtract(down, corner));
  }

  #scale(): number {
    const data = this.#viewport.getImageData() as Types.IImageData | undefined;
    if (data === undefined) return 0;
    const [x = 0, y = 0, z = 0] = data.direction;
    const [step] = data.spacing;
    const [ox, oy, oz] = data.origin;
    const from = this.#viewport.worldToCanvas([ox, oy, oz]);
    const to = this.#viewport.worldToCanvas([ox + x * step, oy + y * step, oz + z * step]);
    return Math.hypot(to[0] - from[0], to[1] - from[1]) * devicePixelRatio;
  }
}
