/**
 * A volume in Cornerstone, and the viewports that look at it.
 *
 * The voxels are the decoded frames of the shelf: nothing is fetched or kept twice, and what they take counts in its
 * budget. Only a tilted gantry needs an upright copy, which is put on the shelf too and goes with the volume.
 *
 * Whoever wants to lay more over the planes (masks, another modality) gets the volume's id and its viewports from
 * {@link VolumeView}: `addVolume` shows a further volume of Cornerstone's cache in all planes.
 */
import vtkPlane from "@kitware/vtk.js/Common/DataModel/Plane.js";
import type vtkVolume from "@kitware/vtk.js/Rendering/Core/Volume.js";
import type vtkVolumeMapper from "@kitware/vtk.js/Rendering/Core/VolumeMapper.js";
import { cache, Enums, getShouldUseCPURendering, ImageVolume, type RenderingEngine, type Types, volumeLoader } from "@cornerstonejs/core";

import { decodedBytes } from "../../../core/decoding.ts";
import { frameKey } from "../../../core/frames.ts";
import type { Series } from "../../../core/model.ts";
import { add, type Aim, cornersOf, normalOf, type PlaneName, type Slab } from "../../../core/mpr.ts";
import { type Grid, isTilted, uprightGrid, uprightSlice } from "../../../core/volume.ts";
import { type Box, boxPlanes, type Node } from "../../../core/rendering.ts";
import type { GreyRange } from "../../../core/window.ts";
import { negate } from "../../../core/geometry.ts";
import { holds, offsetFor } from "../../../core/halves.ts";
import { Ballast } from "./ballast.ts";
import { drawsInSoftware, engineOf } from "./context.ts";
import { haveImage } from "./images.ts";
import { isForWorkers } from "./native.ts";
import { fromShelf, putOnShelf } from "./shelf.ts";
import { CACHE_BYTES, start } from "./start.ts";
import { setTexture, type Surface } from "./voxels.ts";

const { ViewportType, BlendModes, Events } = Enums;

export type Cell = PlaneName | "solid";

let made = 0;
/** Requests at once; a browser opens six connections to one server (HTTP/1.1). */
const PARALLEL = 6;
/** Where workers make the frames: so much that these have something to do while the page draws. */
const ORDERED = 24;
/** Of the memory for images; a volume that pushes out its own slices would never be whole. */
const SHARE = 0.9;

/** How much a volume may take; beyond that it is refused. */
export const VOLUME_BYTES = CACHE_BYTES * SHARE;

/** Planes and solids need WebGL; a stack does not. */
export function canDrawVolumes(): boolean {
  start();
  return !getShouldUseCPURendering();
}

/** Cornerstone takes a window to begin with from this one, and would fetch it anew if it were not there (5.14). */
const middleOf = <T>(all: readonly T[]): T | undefined => all[all.length >> 1];

/** Have all frames of a grid in memory, its middle one first; `onProgress` hears how many there are. Rejects when one cannot be had. */
export async function loadFrames(series: Series, grid: Grid, onProgress: (loaded: number) => void, open: AbortSignal): Promise<void> {
  putOnShelf(series, grid.frames);
  const inOrder = grid.frames.map(frameKey);
  const keys = [middleOf(inOrder) ?? "", ...inOrder.filter((key) => key !== middleOf(inOrder))];
  const first = fromShelf(keys[0] ?? "");
  const parallel = first !== undefined && isForWorkers(first) ? ORDERED : PARALLEL;
  const ballast = new Ballast(grid.frames.reduce((sum, { image }) => sum + decodedBytes(image), 0));
  let [next, loaded, over] = [0, 0, false];
  const isOver = (): boolean => over || open.aborted;
  const worker = async (): Promise<void> => {
    for (let at = next; at < keys.length; at = next) {
      next += 1;
      await haveImage(keys[at] ?? "");
      if (isOver()) return;
      loaded += 1;
      ballast.keep(1 - loaded / keys.length);
      onProgress(loaded);
    }
  };
  try {
    await Promise.all(Array.from({ length: parallel }, worker));
  } finally {
    over = true; // of one that cannot be had the others say nothing any more
    ballast.keep(0);
  }
}

/** The least, the greatest, and the smallest kind of number for all values of the slices. */
function rangeOfAll(keys: readonly string[]): ValueRange {
  let [min, max, whole] = [Infinity, -Infinity, true];
  for (const key of keys) {
    const image = cache.getImage(key);
    if (image === undefined) throw new Error("an image had to make room");
    min = Math.min(min, image.minPixelValue);
    max = Math.max(max, image.maxPixelValue);
    whole &&= !(image.getPixelData() instanceof Float32Array);
  }
  const type = !whole ? "Float32Array" : min >= -0x8000 && max <= 0x7fff ? "Int16Array" : min >= 0 && max <= 0xffff ? "Uint16Array" : "Float32Array";
  return { min, max, type };
}

const KINDS = { Int16Array, Uint16Array, Float32Array } as const;
type Kind = keyof typeof KINDS;

interface ValueRange {
  readonly min: number;
  readonly max: number;
  readonly type: Kind;
}

/** Of an upright grid the frames may come later; a tilted one is set upright from all of them. */
function makeVolume(id: string, grid: Grid, { type, min }: ValueRange, offset: number | undefined): void {
  const keys = grid.frames.map(frameKey);
  const place = isTilted(grid) ? uprightGrid(grid) : grid;
  const about = {
    dimensions: [...place.dimensions] as Types.Point3,
    spacing: [...place.spacing] as Types.Point3,
    origin: [...place.origin] as Types.Point3,
    direction: [...place.row, ...place.column, ...place.normal] as Types.Mat3,
    metadata: metadataOf(place, type),
  };
  if (!isTilted(grid)) {
    const volume = new ImageVolume({ ...about, volumeId: id, dataType: type, imageIds: keys, numberOfComponents: 1 });
    setTexture(volume, offset);
    cache.putVolumeSync(id, volume);
    return;
  }
  const size = place.dimensions[0] * place.dimensions[1];
  const scalarData = new KINDS[type](size * keys.length);
  keys.forEach((key, index) => {
    uprightSlice(grid, index, cache.getImage(key)?.getPixelData() ?? [], scalarData.subarray(index * size, (index + 1) * size), min);
  });
  setTexture(volumeLoader.createLocalVolume(id, { ...about, scalarData }), offset);
}

/** What Cornerstone keeps beside a volume, in the words of the standard. */
function metadataOf({ frames, row, column, spacing, dimensions }: Grid, type: string): Types.Metadata {
  const image = frames[0]?.image;
  return {
    BitsAllocated: type === "Float32Array" ? 32 : 16,
    BitsStored: type === "Float32Array" ? 32 : 16,
    HighBit: type === "Float32Array" ? 31 : 15,
    SamplesPerPixel: 1,
    PixelRepresentation: type === "Uint16Array" ? 0 : 1,
    PhotometricInterpretation: "MONOCHROME2",
    Modality: "OT", // "PT" would make it take values for standardised uptake
    SeriesInstanceUID: "",
    ImageOrientationPatient: [...row, ...column],
    PixelSpacing: [spacing[1], spacing[0]],
    FrameOfReferenceUID: image?.frame_of_reference_uid ?? "",
    Columns: dimensions[0],
    Rows: dimensions[1],
    voiLut: [],
    VOILUTFunction: "LINEAR",
  };
}

function dropVolume(id: string): void {
  const volume = cache.getVolume(id) as ImageVolume | undefined;
  if (volume === undefined) return;
  const own = volume.imageIds.filter((key) => key.startsWith(id)); // the upright copy
  volume.vtkOpenGLTexture.releaseGraphicsResources();
  cache.removeVolumeLoadObject(id);
  for (const key of own) if (cache.getImage(key) !== undefined) cache.removeImageLoadObject(key, { force: true });
}

/** To each side of a plane, in millimetres (RENDERING_DEFAULTS.MINIMUM_SLAB_THICKNESS). */
const LEAST_SLAB = 0.05;

const BLENDS = { mip: BlendModes.MAXIMUM_INTENSITY_BLEND, minip: BlendModes.MINIMUM_INTENSITY_BLEND, mean: BlendModes.AVERAGE_INTENSITY_BLEND } as const;

/** What Cornerstone's texture of a volume can do, which its types leave out: hand over the frames that have come. */
interface Streamed {
  getHandle(): unknown;
  update3DFromRaw(): void;
}

/** So many frames go to the graphics card at once while others are on their way. */
const AT_ONCE = 12;

const isVolume = (actor: unknown): actor is vtkVolume => typeof actor === "object" && actor !== null && "getMapper" in actor;

/** The viewports of one layout: made with it and gone with it, for one that outlives another is magnified (5.14). */
export class VolumeView {
  readonly #engine: RenderingEngine;
  readonly #grid: Grid;
  readonly #elements: ReadonlyMap<Cell, HTMLDivElement>;
  #id = "";
  #kind: Kind | undefined;
  /** By which the voxels are moved to be half floats; undefined where they are not. */
  #offset: number | undefined;
  /** The volume is in the viewports; before that, and after the end, nothing is to be done with them. */
  #standing = false;
  #waiting = 0;
  /** Of the slab, in millimetres; 0 is a single plane. */
  #thick = 0;
  /** In which the planes are shown, and of which volume. */
  #window = "";
  readonly #resize: ResizeObserver;

  /** Begin in the elements of all cells at once: for each that is enabled later all others are drawn anew (5.14). */
  constructor(grid: Grid, elements: ReadonlyMap<Cell, HTMLDivElement>, listener: { readonly onDrawn: (cell: Cell) => void; readonly onResize: (cell: Cell) => void }) {
    start();
    made += 1;
    this.#grid = grid;
    this.#elements = new Map(elements);
    this.#engine = engineOf(`fileroom-volumes-${made}`);
    this.#engine.setViewports(
      [...elements].map(([cell, element]) => ({
        viewportId: cell,
        type: cell === "solid" ? ViewportType.VOLUME_3D : ViewportType.ORTHOGRAPHIC,
        element,
        defaultOptions: { background: [0, 0, 0], ...(cell === "solid" ? { parallelProjection: true } : {}) },
      })),
    );
    this.#resize = new ResizeObserver((entries) => {
      this.#engine.resize(true, true);
      for (const [cell, element] of this.#elements) if (entries.some(({ target }) => target === element)) listener.onResize(cell);
    });
    for (const [cell, element] of this.#elements) {
      element.addEventListener(Events.IMAGE_RENDERED, () => {
        listener.onDrawn(cell);
      });
      this.#resize.observe(element);
    }
  }

  get volumeId(): string {
    return this.#id;
  }

  /** Whether a program and not a graphics card draws. */
  get inSoftware(): boolean {
    const [cell = ""] = this.#elements.keys();
    const context = (this.#engine.getOffscreenMultiRenderWindow(cell).getOpenGLRenderWindow() as Surface).getContext();
    return drawsInSoftware(context);
  }

  /**
   * Another frame is in memory: it goes to the graphics card while others are on their way, a few at a time. What kind of
   * number all of them need is guessed from the first ones, and looked at again at the end.
   */
  take(): void {
    this.#waiting += 1;
    if (this.#waiting < AT_ONCE || isTilted(this.#grid) || this.#planes.length === 0) return;
    if (this.#kind === undefined) {
      if (cache.getImage(middleOf(this.#keys) ?? "") === undefined) return;
      void this.#stand(rangeOfAll(this.#keys.filter((key) => cache.getImage(key) !== undefined))).then(() => {
        this.#drawNothing();
      });
    } else if (this.#standing) this.#upload();
  }

  /** The values of slice `index` of the grid as it was scanned; undefined when they had to make room. */
  slice(index: number): ArrayLike<number> | undefined {
    return cache.getImage(this.#keys[index] ?? "")?.getPixelData();
  }

  /** All frames are in memory. */
  async complete(): Promise<void> {
    const range = rangeOfAll(this.#keys);
    const exact = this.#offset === undefined || holds(this.#offset, range.min, range.max);
    if (this.#kind !== range.type || !exact || !this.#standing) await this.#stand(range);
    else this.#upload();
  }

  get #keys(): string[] {
    return this.#grid.frames.map(frameKey);
  }

  /** Put a volume into all viewports, in the place of the one before. */
  async #stand(range: ValueRange): Promise<void> {
    dropVolume(this.#id);
    made += 1;
    // without a colon: Cornerstone would look for a loader of its upright slices (5.14)
    const id = `fileroom-volume-${made}`;
    [this.#id, this.#kind, this.#standing] = [id, range.type, false];
    this.#offset = range.type === "Float32Array" ? undefined : offsetFor(range.min, range.max);
    makeVolume(id, this.#grid, range, this.#offset);
    for (const cell of this.#elements.keys()) {
      await this.viewport(cell).setVolumes([{ volumeId: id }], false, true);
      if (this.#id !== id) return; // gone meanwhile, or another stands there
      if (cell !== "solid") this.#sample(cell);
    }
    this.#standing = true;
  }

  /**
   * A ray takes two samples of a slab at least: of less than one step vtk makes a part of its colour only, and of a mean
   * a part of its value (36.4): planes came out some hundredths too dark.
   */
  #sample(cell: PlaneName): void {
    const { actor }: { readonly actor?: unknown } = this.viewport(cell).getDefaultActor();
    if (!isVolume(actor)) return;
    const usual = this.#grid.spacing.reduce((sum, one) => sum + one, 0) / 6; // Cornerstone's own
    actor.getMapper()?.setSampleDistance(Math.min(usual, Math.max(this.#thick / 2, LEAST_SLAB)));
  }

  /**
   * The texture is made when a viewport is first drawn: one that looks past the volume has little to draw. It is not
   * shown, for that would wait until the graphics card has cleared the whole texture.
   */
  #drawNothing(): void {
    const [cell] = [...this.#elements.keys()].filter((one) => one !== "solid");
    if (!this.#standing || cell === undefined) return;
    const far = 10 * this.#depth();
    this.viewport(cell).setCamera({ focalPoint: [far, far, far], position: [far, far, far + 1], viewPlaneNormal: [0, 0, 1], viewUp: [0, 1, 0], parallelScale: 1 });
    const offscreen = this.#engine.getOffscreenMultiRenderWindow(cell);
    for (const { id, renderer } of offscreen.getRenderers()) renderer.setDraw(id === cell);
    offscreen.getRenderWindow().render();
  }

  #upload(): void {
    const texture = (cache.getVolume(this.#id) as ImageVolume | undefined)?.vtkOpenGLTexture as Streamed | undefined;
    if (!texture?.getHandle()) return; // the first drawing takes them
    this.#waiting = 0;
    texture.update3DFromRaw();
  }

  viewport(cell: Cell): Types.IVolumeViewport {
    return this.#engine.getViewport<Types.IVolumeViewport & Types.IViewport>(cell);
  }

  has(cell: Cell): boolean {
    return this.#elements.has(cell);
  }

  get #planes(): Types.IVolumeViewport[] {
    return [...this.#elements.keys()].filter((cell) => cell !== "solid").map((cell) => this.viewport(cell));
  }

  /** A further volume of Cornerstone's cache over all planes. */
  async addVolume(input: Types.IVolumeInput): Promise<void> {
    await Promise.all(this.#planes.map((viewport) => viewport.addVolumes([input], true, true)));
  }

  /** The canvas that a cell is drawn on. */
  canvas(cell: Cell): HTMLCanvasElement {
    return this.viewport(cell).getCanvas();
  }

  aim(cell: Cell, aim: Aim): void {
    const away = normalOf(aim);
    const distance = this.#depth();
    // a single plane is drawn where its ray enters: half the least slab of Cornerstone before its middle (5.14)
    const eye = cell === "solid" || this.#thick > 0 ? aim.eye : add(aim.eye, away, LEAST_SLAB);
    const viewport = this.viewport(cell);
    viewport.setCamera({
      focalPoint: [...eye],
      position: [...add(eye, away, -distance)],
      viewPlaneNormal: [...negate(away)],
      viewUp: [...negate(aim.down)],
      parallelScale: aim.height / 2,
    });
    // rays begin at the near end, by Cornerstone a kilometre away (5.14): in numbers of 32 bits 0.03 mm from where they should
    if (cell !== "solid") viewport.getRenderer().getActiveCamera().setClippingRange(distance / 2, 1.5 * distance);
    viewport.render();
  }

  /** Far enough to be outside the volume. */
  #depth(): number {
    const { dimensions, spacing } = this.#grid;
    return 2 * Math.hypot(...dimensions.map((count, axis) => count * (spacing[axis] ?? 1)));
  }

  setWindow(range: GreyRange, whiteLow: boolean): void {
    const window = [this.volumeId, range.lower, range.upper, whiteLow].join();
    if (window === this.#window) return; // each image of the stack beside it says so again
    this.#window = window;
    for (const viewport of this.#planes) {
      viewport.setProperties({ invert: whiteLow, voiRange: range }, this.volumeId, true);
      viewport.render();
    }
  }

  setSlab({ mode, thickness }: Slab): void {
    this.#thick = thickness;
    for (const cell of this.#elements.keys()) if (cell !== "solid") this.#sample(cell);
    for (const viewport of this.#planes) {
      viewport.setBlendMode(thickness > 0 ? BLENDS[mode] : BlendModes.COMPOSITE);
      viewport.setSlabThickness(thickness / 2); // to each side of the plane (5.14)
      viewport.render();
    }
  }

  // -- the solid ------------------------------------------------------------------------------------------------

  get #solid(): { readonly actor: vtkVolume; readonly mapper: vtkVolumeMapper } | undefined {
    if (!this.has("solid")) return undefined;
    const { actor }: { readonly actor?: unknown } = this.viewport("solid").getDefaultActor();
    const mapper = isVolume(actor) ? actor.getMapper() : null;
    return isVolume(actor) && mapper !== null ? { actor, mapper } : undefined;
  }

  /** Colours and opacities of the solid; `greatest`: along each ray the greatest value alone. */
  paint(nodes: readonly Node[], { greatest, shaded }: { readonly greatest: boolean; readonly shaded: boolean }): void {
    const solid = this.#solid;
    if (solid === undefined) return;
    const property = solid.actor.getProperty();
    const [colour, opacity] = [property.getRGBTransferFunction(0), property.getScalarOpacity(0)];
    colour.removeAllPoints();
    opacity.removeAllPoints();
    for (const [value, opaque, [red, green, blue]] of nodes) {
      colour.addRGBPoint(value, red, green, blue);
      opacity.addPoint(value, opaque);
    }
    property.setScalarOpacityUnitDistance(0, 1); // opacities are by millimetre
    property.setInterpolationTypeToLinear();
    property.setShade(shaded && !greatest);
    property.setAmbient(0.25);
    property.setDiffuse(0.75);
    property.setSpecular(0.2);
    property.setSpecularPower(12);
    if (greatest) solid.mapper.setBlendModeToMaximumIntensity();
    else solid.mapper.setBlendModeToComposite();
    this.viewport("solid").render();
  }

  /** How far apart the samples of a ray are, in voxels: more is quicker and coarser. */
  setCoarseness(voxels: number): void {
    const solid = this.#solid;
    if (solid === undefined) return;
    const [across, down, deep] = this.#grid.spacing;
    solid.mapper.setMaximumSamplesPerRay(4000);
    solid.mapper.setSampleDistance((voxels * (across + down + deep)) / 3);
    this.viewport("solid").render();
  }

  /** Cut away what lies outside a box. */
  setBox(box: Box): void {
    const solid = this.#solid;
    if (solid === undefined) return;
    const corners = cornersOf(isTilted(this.#grid) ? uprightGrid(this.#grid) : this.#grid);
    const end = (pick: (...values: number[]) => number): [number, number, number] => [pick(...corners.map(([x]) => x)), pick(...corners.map(([, y]) => y)), pick(...corners.map(([, , z]) => z))];
    solid.mapper.removeAllClippingPlanes();
    for (const { origin, normal } of boxPlanes(box, end(Math.min), end(Math.max))) solid.mapper.addClippingPlane(vtkPlane.newInstance({ origin: [...origin], normal: [...normal] }));
    this.viewport("solid").render();
  }


  dispose(): void {
    this.#resize.disconnect();
    dropVolume(this.#id);
    [this.#id, this.#standing] = ["", false];
    this.#engine.destroy();
  }
}
