/** Cornerstone's image loader for our frames: fetch, decode here or have it decoded, check. */
import { cache, getShouldUseCPURendering, type Types, utilities } from "@cornerstonejs/core";
import { createImage } from "@cornerstonejs/dicom-image-loader";

import { cellsOf } from "../../../core/cells.ts";
import { decodesHere, EXPLICIT_LITTLE, isNative, isSound } from "../../../core/decoding.ts";
import { type Frame, frameKey } from "../../../core/frames.ts";
import { rescale } from "../../../core/rescale.ts";
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
  return rescaled(shelved.frame, checked(shelved.frame, await create(frameKey(shelved.frame), bytes, syntax)));
}

async function fromCells(shelved: Shelved, bytes: Uint8Array): Promise<Types.IImage> {
  const { frame, series } = shelved;
  const palette = frame.image.photometric_interpretation === "PALETTE COLOR" ? await fetchPalette(series, frame) : undefined;
  const cells = cellsOf(frame.image, bytes, palette);
  shelved.pixels = cells;
  return rescaled(frame, checked(frame, await create(frameKey(frame), cells.bytes, EXPLICIT_LITTLE)));
}

async function create(key: string, bytes: Uint8Array<ArrayBuffer>, syntax: string): Promise<Types.IImage> {
  // the CPU draws colour from RGBA, the GPU from RGB
  const image = await createImage(key, bytes, syntax, { useRGBA: getShouldUseCPURendering(), preScale: { enabled: false } });
  return image as Types.IImage;
}

/**
 * The image with its values rescaled (Hounsfield units and the like). Not left to the loader: it picks whole numbers for
 * the result whenever the least and greatest value come out whole, and cuts all between (5.14).
 */
function rescaled(frame: Frame, image: Types.IImage): Types.IImage {
  if (image.color) return image;
  const found = rescale(image.getPixelData(), frame.slope, frame.intercept);
  const { values, min, max } = found;
  const voxelManager = utilities.VoxelManager.createImageVoxelManager({
    scalarData: values,
    width: image.width,
    height: image.height,
    numberOfComponents: 1,
  });
  const type = values.constructor.name as Types.PixelDataTypedArrayString;
  return Object.assign(image, {
    voxelManager,
    getPixelData: () => values,
    dataType: type,
    sizeInBytes: values.byteLength,
    minPixelValue: min,
    maxPixelValue: max,
    slope: 1,
    intercept: 0,
  });
}

/** A codec that gives another size than the data set says has not decoded this image. */
function checked(frame: Frame, image: Types.IImage): Types.IImage {
  const samples = image.color ? (image.rgba ? 4 : 3) : 1;
  if (image.rows !== frame.rows || image.columns !== frame.columns) throw new Error("decoded to another size");
  if (image.getPixelData().length !== frame.rows * frame.columns * samples) throw new Error("decoded to another length");
  return image;
}
