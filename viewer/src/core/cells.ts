/**
 * Uncompressed frames (PS3.5 8.1.1): pixel cells as they lie in the file, or as the server decoded them, made ready to
 * be drawn: one grey value a pixel, or red, green and blue in 8 bits.
 */
import { isNative } from "./decoding.ts";
import type { SeriesImage } from "./model.ts";
import { applyPalette, type Palette } from "./palette.ts";

/** What has to be known of an image to read its cells. */
export type PixelFacts = Pick<
  SeriesImage,
  "transfer_syntax_uid" | "photometric_interpretation" | "samples_per_pixel" | "planar_configuration" | "pixel_representation" | "rows" | "columns" | "bits_allocated" | "bits_stored" | "high_bit"
>;

export interface Cells {
  /** Little endian. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** `RGB` (8 bits, colour by pixel) or one of the grey ones. */
  readonly photometric: string;
  readonly bitsAllocated: 8 | 16 | 32;
  readonly bitsStored: number;
  /** 1 when signed; undefined when the values are floating point. */
  readonly representation: 0 | 1 | undefined;
}

const SUBSAMPLED = ["YBR_FULL_422", "YBR_PARTIAL_422"];
const LUMINANCE_FIRST = ["YBR_FULL", "YBR_FULL_422", "YBR_PARTIAL_422", "YBR_PARTIAL_420"];

/**
 * The cells of a frame. Frames that are native in their file come as they stand there; compressed ones that the server
 * decoded come with a byte for each single bit and with colour as RGB by pixel. Too few bytes are an error, never a
 * black rest. The bytes are given away: where they can be, they become the cells.
 */
export function cellsOf(image: PixelFacts, bytes: Uint8Array<ArrayBuffer>, palette: Palette | undefined): Cells {
  const decoded = !isNative(image.transfer_syntax_uid);
  if ((image.samples_per_pixel ?? 1) !== 1) return rgb(image, bytes, decoded);
  const grey = greyCells(image, bytes, decoded);
  if (image.photometric_interpretation !== "PALETTE COLOR") return grey;
  if (palette === undefined) throw new Error("an image of palette colours without its palette");
  const wide = grey.bitsAllocated === 16;
  const indices = wide ? new Uint16Array(grey.bytes.buffer) : grey.bytes;
  return colour(applyPalette(indices, palette));
}

const colour = (bytes: Uint8Array<ArrayBuffer>): Cells => ({
  bytes,
  photometric: "RGB",
  bitsAllocated: 8,
  bitsStored: 8,
  representation: 0,
});

/** `length` bytes in memory of their own, so that they are aligned; a padding byte may follow in the file. */
function take(bytes: Uint8Array<ArrayBuffer>, length: number): Uint8Array<ArrayBuffer> {
  if (bytes.length < length || length === 0) throw new Error(`a frame of ${bytes.length} bytes where ${length} are needed`);
  // a copy of each slice of a volume is much for the collector of garbage
  return bytes.buffer.byteLength === length ? bytes : bytes.slice(0, length);
}

/** The stored values of grey cells, in the memory that these are in; signs are extended from the stored bits (PS3.5 8.1.1). */
export function storedValues({ bytes, bitsAllocated, bitsStored, representation }: Cells): ArrayLike<number> & ArrayBufferView<ArrayBuffer> {
  if (representation === undefined) return new Float32Array(bytes.buffer);
  if (representation === 0) return bitsAllocated === 8 ? bytes : bitsAllocated === 16 ? new Uint16Array(bytes.buffer) : new Uint32Array(bytes.buffer);
  const signed = bitsAllocated === 8 ? new Int8Array(bytes.buffer) : bitsAllocated === 16 ? new Int16Array(bytes.buffer) : new Int32Array(bytes.buffer);
  const unused = 32 - bitsStored;
  if (bitsStored < bitsAllocated) for (let index = 0; index < signed.length; index += 1) signed[index] = ((signed[index] ?? 0) << unused) >> unused;
  return signed;
}

function greyCells(image: PixelFacts, bytes: Uint8Array<ArrayBuffer>, decoded: boolean): Cells {
  const { photometric_interpretation: photometric, pixel_representation: sign } = image;
  const allocated = image.bits_allocated ?? 0;
  const pixels = (image.rows ?? 0) * (image.columns ?? 0);
  if (allocated === 1) return { photometric, representation: 0, bytes: bits(bytes, pixels, decoded), bitsAllocated: 8, bitsStored: 8 };
  const cells = take(bytes, (pixels * allocated) / 8);
  // the server has extended signs already, and lossy codecs may overshoot Bits Stored: those are still the values
  const bitsStored = decoded ? allocated : (image.bits_stored ?? allocated);
  const common = { photometric, bitsStored, representation: sign === null ? undefined : sign === 1 ? 1 : 0 } as const;
  if (allocated === 8) return { ...common, bytes: cells, bitsAllocated: 8 };
  if (allocated === 16) return { ...common, bytes: decoded ? cells : storedBits(image, cells), bitsAllocated: 16 };
  if (allocated === 32) return { ...common, bytes: cells, bitsAllocated: 32 };
  if (allocated !== 64) throw new Error(`${allocated} bits allocated`);
  // Double Float Pixel Data; what is drawn needs no more than single precision
  const single = Float32Array.from(new Float64Array(cells.buffer));
  return { ...common, representation: undefined, bytes: new Uint8Array(single.buffer), bitsAllocated: 32 };
}

/** Pixels of one bit, the first in the lowest bit (PS3.5 8.1.1), as bytes of 0 and 1; so are they decoded. */
function bits(bytes: Uint8Array<ArrayBuffer>, pixels: number, decoded: boolean): Uint8Array<ArrayBuffer> {
  if (decoded) return take(bytes, pixels);
  const packed = take(bytes, Math.ceil(pixels / 8));
  return Uint8Array.from({ length: pixels }, (_, index) => ((packed[index >> 3] ?? 0) >> (index & 7)) & 1);
}

/** Without the bits around the stored ones, where old files keep overlays; the sign is extended later. */
function storedBits(image: PixelFacts, bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const stored = image.bits_stored ?? 16;
  const low = (image.high_bit ?? stored - 1) - stored + 1;
  if (stored >= 16 || low < 0) return bytes;
  const words = new Uint16Array(bytes.buffer);
  const mask = (1 << stored) - 1;
  for (let index = 0; index < words.length; index += 1) words[index] = ((words[index] ?? 0) >> low) & mask;
  return bytes;
}

/** Red, green and blue in 8 bits, colour by pixel. */
function rgb(image: PixelFacts, bytes: Uint8Array<ArrayBuffer>, decoded: boolean): Cells {
  const pixels = (image.rows ?? 0) * (image.columns ?? 0);
  const model = image.photometric_interpretation;
  if (image.samples_per_pixel !== 3) throw new Error(`${String(image.samples_per_pixel)} samples per pixel`);
  const width = Math.ceil((image.bits_allocated ?? 8) / 8);
  const short = !decoded && SUBSAMPLED.includes(model) && bytes.length < pixels * 3 * width;
  const flat = eightBits(image, take(bytes, (short ? pixels * 2 : pixels * 3) * width), width);
  const whole = short ? spread422(flat) : !decoded && image.planar_configuration === 1 ? byPixel(flat, pixels) : flat;
  if (!decoded && LUMINANCE_FIRST.includes(model)) toRgb(whole, model.includes("PARTIAL"));
  return colour(whole);
}

/** What a screen shows of samples of 16 or 32 bits: their highest 8. */
function eightBits(image: PixelFacts, bytes: Uint8Array<ArrayBuffer>, width: number): Uint8Array<ArrayBuffer> {
  if (width === 1) return bytes;
  const samples = width === 2 ? new Uint16Array(bytes.buffer) : new Uint32Array(bytes.buffer);
  const shift = Math.max(0, (image.bits_stored ?? width * 8) - 8);
  return Uint8Array.from(samples, (value) => value >>> shift);
}

/** Colour by plane (Planar Configuration 1) to colour by pixel. */
function byPixel(planes: Uint8Array, pixels: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(pixels * 3);
  for (let plane = 0; plane < 3; plane += 1) {
    for (let index = 0; index < pixels; index += 1) out[index * 3 + plane] = planes[plane * pixels + index] ?? 0;
  }
  return out;
}

/** Y Y Cb Cr for two pixels (PS3.3 C.7.6.3.1.2) to Y Cb Cr for each. */
function spread422(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array((bytes.length / 2) * 3);
  for (let from = 0, to = 0; from + 3 < bytes.length; from += 4, to += 6) {
    const [first = 0, second = 0, blue = 0, red = 0] = bytes.subarray(from, from + 4);
    out.set([first, blue, red, second, blue, red], to);
  }
  return out;
}

/** Luminance and two colour differences to RGB, in place: the inverse of the matrices of PS3.3 C.7.6.3.1.2. */
function toRgb(bytes: Uint8Array<ArrayBuffer>, partial: boolean): void {
  const out = new Uint8ClampedArray(bytes.buffer); // rounds and clamps
  const [black, luma, chroma] = partial ? [16, 255 / 219, 255 / 224] : [0, 1, 1];
  for (let at = 0; at + 2 < bytes.length; at += 3) {
    const y = ((bytes[at] ?? 0) - black) * luma;
    const blue = ((bytes[at + 1] ?? 0) - 128) * chroma;
    const red = ((bytes[at + 2] ?? 0) - 128) * chroma;
    out[at] = y + 1.402 * red;
    out[at + 1] = y - 0.344136 * blue - 0.714136 * red;
    out[at + 2] = y + 1.772 * blue;
  }
}
