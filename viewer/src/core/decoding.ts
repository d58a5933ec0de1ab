/**
 * Who decodes a compressed frame: a codec here in the browser, which takes load off the server, or the server.
 *
 * The browser takes what its codecs were found to decode exactly (compared value by value with other decoders); all
 * else is asked of the server, decoded to Explicit VR Little Endian (PS3.18 8.7.3.3). Nothing here guesses at pixels.
 */
import type { SeriesImage } from "./model.ts";

export const EXPLICIT_LITTLE = "1.2.840.10008.1.2.1";
const NATIVE = ["1.2.840.10008.1.2", EXPLICIT_LITTLE, "1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.2"];
const RLE = "1.2.840.10008.1.2.5";
const JPEG_BASELINE = "1.2.840.10008.1.2.4.50";
const JPEG_LOSSLESS = ["1.2.840.10008.1.2.4.57", "1.2.840.10008.1.2.4.70"];
const JPEG_LS = ["1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.81"];
const JPEG_2000 = ["1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.91"];
const HTJ2K = ["1.2.840.10008.1.2.4.201", "1.2.840.10008.1.2.4.202", "1.2.840.10008.1.2.4.203"];

/** Stored as plain values; whatever byte order they have in the file, they are sent in little endian. */
export const isNative = (syntax: string): boolean => NATIVE.includes(syntax);

/** MPEG-2, H.264 and H.265: one stream, whose frames cannot be had one by one (PS3.5 8.2.5 to 8.2.8). */
export const isVideo = (syntax: string): boolean => /^1\.2\.840\.10008\.1\.2\.4\.10[0-8](\.1)?$/.test(syntax);

const GREY = ["MONOCHROME1", "MONOCHROME2"];
const COLOUR = ["RGB", "YBR_FULL"];
/** Colour models of JPEG 2000, whose decoder gives RGB (PS3.5 8.2.4). */
const CODED_COLOUR = ["RGB", "YBR_RCT", "YBR_ICT"];

/** Whether the codecs in the browser decode compressed frames of this kind rightly. */
export function decodesHere(image: SeriesImage, syntax: string): boolean {
  const bits = image.bits_allocated ?? 0;
  const stored = image.bits_stored ?? bits;
  if (stored < 1 || stored > bits) return false;
  const samples = image.samples_per_pixel ?? 1;
  if (samples === 1) return GREY.includes(image.photometric_interpretation) && decodesGrey(syntax, bits);
  return samples === 3 && bits === 8 && decodesColour(syntax, image.photometric_interpretation);
}

/** 12-bit JPEG (…4.51) is not here: the codec was off by up to 32 grey values in each of six files. */
function decodesGrey(syntax: string, bits: number): boolean {
  if (syntax === JPEG_BASELINE) return bits === 8;
  return (bits === 8 || bits === 16) && [RLE, ...JPEG_LOSSLESS, ...JPEG_LS, ...JPEG_2000, ...HTJ2K].includes(syntax);
}

/** JPEG that claims to be RGB is left to the server: its marks may say otherwise, and browsers believe them. */
function decodesColour(syntax: string, model: string): boolean {
  if (syntax === JPEG_BASELINE) return model === "YBR_FULL" || model === "YBR_FULL_422";
  if (syntax === RLE || JPEG_LOSSLESS.includes(syntax) || JPEG_LS.includes(syntax)) return COLOUR.includes(model);
  return CODED_COLOUR.includes(model) && [...JPEG_2000, ...HTJ2K].includes(syntax);
}

/**
 * Whether a frame is whole and of the make that its data set says. Our codecs paint what a cut frame lacks without a
 * word, and believe a stream where it contradicts the data set; such frames are for the server to judge.
 */
export function isSound(image: SeriesImage, syntax: string, bytes: Uint8Array): boolean {
  if (syntax === RLE) return isWholeRle(image, bytes);
  if (!endsWithMarker(bytes)) return false;
  return [...JPEG_2000, ...HTJ2K].includes(syntax) ? agreesWithStream(image, bytes) : true;
}

/** JPEG, JPEG-LS and JPEG 2000 all end with FF D9, which cannot occur inside; padding may follow. */
function endsWithMarker(bytes: Uint8Array): boolean {
  for (let at = bytes.lastIndexOf(0xd9); at > 0; at = bytes.lastIndexOf(0xd9, at - 1)) if (bytes[at - 1] === 0xff) return true;
  return false;
}

/**
 * Some scanners write unsigned JPEG 2000 streams for signed pixels and the other way round; the codec believes the
 * stream, the standard the data set (PS3.5 8.2.4).
 */
function agreesWithStream(image: SeriesImage, bytes: Uint8Array): boolean {
  const SIZ = 2; // after the marker that begins a code stream comes its size segment (ISO/IEC 15444-1 A.5.1)
  if (bytes[0] !== 0xff || bytes[1] !== 0x4f || bytes[SIZ] !== 0xff || bytes[SIZ + 1] !== 0x51) return false;
  const depth = bytes[SIZ + 40]; // Ssiz of the first component: the sign in the highest bit
  if (depth === undefined) return false;
  return depth >> 7 === (image.pixel_representation ?? 0) && (depth & 0x7f) + 1 === image.bits_stored;
}

/** Whether each segment of an RLE frame (PS3.5 G.5) holds a byte for each pixel. */
function isWholeRle(image: SeriesImage, bytes: Uint8Array): boolean {
  const HEADER = 64;
  if (bytes.length < HEADER) return false;
  const header = new DataView(bytes.buffer, bytes.byteOffset, HEADER);
  const count = ((image.bits_allocated ?? 8) / 8) * (image.samples_per_pixel ?? 1);
  if (header.getUint32(0, true) !== count) return false;
  const begins = Array.from({ length: count }, (_, index) => header.getUint32(4 + index * 4, true));
  const pixels = (image.rows ?? 0) * (image.columns ?? 0);
  return begins.every((begin, index) => unpackedLength(bytes, begin, begins[index + 1] ?? bytes.length) >= pixels);
}

/** How many bytes a PackBits segment makes (PS3.5 G.3). */
function unpackedLength(bytes: Uint8Array, begin: number, end: number): number {
  let length = 0;
  for (let at = begin; at < Math.min(end, bytes.length); ) {
    const head = bytes[at] ?? 0x80;
    if (head < 0x80) length += Math.min(head + 1, end - at - 1);
    else if (head > 0x80) length += at + 1 < end ? 257 - head : 0;
    at += head < 0x80 ? head + 2 : head > 0x80 ? 2 : 1;
  }
  return length;
}

/** How many bytes a frame takes in memory once it is decoded; for making room, not exact. */
export function decodedBytes(image: SeriesImage): number {
  const pixels = (image.rows ?? 0) * (image.columns ?? 0);
  const samples = image.photometric_interpretation === "PALETTE COLOR" ? 3 : (image.samples_per_pixel ?? 1);
  return pixels * samples * Math.max(1, (image.bits_allocated ?? 8) / 8);
}
