/** Cornerstone's image loader for our frames: fetch, decode here or have it decoded, check. */
import { cache, getShouldUseCPURendering, type Types, utilities } from "@cornerstonejs/core";
import { createImage } from "@cornerstonejs/dicom-image-loader";

import { cellsOf } from "../../../core/cells.ts";
import { decodesHere, EXPLICIT_LITTLE, isNative, isSound } from "../../../core/decoding.ts";
import { type Frame, frameKey } from "../../../core/frames.ts";
import { rescale, type Values } from "../../../core/rescale.ts";
import { needsDisplay } from "../../../core/needs.ts";
import { tableOf, throughTable } from "../../../core/tables.ts";
import { isAbort } from "../../../io/http.ts";
import { fetchDecoded, fetchDisplay, fetchPalette, fetchStored } from "../source.ts";
import { fromShelf, type Shelved } from "./shelf.ts";

const coming = new Map<string, { readonly series: string; readonly image: Promise<void> }>();

/**
 * Have an image in Cornerstone's cache. Done here and not by its `loadAndCacheImage`, which leaves a rejection that
 * nobody catches for each image that cannot be had.
 */
export function haveImage(key: string): Promise<void> {
  if (cache.getImage(key) !== undefined) return Promise.resolve();
  const shelved = fromShelf(key);
  if (shelved === undefined) return Promise.reject(new Error("no such image"));
  const known = coming.get(key)?.image;
  if (known !== undefined) return known;
  const image = decodeFrame(shelved).then((decoded) => {
    if (cache.getImage(key) === undefined) cache.putImageSync(key, decoded);
  });
  const over = (): void => {
    if (coming.get(key)?.image === image) coming.delete(key);
  };
  image.then(over, over);
  coming.set(key, { series: shelved.series.id, image });
  return image;
}

/** What is on its way of a series was given up (its requests were aborted): nobody may wait for it. */
export function forgetComing(seriesId: string): void {
  for (const [key, { series }] of coming) if (series === seriesId) coming.delete(key);
}

/** Registered for the scheme `fileroom:`; asked only for an image that had to make room while it was wanted. */
export function loadImage(imageId: string): { promise: Promise<Types.IImage> } {
  const shelved = fromShelf(imageId);
  return { promise: shelved === undefined ? Promise.reject(new Error("no such image")) : decodeFrame(shelved) };
}

async function decodeFrame(shelved: Shelved): Promise<Types.IImage> {
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

async function decodePixels(shelved: Shelved): Promise<Types.IImage> {
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

async function fromCodec(shelved: Shelved, bytes: Uint8Array<ArrayBuffer>, syntax: string): Promise<Types.IImage> {
  shelved.pixels = undefined;
  return sized(shelved.frame, await create(frameKey(shelved.frame), bytes, syntax));
}

async function fromCells(shelved: Shelved, bytes: Uint8Array): Promise<Types.IImage> {
  const { frame, series } = shelved;
  const palette = frame.image.photometric_interpretation === "PALETTE COLOR" ? await fetchPalette(series, frame) : undefined;
  const cells = cellsOf(frame.image, bytes, palette);
  shelved.pixels = cells;
  return sized(frame, await create(frameKey(frame), cells.bytes, EXPLICIT_LITTLE));
}

async function create(key: string, bytes: Uint8Array<ArrayBuffer>, syntax: string): Promise<Types.IImage> {
  const image = await createImage(key, bytes, syntax, { useRGBA: false, preScale: { enabled: false } });
  return image as Types.IImage;
}

/** A codec that gives another size than the data set says has not decoded this image. */
function sized(frame: Frame, image: Types.IImage): Types.IImage {
  const pixels = frame.rows * frame.columns;
  const values = image.getPixelData();
  if (image.rows !== frame.rows || image.columns !== frame.columns) throw new Error("decoded to another size");
  if (values.length !== pixels * (image.color ? 3 : 1)) throw new Error("decoded to another length");
  return image;
}

/** The image with the values that are drawn and measured. */
function finished({ frame, display }: Shelved, image: Types.IImage): Types.IImage {
  const values = image.getPixelData();
  if (!image.color) {
    // a table goes in the place of slope and intercept (PS3.3 C.11.1)
    const table = display?.modality_table;
    if (table) {
      const found = throughTable(values, tableOf(table));
      return holding(image, found, { minPixelValue: found.reduce((a, b) => Math.min(a, b), 65535), maxPixelValue: found.reduce((a, b) => Math.max(a, b), 0), slope: 1, intercept: 0 });
    }
    // Not left to the loader: it takes whole numbers for the result whenever the least and the greatest value come out
    // whole, and cuts all between (5.14).
    const { values: found, min, max } = rescale(values, frame.slope, frame.intercept);
    return holding(image, found, { minPixelValue: min, maxPixelValue: max, slope: 1, intercept: 0 });
  }
  // the GPU draws from RGB, the CPU from RGBA
  return getShouldUseCPURendering() ? holding(image, withAlpha(values), { rgba: true, numberOfComponents: 4 }) : image;
}

/** The image with other values. */
function holding(image: Types.IImage, values: Values | Uint8ClampedArray, more: Partial<Types.IImage>): Types.IImage {
  const voxelManager = utilities.VoxelManager.createImageVoxelManager({
    scalarData: values,
    width: image.width,
    height: image.height,
    numberOfComponents: more.numberOfComponents ?? image.numberOfComponents,
  });
  return Object.assign(image, {
    ...more,
    voxelManager,
    getPixelData: () => values,
    dataType: values.constructor.name as Types.PixelDataTypedArrayString,
    sizeInBytes: values.byteLength,
  });
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
