/** Cornerstone's image loader for our frames: fetch, decode here or have it decoded, check. */
import { cache, getShouldUseCPURendering, type Types, utilities } from "@cornerstonejs/core";
import { createImage } from "@cornerstonejs/dicom-image-loader";

import { cellsOf } from "../../../core/cells.ts";
import { decodesHere, EXPLICIT_LITTLE, isNative, isSound } from "../../../core/decoding.ts";
import { type Frame, frameKey } from "../../../core/frames.ts";
import { rescale, type Values } from "../../../core/rescale.ts";
import { fetchDecoded, fetchPalette, fetchStored } from "../source.ts";
import { fromShelf, type Shelved } from "./shelf.ts";

const coming = new Map<string, Promise<void>>();

/**
 * Have an image in Cornerstone's cache. Done here and not by its `loadAndCacheImage`, which leaves a rejection that
 * nobody catches for each image that cannot be had.
 */
export function haveImage(key: string): Promise<void> {
  if (cache.getImage(key) !== undefined) return Promise.resolve();
  const shelved = fromShelf(key);
  if (shelved === undefined) return Promise.reject(new Error("no such image"));
  let image = coming.get(key);
  if (image === undefined) {
    image = decodeFrame(shelved).then((decoded) => {
      if (cache.getImage(key) === undefined) cache.putImageSync(key, decoded);
    });
    const over = (): void => {
      if (coming.get(key) === image) coming.delete(key);
    };
    image.then(over, over);
    coming.set(key, image);
  }
  return image;
}

/** What is on its way was given up (its requests were aborted): nobody may wait for it. */
export function forgetComing(): void {
  coming.clear();
}

/** Registered for the scheme `fileroom:`; asked only for an image that had to make room while it was wanted. */
export function loadImage(imageId: string): { promise: Promise<Types.IImage> } {
  const shelved = fromShelf(imageId);
  return { promise: shelved === undefined ? Promise.reject(new Error("no such image")) : decodeFrame(shelved) };
}

async function decodeFrame(shelved: Shelved): Promise<Types.IImage> {
  const { frame } = shelved;
  const { image } = frame;
  if (isNative(image.transfer_syntax_uid)) return fromCells(shelved, (await fetchStored(frame)).bytes);
  if (decodesHere(image, image.transfer_syntax_uid)) {
    const { bytes, transferSyntax } = await fetchStored(frame);
    try {
      if (isSound(image, transferSyntax, bytes)) return await fromCodec(shelved, bytes, transferSyntax);
    } catch {
      // a stream that our codec does not take may still be one that the server's takes
    }
  }
  return fromCells(shelved, (await fetchDecoded(frame)).bytes);
}

async function fromCodec(shelved: Shelved, bytes: Uint8Array<ArrayBuffer>, syntax: string): Promise<Types.IImage> {
  shelved.pixels = undefined;
  return finished(shelved.frame, await create(frameKey(shelved.frame), bytes, syntax));
}

async function fromCells(shelved: Shelved, bytes: Uint8Array): Promise<Types.IImage> {
  const { frame, series } = shelved;
  const palette = frame.image.photometric_interpretation === "PALETTE COLOR" ? await fetchPalette(series, frame) : undefined;
  const cells = cellsOf(frame.image, bytes, palette);
  shelved.pixels = cells;
  return finished(frame, await create(frameKey(frame), cells.bytes, EXPLICIT_LITTLE));
}

async function create(key: string, bytes: Uint8Array<ArrayBuffer>, syntax: string): Promise<Types.IImage> {
  const image = await createImage(key, bytes, syntax, { useRGBA: false, preScale: { enabled: false } });
  return image as Types.IImage;
}

/** A codec that gives another size than the data set says has not decoded this image. */
function finished(frame: Frame, image: Types.IImage): Types.IImage {
  const pixels = frame.rows * frame.columns;
  const values = image.getPixelData();
  if (image.rows !== frame.rows || image.columns !== frame.columns) throw new Error("decoded to another size");
  if (values.length !== pixels * (image.color ? 3 : 1)) throw new Error("decoded to another length");
  if (!image.color) {
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
