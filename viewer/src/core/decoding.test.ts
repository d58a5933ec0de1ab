import { describe, expect, it } from "vitest";

import { decodesHere, isSound } from "./decoding.ts";
import type { SeriesImage } from "./model.ts";
import { framePart } from "./multipart.ts";
import { nearest, room } from "./nearest.ts";
import { rescale } from "./rescale.ts";
import { image } from "./testing.ts";

const JPEG_LOSSLESS = "1.2.840.10008.1.2.4.70";
const JPEG_2000 = "1.2.840.10008.1.2.4.90";

describe("decodesHere", () => {
  it.each<[string, string, Partial<SeriesImage>, boolean]>([
    ["lossless JPEG in 16 bits", JPEG_LOSSLESS, {}, true],
    ["8-bit JPEG", "1.2.840.10008.1.2.4.50", { bits_allocated: 8, bits_stored: 8 }, true],
    ["12-bit JPEG, which the codec gets wrong", "1.2.840.10008.1.2.4.51", { bits_stored: 12 }, false],
    ["colour RLE in 8 bits", "1.2.840.10008.1.2.5", { samples_per_pixel: 3, photometric_interpretation: "RGB", bits_allocated: 8, bits_stored: 8 }, true],
    ["colour RLE in 16 bits", "1.2.840.10008.1.2.5", { samples_per_pixel: 3, photometric_interpretation: "RGB" }, false],
    ["a palette", JPEG_LOSSLESS, { photometric_interpretation: "PALETTE COLOR" }, false],
    ["video", "1.2.840.10008.1.2.4.102", {}, false],
    ["more bits than there is room for", JPEG_LOSSLESS, { bits_stored: 20 }, false],
    ["JPEG that claims to be RGB", "1.2.840.10008.1.2.4.50", { samples_per_pixel: 3, photometric_interpretation: "RGB", bits_allocated: 8, bits_stored: 8 }, false],
  ])("%s", (_what, syntax, values, expected) => {
    expect(decodesHere(image(values), syntax)).toBe(expected);
  });
});

describe("isSound", () => {
  const END = [0xff, 0xd9];
  /** The beginning of a JPEG 2000 code stream whose first component has this depth (ISO/IEC 15444-1 A.5.1), and its end. */
  const stream = (depth: number, end = END): Uint8Array => {
    const bytes = new Uint8Array(60);
    bytes.set([0xff, 0x4f, 0xff, 0x51]);
    bytes[42] = depth;
    bytes.set(end, 50); // padding follows
    return bytes;
  };

  it.each<[string, Partial<SeriesImage>, Uint8Array, boolean]>([
    ["unsigned in 12 bits", { bits_stored: 12 }, stream(11), true],
    ["signed in 16 bits", { pixel_representation: 1 }, stream(0x80 | 15), true],
    ["signed pixels in an unsigned stream", { pixel_representation: 1 }, stream(15), false],
    ["12 bits in a stream of 16", { bits_stored: 12 }, stream(15), false],
    ["a stream that is cut", {}, stream(15, []), false],
    ["a JP2 file instead of a stream", {}, Uint8Array.of(0, 0, 0, 12, 0x6a, 0x50, ...END), false],
    ["nothing", {}, new Uint8Array(0), false],
  ])("JPEG 2000: %s", (_what, values, bytes, expected) => {
    expect(isSound(image(values), JPEG_2000, bytes)).toBe(expected);
  });

  it.each<[string, number[], boolean]>([
    ["with its end", [0xff, 0xd8, 1, 2, ...END], true],
    ["with a lone D9 after its end", [0xff, 0xd8, ...END, 0, 0xd9], true],
    ["cut", [0xff, 0xd8, 1, 0xd9, 2], false],
  ])("JPEG %s", (_what, bytes, expected) => {
    expect(isSound(image(), JPEG_LOSSLESS, Uint8Array.from(bytes))).toBe(expected);
  });

  it.each<[string, number[][], boolean]>([
    ["of four pixels: three of a kind and one more, a run of four", [[0xfe, 7, 0, 9], [0xfd, 1]], true],
    ["with an empty code and a byte of padding", [[0x80, 0xfd, 7], [0xfd, 1, 0]], true],
    ["whose second segment is short", [[0xfd, 7], [0xfe, 1]], false],
    ["that breaks off within a literal", [[0xfd, 7], [0x03, 1, 2]], false],
    ["with a segment too few", [[0xfd, 7]], false],
  ])("RLE %s", (_what, segments, expected) => {
    const header = new Uint32Array(16);
    header[0] = segments.length;
    segments.forEach((_, index) => (header[index + 1] = 64 + segments.slice(0, index).flat().length));
    const bytes = Uint8Array.from([...new Uint8Array(header.buffer), ...segments.flat()]);
    expect(isSound(image(), "1.2.840.10008.1.2.5", bytes)).toBe(expected);
  });
});

describe("framePart", () => {
  const bytes = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(text, (char) => char.charCodeAt(0));

  it("is the body of a single part, with the syntax that its type names", () => {
    const part = framePart("application/octet-stream; transfer-syntax=1.2.840.10008.1.2.5", bytes("abc"), "x");
    expect(part).toEqual({ bytes: bytes("abc"), transferSyntax: "1.2.840.10008.1.2.5" });
    expect(framePart("application/octet-stream", bytes("abc"), "x").transferSyntax).toBe("x");
  });

  it("is the first part of a multipart, even when it holds line ends", () => {
    const body = bytes('--b\r\nContent-Type: application/octet-stream; transfer-syntax="1.2.3"\r\n\r\n\r\n--x\r\n\r\n--b--\r\n');
    const part = framePart('multipart/related; type="application/octet-stream"; boundary="b"', body, "x");
    expect(part).toEqual({ bytes: bytes("\r\n--x\r\n"), transferSyntax: "1.2.3" });
  });

  it.each(["multipart/related", "multipart/related; boundary=b"])("of %s that breaks off is refused", (type) => {
    expect(() => framePart(type, bytes("--b\r\nContent-Type: x\r\n\r\nabc"), "x")).toThrow("multipart");
  });
});

describe("rescale", () => {
  it("picks the kind of number that holds the results", () => {
    expect(rescale(Uint16Array.of(0, 4095), 1, -1024)).toEqual({ values: Int16Array.of(-1024, 3071), min: -1024, max: 3071 });
    expect(rescale(Uint16Array.of(0, 65535), 1, 1).values).toEqual(Float32Array.of(1, 65536));
    expect(rescale(Uint8Array.of(3, 200), 1, 0).values).toEqual(Uint8Array.of(3, 200));
  });

  it("keeps what is between whole ends", () => {
    expect(rescale(Uint8Array.of(0, 1, 10), 0.3, 0).values).toEqual(Float32Array.of(0, 0.3, 3));
  });

  it("draws what is no number as 0", () => {
    expect(rescale(Float32Array.of(NaN, 2, Infinity), 1, 0).values).toEqual(Float32Array.of(0, 2, 0));
  });

  it("turns round with a negative slope", () => {
    expect(rescale(Uint8Array.of(0, 10), -2, 5)).toEqual({ values: Int8Array.of(5, -15), min: -15, max: 5 });
  });
});

describe("nearest", () => {
  const order = (length: number, center: number): number[] => {
    const left = new Set(Array.from({ length }, (_, index) => index));
    const found: number[] = [];
    for (let next = nearest(length, center, (index) => left.has(index)); next !== undefined; ) {
      found.push(next);
      left.delete(next);
      next = nearest(length, center, (index) => left.has(index));
    }
    return found;
  };

  it("goes outwards, onwards before backwards", () => {
    expect(order(6, 2)).toEqual([2, 3, 1, 4, 0, 5]);
    expect(order(3, 0)).toEqual([0, 1, 2]);
    expect(order(0, 0)).toEqual([]);
  });

  it("has room for at least one", () => {
    expect(room(100, 30)).toBe(3);
    expect(room(100, 1000)).toBe(1);
  });
});
