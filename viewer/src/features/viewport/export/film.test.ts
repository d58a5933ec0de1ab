import { describe, expect, it } from "vitest";

import { film } from "./film.ts";

/** As much of a canvas as a GIF is made of; each picture in a grey of its own. */
function canvas(level: number): HTMLCanvasElement {
  const data = new Uint8ClampedArray(4 * 4 * 4).fill(level);
  return { width: 4, height: 4, getContext: () => ({ getImageData: () => ({ data }) }) } as unknown as HTMLCanvasElement;
}

/** Hundredths of a second of each picture: graphic control extensions of GIF89a. */
async function delays(blob: Blob): Promise<number[]> {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  return [...bytes.keys()].flatMap((at) => (bytes[at] === 0x21 && bytes[at + 1] === 0xf9 && bytes[at + 2] === 4 ? [(bytes[at + 4] ?? 0) + 256 * (bytes[at + 5] ?? 0)] : []));
}

const told = { onProgress: () => undefined, stop: new AbortController().signal };

describe("a film as GIF", () => {
  it("keeps its time, though a GIF counts in hundredths of a second", async () => {
    const made = await film("gif", { count: 6, rate: 30, shoot: (index) => Promise.resolve(canvas(40 * index)) }, told);
    expect(await delays(made)).toEqual([3, 4, 3, 3, 4, 3]);
  });

  it("shows each picture for as long as its file says", async () => {
    // 40, 40, 200 and 120 milliseconds: the mean is 100
    const times = [0.4, 0.4, 2, 1.2];
    let shot = 0;
    const shoot = (index: number): Promise<HTMLCanvasElement> => {
      shot = index;
      return Promise.resolve(canvas(60 * index));
    };
    const made = await film("gif", { count: 4, rate: 10, shoot, stays: () => times[shot] ?? NaN }, told);
    expect(await delays(made)).toEqual([4, 4, 20, 12]);
  });
});
