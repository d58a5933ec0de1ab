/** One stack of images on one element: what the viewer may ask of Cornerstone, and nothing else of it leaks out. */
import { cache, Enums, eventTarget, getShouldUseCPURendering, type RenderingEngine, type StackViewport, type Types } from "@cornerstonejs/core";

import { type Frame, frameKey } from "../../../core/frames.ts";
import { subtract, type Vec3, vector } from "../../../core/geometry.ts";
import type { Display, Series } from "../../../core/model.ts";
import { type Affine, applied, direction, inverted, NOWHERE } from "../../../core/affine.ts";
import { filmLetters, sideLetters, type SideLetters } from "../../../core/orientation.ts";
import { colourOf, curveOf } from "../../../core/transfer.ts";
import { paddingOf, tableOf, tablesOf } from "../../../core/tables.ts";
import { autoWindow, type GreyRange, type GreyWindow, rangeOf, showsNothing, tableWindow, windowOf } from "../../../core/window.ts";
import { drawsInSoftware, engineOf } from "./context.ts";
import { haveImage } from "./images.ts";
import { pixelsOf, type PixelValues } from "./pixels.ts";
import { fromShelf, putOnShelf, type Shelved, takeOffShelf } from "./shelf.ts";
import { CACHE_BYTES, start } from "./start.ts";
import { equip, SCROLL_EVENT, unequip } from "./tools.ts";
import type { Surface } from "./voxels.ts";

const { Events, ViewportType, VOILUTFunctionType } = Enums;
let made = 0;
/** So many times larger or smaller than fitted; three by three pixels on a dense screen are that much above 1:1. */
const MOST_ZOOM = 1000;

/** What is seen at the moment. */
export interface ViewFacts {
  readonly window: GreyWindow | undefined;
  /** Screen pixels to an image pixel: 1 is 1:1. */
  readonly scale: number;
  readonly letters: SideLetters | undefined;
  readonly inverted: boolean;
  /** Whether low values are white at the moment, for one reason or the other. */
  readonly whiteLow: boolean;
  /** From the pixels of the image (column, row; the middle of the first at 0, 0) to CSS pixels of its element. */
  readonly place: Affine;
  /** Tables, overlays and calibrations, as far as they were asked for. */
  readonly display: Display | undefined;
}

/** What a presentation state asks of the view; `area` in pixels of the image. */
export interface PresentedView {
  readonly rotation: number;
  readonly flip: boolean;
  readonly inverse: boolean;
  readonly area: { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number } | undefined;
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

  readonly #viewportId: string;
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
  /** The curve at hand is a table's, and not Cornerstone's. */
  #curved = false;

  constructor(element: HTMLDivElement, listener: StackListener) {
    start();
    this.#element = element;
    this.#listener = listener;
    made += 1;
    this.#viewportId = `fileroom-viewport-${made}`;
    // an engine of its own: viewports that share one change their scale when another goes (5.14)
    this.#engine = engineOf(`fileroom-engine-${made}`);
    this.#engine.enableElement({
      viewportId: this.#viewportId,
      type: ViewportType.STACK,
      element,
      defaultOptions: { background: [0, 0, 0] },
    });
    this.#viewport = this.#engine.getViewport<StackViewport>(this.#viewportId);
    equip(this.#viewportId, this.#engine.id);
    element.addEventListener(Events.STACK_NEW_IMAGE, this.#onNewImage);
    element.addEventListener(Events.IMAGE_RENDERED, this.#onRendered);
    element.addEventListener(Events.VOI_MODIFIED, this.#onWindow);
    element.addEventListener(SCROLL_EVENT, this.#onScrollDrag);
    eventTarget.addEventListener(Events.IMAGE_CACHE_IMAGE_REMOVED, this.#onRemoved);
    this.#resize = new ResizeObserver(() => {
      if (!this.#open || element.clientWidth === 0) return; // hidden
      const fitted = this.#fitted();
      this.#engine.resize(true, true);
      if (fitted) this.fit();
    });
    this.#resize.observe(element);
  }

  /** Whether a program and not a graphics card draws. */
  get inSoftware(): boolean {
    if (getShouldUseCPURendering()) return true;
    return drawsInSoftware((this.#engine.getOffscreenMultiRenderWindow(this.#viewportId).getOpenGLRenderWindow() as Surface).getContext());
  }

  /** Take another series into hand. Nothing is drawn before {@link show}. */
  hold(series: Series, frames: readonly Frame[]): void {
    putOnShelf(series, frames);
    this.#frames = frames;
    this.#keys = frames.map(frameKey);
    // what is left of it in memory stays, and what makes room is of others: else the one that comes next would go each time
    for (const key of this.#keys) cache.getImageLoadObject(key);
    this.#open = false;
    this.#target = -1;
    this.#chosen = undefined;
    this.#own = undefined;
    this.#judged = false;
    this.#distrusted = false;
  }

  /** The frames at hand have changed: what was decoded of them is not true any more. */
  forget(): void {
    takeOffShelf(this.#keys);
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
        // with another series the element may be another size; Cornerstone has nothing to size anew on the CPU before an image is there
        if (!getShouldUseCPURendering()) this.#engine.resize(false, true);
        await this.#viewport.setStack(keys, index);
        if (getShouldUseCPURendering()) this.#engine.resize(false, true);
        this.#viewport.resetCamera();
        // Cornerstone knows of MONOCHROME1 alone
        this.#viewport.setProperties({ invert: this.#startsInverted() });
      }
    } finally {
      this.#setting = false;
    }
    this.#applyWindow(index);
    this.#viewport.render();
    return true;
  }

  // -- what is seen ---------------------------------------------------------------------------------------------

  /** A window of one's own; undefined goes back to the file's, to number `own` of them if one is asked for. */
  setWindow(window: GreyWindow | undefined, own?: number): void {
    this.#chosen = window;
    this.#own = own;
    this.#applyWindow(this.#target);
    this.#viewport.render();
  }

  /** A window for the values at hand: nearly all, or all of them. */
  fitWindow(whole: boolean): void {
    const image = cache.getImage(this.#keys[this.#target] ?? "");
    if (image === undefined || image.color) return;
    const { minPixelValue: lower, maxPixelValue: upper } = image;
    const all = windowOf({ lower, upper: Math.max(upper, lower + 1e-6) }, true);
    this.setWindow(whole ? all : autoWindow(image.getPixelData(), paddingOfShelved(this.#keys[this.#target] ?? "")));
  }

  /** The values of the image at hand. */
  pixels(): PixelValues | undefined {
    const frame = this.#frames[this.#target];
    return frame === undefined ? undefined : pixelsOf(frame);
  }

  fileWindows(): readonly GreyWindow[] {
    const shelved = fromShelf(this.#keys[this.#target] ?? "");
    return shelved === undefined ? [] : windowsOfShelved(shelved);
  }

  toggleInvert(): void {
    this.#viewport.setProperties({ invert: this.#viewport.getProperties().invert !== true });
    this.#applyWindow(this.#target);
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

  /** Whether the image is seen as {@link fit} leaves it. */
  #fitted(): boolean {
    const [x, y] = this.#viewport.getPan();
    return Math.abs(this.#viewport.getZoom() - 1) < 1e-3 && Math.hypot(x, y) < 1;
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

  /** As a presentation state wants it: turned, then mirrored (PS3.3 C.10.6), and no more than a part of it. */
  present({ rotation, flip, inverse, area }: PresentedView): void {
    this.#viewport.setCamera({ flipHorizontal: false, flipVertical: false });
    this.#viewport.setViewPresentation({ rotation: 0 });
    this.#viewport.resetCamera();
    this.#viewport.setViewPresentation({ rotation });
    if (flip) this.flip();
    // its own LUT shape takes the place of what the image says (PS3.3 C.11.6)
    this.#viewport.setProperties({ invert: inverse });
    this.#applyWindow(this.#target);
    if (area !== undefined) this.#showPart(area);
    this.#viewport.render();
  }

  #showPart({ left, top, right, bottom }: NonNullable<PresentedView["area"]>): void {
    const { clientWidth: width, clientHeight: height } = this.#element;
    const [a, b] = [applied(this.#place(), [left, top]), applied(this.#place(), [right, bottom])];
    const across = Math.abs(b[0] - a[0]);
    const down = Math.abs(b[1] - a[1]);
    if (across < 1 || down < 1) return;
    this.#viewport.setZoom(Math.min(MOST_ZOOM, this.#viewport.getZoom() * Math.min(width / across, height / down)));
    const [x, y] = applied(this.#place(), [(left + right) / 2, (top + bottom) / 2]);
    const [panX, panY] = this.#viewport.getPan();
    this.#viewport.setPan([panX + width / 2 - x, panY + height / 2 - y]);
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
    unequip(this.#viewportId, this.#engine.id);
    this.#engine.destroy();
  }

  // -- inside ---------------------------------------------------------------------------------------------------

  #startsInverted(): boolean {
    return this.#frames[this.#target]?.inverted === true;
  }

  #windowOf(index: number): GreyWindow | undefined {
    const shelved = fromShelf(this.#keys[index] ?? "");
    if (this.#chosen !== undefined || shelved === undefined) return this.#chosen;
    const windows = windowsOfShelved(shelved);
    // one image without, among others that have windows: its own
    if (windows.length === 0 && this.#judged && !this.#distrusted) shelved.fallback ??= automaticOf(this.#keys[index] ?? "");
    const { fallback } = shelved;
    if (this.#own !== undefined && windows[this.#own] !== undefined) return windows[this.#own];
    return this.#distrusted ? fallback : (windows[0] ?? fallback);
  }

  #wants(index: number, keys: readonly string[]): boolean {
    return this.#target === index && this.#keys === keys;
  }

  #applyWindow(index: number): void {
    const window = this.#windowOf(index);
    if (window === undefined) return;
    const before = this.#setting;
    this.#setting = true;
    if (!getShouldUseCPURendering()) {
      const { SAMPLED_SIGMOID, LINEAR } = VOILUTFunctionType;
      const wanted = window.sigmoid === true ? SAMPLED_SIGMOID : LINEAR;
      // its curve is made anew only on a change; after a table's there has to be one
      if (this.#curved) this.#viewport.setProperties({ VOILUTFunction: window.sigmoid === true ? LINEAR : SAMPLED_SIGMOID }, true);
      if (this.#viewport.getProperties().VOILUTFunction !== wanted) this.#viewport.setProperties({ VOILUTFunction: wanted }, true);
      this.#curved = false;
    }
    this.#viewport.setProperties({ voiRange: rangeOf(window) });
    if (window.table !== undefined || window.colours !== undefined) this.#setCurve(window);
    this.#setting = before;
  }

  /** Grey by a table (VOI LUT Sequence), or the colours of a palette. Without a GPU its window is drawn as a ramp. */
  #setCurve(window: GreyWindow): void {
    const actor = this.#viewport.getDefaultActor() as Types.ActorEntry | undefined;
    if (getShouldUseCPURendering() || actor === undefined) return;
    const inverted = this.#viewport.getProperties().invert === true;
    const property = (actor.actor as Types.ImageActor).getProperty();
    const transfer = property.getRGBTransferFunction(0) as unknown as { setNodes(nodes: readonly object[]): void };
    // all at once: added one by one they are sorted each time
    transfer.setNodes(
      curveOf(window).map(({ value, grey }) => {
        const [r, g, b] = colourOf(inverted ? 1 - grey : grey, window.colours);
        return { x: value, r, g, b, midpoint: 0.5, sharpness: 0 };
      }),
    );
    this.#curved = true;
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
      const shelved = fromShelf(key);
      const window = shelved === undefined ? undefined : windowsOfShelved(shelved)[0];
      return image?.color !== true && (window === undefined || (image !== undefined && window.table === undefined && showsNothing(image.getPixelData(), window)));
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
    const fallback = automaticOf(reference);
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
    const before = this.#windowOf(this.#target);
    this.#chosen = { ...windowOf(range, before?.exact), ...(before?.sigmoid === true ? { sigmoid: true } : {}), ...(before?.colours === undefined ? {} : { colours: before.colours }) };
    if (this.#curved) this.#applyWindow(this.#target); // from a table to a ramp, in the same colours
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
      window: voiRange === undefined ? undefined : { ...windowOf(voiRange, this.#windowOf(index)?.exact), ...tableOnly(this.#windowOf(index)) },
      scale: this.#scale(),
      letters: this.#letters(this.#frames[index]),
      inverted: (invert ?? false) !== this.#startsInverted(),
      whiteLow: invert ?? false,
      place: this.#place(),
      display: fromShelf(this.#keys[index] ?? "")?.display,
    };
  }

  /** From where the sides of the screen lie in the patient, so that it is right however the image was turned. */
  #letters(frame: Frame | undefined): SideLetters | undefined {
    if (frame?.plane === undefined) {
      const inverse = inverted(this.#place());
      const way = (x: number, y: number): readonly [number, number] => direction(inverse, [x, y]);
      return inverse === undefined || frame === undefined
        ? undefined
        : filmLetters(frame.image.patient_orientation, { right: way(1, 0), down: way(0, 1) });
    }
    const { clientWidth: width, clientHeight: height } = this.#element;
    const world = (x: number, y: number): Vec3 | undefined => vector([...this.#viewport.canvasToWorld([x, y])]);
    const [corner, right, down] = [world(0, 0), world(width, 0), world(0, height)];
    if (corner === undefined || right === undefined || down === undefined) return undefined;
    return sideLetters(subtract(right, corner), subtract(down, corner));
  }

  /** Screen pixels to a pixel of the image, along its rows. */
  #scale(): number {
    const [a, b] = this.#place();
    return Math.hypot(a, b) * devicePixelRatio;
  }

  #place(): Affine {
    const data = this.#viewport.getImageData() as Types.IImageData | undefined;
    if (data === undefined) return NOWHERE;
    const [xx = 0, xy = 0, xz = 0, yx = 0, yy = 0, yz = 0] = data.direction;
    const [across, down] = data.spacing;
    const [ox, oy, oz] = data.origin;
    const [origin, right, below] = [
      this.#viewport.worldToCanvas([ox, oy, oz]),
      this.#viewport.worldToCanvas([ox + xx * across, oy + xy * across, oz + xz * across]),
      this.#viewport.worldToCanvas([ox + yx * down, oy + yy * down, oz + yz * down]),
    ];
    return [right[0] - origin[0], right[1] - origin[1], below[0] - origin[0], below[1] - origin[1], origin[0], origin[1]];
  }
}

/** The windows of a file: its tables come after them, as they are the rarer wish. */
export function windowsOfShelved({ frame, display }: Shelved): readonly GreyWindow[] {
  const tables = display === undefined ? [] : tablesOf(display, frame.number);
  return tables.length === 0 ? frame.windows : [...frame.windows, ...tables.map((table) => tableWindow(tableOf(table)))];
}

const tableOnly = (window: GreyWindow | undefined): Pick<GreyWindow, "table"> => (window?.table === undefined ? {} : { table: window.table });

function paddingOfShelved(key: string): GreyRange | undefined {
  const shelved = fromShelf(key);
  return shelved?.display === undefined ? undefined : paddingOf(shelved.display.padding, shelved.frame.slope, shelved.frame.intercept);
}

/** The window of an image whose file has none; undefined while it is not here. */
function automaticOf(key: string): GreyWindow | undefined {
  const image = cache.getImage(key);
  if (image === undefined) return undefined;
  return image.color ? { center: 128, width: 256 } : autoWindow(image.getPixelData(), paddingOfShelved(key));
}
