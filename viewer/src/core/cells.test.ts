import { describe, expect, it } from "vitest";

import { cellsOf, storedValues } from "./cells.ts";
import type { SeriesImage } from "./model.ts";
import { applyPalette, readPalette } from "./palette.ts";
import { image } from "./testing.ts";

const words = (...values: number[]): Uint8Array<ArrayBuffer> => new Uint8Array(Uint16Array.from(values).buffer);
const cells = (values: Partial<SeriesImage>, bytes: Uint8Array<ArrayBuffer>) => cellsOf(image(values), bytes, undefined);
const as16 = ({ bytes }: { bytes: Uint8Array<ArrayBuffer> }): number[] => [...new Uint16Array(bytes.buffer)];

const RLE = "1.2.840.10008.1.2.5";
const COLOUR: Partial<SeriesImage> = { samples_per_pixel: 3, photometric_interpretation: "RGB", bits_allocated: 8, bits_stored: 8 };

describe("grey cells", () => {
  it("lose the bits that are not stored, where old files keep overlays", () => {
    const found = cells({ bits_stored: 12, high_bit: 11 }, words(0x1fff, 0xf001, 0, 0x0800));
    expect(as16(found)).toEqual([0xfff, 1, 0, 0x800]);
  });

  it("are moved down when the high bit is not the last stored one", () => {
    expect(as16(cells({ bits_stored: 12, high_bit: 15 }, words(0x1230, 0xfff0, 0, 0)))).toEqual([0x123, 0xfff, 0, 0]);
  });

  it("that the server decoded are left as they are", () => {
    const found = cells({ transfer_syntax_uid: RLE, bits_stored: 12, high_bit: 11 }, words(4133, 0xffff, 0, 1));
    expect(as16(found)).toEqual([4133, 0xffff, 0, 1]);
    expect(found.bitsStored).toBe(16);
  });

  it("of one bit are unpacked from the lowest bit on", () => {
    const found = cells({ rows: 2, columns: 5, bits_allocated: 1, bits_stored: 1 }, Uint8Array.of(0b10000101, 0b11));
    expect([...found.bytes]).toEqual([1, 0, 1, 0, 0, 0, 0, 1, 1, 1]);
    expect(found.bitsAllocated).toBe(8);
  });

  it("of one bit that the server decoded are bytes already", () => {
    const found = cells({ transfer_syntax_uid: RLE, bits_allocated: 1, bits_stored: 1 }, Uint8Array.of(1, 0, 0, 1));
    expect([...found.bytes]).toEqual([1, 0, 0, 1]);
  });

  it("of floating point have no sign of their own, and doubles become single", () => {
    const doubles = new Uint8Array(Float64Array.of(1.5, -2, 0, 3).buffer);
    const found = cells({ bits_allocated: 64, bits_stored: null, pixel_representation: null }, doubles);
    expect([...new Float32Array(found.bytes.buffer)]).toEqual([1.5, -2, 0, 3]);
    expect(found).toMatchObject({ bitsAllocated: 32, representation: undefined });
  });

  it("that are too few are refused, a byte of padding is not", () => {
    expect(() => cells({}, words(1, 2, 3))).toThrow("6 bytes where 8 are needed");
    expect([...cells({ rows: 1, columns: 3, bits_allocated: 8 }, Uint8Array.of(1, 2, 3, 0)).bytes]).toEqual([1, 2, 3]);
    expect(() => cells({ rows: 0 }, new Uint8Array(0))).toThrow();
  });
});

describe("stored values", () => {
  const stored = (values: Partial<SeriesImage>, bytes: Uint8Array<ArrayBuffer>) => storedValues(cells(values, bytes));

  it("have the sign of their highest stored bit", () => {
    const signed = { bits_stored: 12, high_bit: 11, pixel_representation: 1 };
    expect(stored(signed, words(0xfff, 0x800, 0x7ff, 0))).toEqual(Int16Array.of(-1, -2048, 2047, 0));
    expect(stored({ bits_allocated: 8, bits_stored: 8, pixel_representation: 1 }, Uint8Array.of(255, 128, 127, 0))).toEqual(Int8Array.of(-1, -128, 127, 0));
  });

  it("without a sign, and of floating point, are what stands there", () => {
    expect(stored({ bits_stored: 12, high_bit: 11 }, words(0xfff, 0x800, 0, 1))).toEqual(Uint16Array.of(0xfff, 0x800, 0, 1));
    const wide = { bits_allocated: 32, bits_stored: 32, high_bit: 31 };
    expect(stored(wide, new Uint8Array(Uint32Array.of(7, 0xffffffff, 0, 1).buffer))).toEqual(Uint32Array.of(7, 0xffffffff, 0, 1));
    expect(stored({ ...wide, pixel_representation: 1 }, new Uint8Array(Int32Array.of(-7, 7, 0, 1).buffer))).toEqual(Int32Array.of(-7, 7, 0, 1));
    expect(stored({ ...wide, pixel_representation: null }, new Uint8Array(Float32Array.of(0.5, -2, 0, 1).buffer))).toEqual(Float32Array.of(0.5, -2, 0, 1));
  });

  it("are in the memory of the bytes, where nothing follows these", () => {
    const bytes = words(1, 2, 3, 4);
    expect((stored({}, bytes) as Uint16Array).buffer).toBe(bytes.buffer);
  });
});

describe("colour cells", () => {
  it("by plane become colour by pixel", () => {
    const found = cells({ ...COLOUR, rows: 1, planar_configuration: 1 }, Uint8Array.of(1, 2, 10, 20, 100, 200));
    expect([...found.bytes]).toEqual([1, 10, 100, 2, 20, 200]);
  });

  it("that the server decoded are by pixel, whatever the file says", () => {
    const values = { ...COLOUR, rows: 1, planar_configuration: 1, transfer_syntax_uid: RLE, photometric_interpretation: "YBR_FULL" };
    expect([...cells(values, Uint8Array.of(1, 2, 3, 4, 5, 6)).bytes]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it("of YBR_FULL become RGB", () => {
    const ybr = Uint8Array.of(76, 85, 255, 255, 128, 128, 0, 128, 128, 150, 44, 21);
    const found = cells({ ...COLOUR, photometric_interpretation: "YBR_FULL" }, ybr);
    expect([...found.bytes]).toEqual([254, 0, 0, 255, 255, 255, 0, 0, 0, 0, 255, 1]);
  });

  it("of YBR_FULL_422 share their colour by two", () => {
    const found = cells({ ...COLOUR, rows: 1, photometric_interpretation: "YBR_FULL_422" }, Uint8Array.of(10, 200, 128, 128));
    expect([...found.bytes]).toEqual([10, 10, 10, 200, 200, 200]);
  });

  it("of 16 bits show their upper 8", () => {
    const found = cells({ ...COLOUR, rows: 1, columns: 1, bits_allocated: 16, bits_stored: 16 }, words(0xff00, 0x80ff, 0x00ff));
    expect([...found.bytes]).toEqual([0xff, 0x80, 0]);
    const twelve = cells({ ...COLOUR, rows: 1, columns: 1, bits_allocated: 16, bits_stored: 12 }, words(0xfff, 0x800, 0));
    expect([...twelve.bytes]).toEqual([0xff, 0x80, 0]);
  });

  it("of four samples are refused", () => {
    expect(() => cells({ samples_per_pixel: 4, photometric_interpretation: "ARGB" }, new Uint8Array(99))).toThrow("4 samples");
  });
});

describe("palettes", () => {
  const none = (): Promise<Uint8Array> => Promise.reject(new Error("nothing elsewhere"));
  const inline = (bytes: Uint8Array) => ({ vr: "OW", InlineBinary: btoa(String.fromCharCode(...bytes)) });
  const descriptor = (...Value: number[]) => ({ vr: "US", Value });

  it("give each index its colour, the ends beyond the ends", () => {
    const palette = { first: 10, red: Uint8Array.of(1, 2), green: Uint8Array.of(3, 4), blue: Uint8Array.of(5, 6) };
    expect([...applyPalette(Uint8Array.of(0, 10, 11, 99), palette)]).toEqual([1, 3, 5, 1, 3, 5, 2, 4, 6, 2, 4, 6]);
  });

  it("are read from 16-bit entries, wherever their values lie", async () => {
    const table = descriptor(2, 0, 16);
    const found = await readPalette(
      {
        "00281101": table,
        "00281102": table,
        "00281103": table,
        "00281201": inline(words(0x1234, 0xff00)),
        "00281202": { vr: "US", Value: [0, 0x8000] },
        "00281203": { vr: "OW", BulkDataURI: "/blue" },
      },
      (uri) => Promise.resolve(uri === "/blue" ? words(0xff, 0x7fff) : words(0, 0)),
    );
    expect(found).toEqual({ first: 0, red: Uint8Array.of(0x12, 0xff), green: Uint8Array.of(0, 0x80), blue: Uint8Array.of(0, 0x7f) });
  });

  it("are read from packed 8-bit entries, and from 16 bits that mean 8", async () => {
    const [eight, sixteen] = [descriptor(4, 1, 8), descriptor(4, 1, 16)];
    const found = await readPalette(
      {
        "00281101": eight,
        "00281102": sixteen,
        "00281103": eight,
        "00281201": inline(Uint8Array.of(1, 2, 3, 4)),
        "00281202": inline(words(5, 6, 7, 255)),
        "00281203": inline(words(8, 9, 10, 11)),
      },
      none,
    );
    expect(found).toMatchObject({ first: 1, red: Uint8Array.of(1, 2, 3, 4), green: Uint8Array.of(5, 6, 7, 255) });
    expect(found?.blue).toEqual(Uint8Array.of(8, 9, 10, 11));
  });

  it("are played from segments: discrete, linear, and again", async () => {
    const table = descriptor(9, 0, 16);
    // 1000 2000 | up to 5000 in three steps | both segments once more, which lie at word 0
    const segments = words(0, 2, 0x1000, 0x2000, 1, 3, 0x5000, 2, 2, 0, 0);
    const one = { "00281101": table, "00281102": table, "00281103": table };
    const data = { "00281221": inline(segments), "00281222": inline(segments), "00281223": inline(segments) };
    const found = await readPalette({ ...one, ...data }, none);
    expect([...(found?.red ?? [])]).toEqual([0x10, 0x20, 0x30, 0x40, 0x50, 0x10, 0x20, 0x30, 0x40]);
  });

  it("that miss a colour are none", async () => {
    expect(await readPalette({ "00281101": descriptor(2, 0, 16), "00281201": inline(words(1, 2)) }, none)).toBeUndefined();
  });

  it("turn indices into RGB", () => {
    const palette = { first: 0, red: Uint8Array.of(9, 8), green: Uint8Array.of(7, 6), blue: Uint8Array.of(5, 4) };
    const values = { rows: 1, bits_allocated: 8, bits_stored: 8, photometric_interpretation: "PALETTE COLOR" };
    const found = cellsOf(image(values), Uint8Array.of(1, 0), palette);
    expect([...found.bytes]).toEqual([8, 6, 4, 9, 7, 5]);
    expect(found.photometric).toBe("RGB");
    expect(() => cellsOf(image(values), Uint8Array.of(1, 0), undefined)).toThrow("palette");
  });
});
