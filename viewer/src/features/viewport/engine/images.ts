/** Cornerstone's image loader for our frames: fetch, decode here or have it decoded, check. */
import { cache, Enums, getShouldUseCPURendering, type Types, utilities } from "@cornerstonejs/core";
import { createImage } from "@cornerstonejs/dicom-image-loader";

import { cellsOf, storedValues } from "../../../core/cells.ts";
import { decodesHere, EXPLICIT_LITTLE, isNative, isSound } from "../../../core/decoding.ts";
import { type Frame, frameKey } from "../../../core/frames.ts";
import { rescale, type Values } from "../../../core/rescale.ts";
import { needsDisplay } from "../../../core/needs.ts";
import { tableOf, throughTable } from "../../../core/tables.ts";
import { isAbort } from "../../../io/http.ts";
import { fetchDecoded, fetchDisplay, fetchPalette, fetchStored, visitTo } from "../source.ts";
import { pixelSize, windowsToBegin } from "./metadata.ts";
import { isForWorkers, madeByWorker } from "./native.ts";
import { fromShelf, type Shelved } from "./shelf.ts";

const { VOILUTFunctionType } = Enums;

const coming = new Map<string, { readonly open: AbortSignal; readonly image: Promise<void> }>();

/**
 * Have an image in Cornerstone's cache. Done here and not by its `loadAndCacheImage`, which leaves a rejection that
 * nobody catches for each image that cannot be had.
 */
export function haveImage(key: string): Promise<void> {
  if (cache.getImage(key) !== undefined) return Promise.resolve();
  const shelved = fromShelf(key);
  if (shelved === undefined) return Promise.reject(new Error("no such image"));
  const known = coming.get(key);
  // what was given up (its requests were aborted) nobody may wait for
  if (known?.open.aborted === false) return known.image;
  const image = decodeFrame(shelved).then((decoded) => {
    if (cache.getImage(key) === undefined) cache.putImageSync(key, decoded);
  });
  const over = (): void => {
    if (coming.get(key)?.image === image) coming.delete(key);
  };
  image.then(over, over);
  coming.set(key, { open: visitTo(shelved.series), image });
  return image;
}

/** Registered for the scheme `fileroom:`; asked only for an image that had to make room while it was wanted. */
export function loadImage(imageId: string): { promise: Promise<Types.IImage> } {
  const shelved = fromShelf(imageId);
  return { promise: shelved === undefined ? Promise.reject(new Error("no such image")) : decodeFrame(shelved) };
}

/** All of an image but its values, and these as they are stored. */
interface Decoded {
  /** Only of colour a canvas is asked for. */
  readonly about: Omit<Types.IImage, "getPixelData" | "getCanvas">;
  readonly values: ArrayLike<number>;
}

async function decodeFrame(shelved: Shelved): Promise<Types.IImage> {
  const made = isForWorkers(shelved) ? await madeByWorker(shelved) : undefined;
  if (made !== undefined) {
    const { form, values, min, max } = made;
    shelved.pixels = form;
    return holding(aboutGrey(shelved, form.photometric), values, { minPixelValue: min, maxPixelValue: max });
  }
  const { frame, series } = shelved;
  const { image } = frame;
  const [decoded] = await Promise.all([decodePixels(shelved), needsDisplay(image, series.modality) ? haveDisplay(shelved) : undefined]);
  return finished(shelved, decoded);
}

/** Have what the file says of its display; an image is drawn without it when it cannot be had. */
async function haveDisplay(shelved: Shelved): Promise<void> {
  shelved.display ??= await fetchDisplay(shelved.series, shelved.frame).catch((error: unknown) => {
    if (isAbort(error)) throw error;
    return undefined;
  });
}

async function decodePixels(shelved: Shelved): Promise<Decoded> {
  const { frame, series } = shelved;
  const { image } = frame;
  if (isNative(image.transfer_syntax_uid)) return fromCells(shelved, (await fetchStored(series, frame)).bytes);
  if (decodesHere(image, image.transfer_syntax_uid)) {
    const { bytes, transferSyntax } = await fetchStored(series, frame);
    try {
      if (isSound(image, transferSyntax, bytes)) return await fromCodec(shelved, bytes, transferSyntax);
    } catch {
      // a stream that our codec does not take may still be one that the server's takes
    }
  }
  return fromCells(shelved, (await fetchDecoded(series, frame)).bytes);
}

async function fromCodec(shelved: Shelved, bytes: Uint8Array<ArrayBuffer>, syntax: string): Promise<Decoded> {
  shelved.pixels = undefined;
  return sized(shelved.frame, await create(frameKey(shelved.frame), bytes, syntax));
}

async function fromCells(shelved: Shelved, bytes: Uint8Array<ArrayBuffer>): Promise<Decoded> {
  const { frame, series } = shelved;
  const palette = frame.image.photometric_interpretation === "PALETTE COLOR" ? await fetchPalette(series, frame) : undefined;
  const cells = cellsOf(frame.image, bytes, palette);
  const { photometric, bitsAllocated, bitsStored, representation } = cells;
  shelved.pixels = { photometric, bitsAllocated, bitsStored, representation }; // not the cells: those would stay as long as the shelf
  if (photometric !== "RGB") return { about: aboutGrey(shelved, photometric), values: storedValues(cells) };
  return sized(frame, await create(frameKey(frame), cells.bytes, EXPLICIT_LITTLE));
}

/**
 * What Cornerstone keeps beside grey values. They are no code: nothing has to go to a worker and come back, copied each
 * time, which for a volume is much for the collector of garbage.
 */
function aboutGrey(shelved: Shelved, photometric: string): Decoded["about"] {
  const { rows, columns } = shelved.frame;
  const [window] = windowsToBegin(shelved);
  return {
    imageId: frameKey(shelved.frame),
    photometricInterpretation: photometric,
    ...{ color: false, rgba: false, numberOfComponents: 1, invert: photometric === "MONOCHROME1" },
    ...{ rows, columns, height: rows, width: columns, ...pixelSize(shelved.frame) },
    // said when the values are rescaled
    ...{ slope: 1, intercept: 0, minPixelValue: 0, maxPixelValue: 0, sizeInBytes: 0, dataType: "Float32Array" },
    ...{ windowCenter: window.center, windowWidth: window.width, voiLUTFunction: VOILUTFunctionType.LINEAR },
  };
}

async function create(key: string, bytes: Uint8Array<ArrayBuffer>, syntax: string): Promise<Types.IImage> {
  const image = await createImage(key, bytes, syntax, { useRGBA: false, preScale: { enabled: false } });
  return image as Types.IImage;
}

/** A codec that gives another size than the data set says has not decoded this image. */
function sized(frame: Frame, image: Types.IImage): Decoded {
  const pixels = frame.rows * frame.columns;
  const values = image.getPixelData();
  if (image.rows !== frame.rows || image.columns !== frame.columns) throw new Error("decoded to another size");
  if (values.length !== pixels * (image.color ? 3 : 1)) throw new Error("decoded to another length");
  return { about: image, values };
}

/** The image with the values that are drawn and measured. */
function finished({ frame, display }: Shelved, { about, values }: Decoded): Types.IImage {
  if (!about.color) {
    // a table goes in the place of slope and intercept (PS3.3 C.11.1)
    const table = display?.modality_table;
    if (table) {
      const found = throughTable(values, tableOf(table));
      return holding(about, found, { minPixelValue: found.reduce((a, b) => Math.min(a, b), 65535), maxPixelValue: found.reduce((a, b) => Math.max(a, b), 0), slope: 1, intercept: 0 });
    }
    // Not left to the loader: it takes whole numbers for the result whenever the least and the greatest value come out
    // whole, and cuts all between (5.14).
    const { values: found, min, max } = rescale(values, frame.slope, frame.intercept);
    return holding(about, found, { minPixelValue: min, maxPixelValue: max, slope: 1, intercept: 0 });
  }
  // the GPU draws from RGB, the CPU from RGBA
  return getShouldUseCPURendering() ? holding(about, withAlpha(values), { rgba: true, numberOfComponents: 4 }) : (about as Types.IImage);
}

/** The image with other values. */
function holding(about: Decoded["about"], values: Values | Uint8ClampedArray, more: Partial<Types.IImage>): Types.IImage {
  const voxelManager = utilities.VoxelManager.createImageVoxelManager({
    scalarData: values,
    width: about.width,
    height: about.height,
    numberOfComponents: more.numberOfComponents ?? about.numberOfComponents,
  });
  return Object.assign(about, {
    ...more,
    voxelManager,
    getPixelData: () => values,
    dataType: values.constructor.name as Types.PixelDataTypedArrayString,
    sizeInBytes: values.byteLength,
  }) as Types.IImage;
}

function withAlpha(rgb: ArrayLike<number>): Uint8ClampedArray {
  const out = new Uint8ClampedArray((rgb.length / 3) * 4).fill(255);
  for (let from = 0, to = 0; from < rgb.length; from += 3, to += 4) {
    out[to] = rgb[from] ?? 0;
    out[to + 1] = rgb[from + 1] ?? 0;
    out[to + 2] = rgb[from + 2] ?? 0;
  }
  return out;
}
