import { gzipSync } from "node:zlib";

import type { Page } from "playwright-core";
import { beforeAll, describe, expect, it } from "vitest";

import { cleanup } from "../e2e/driver/cleanup.ts";
import { type House, house, ROUNDS, SLICES, VOLUME } from "./house.ts";
import { imageSeen, median, tell } from "./watch.ts";

const atEnd = cleanup();
let here: House;

beforeAll(async () => {
  here = await house(atEnd);
});

/**
 * Milliseconds for each image of the series, from asking for it to when it has been drawn and whatever the page does on
 * that has been done: measured in the page itself, the same way for both.
 */
function scrolled(page: Page, how: "key" | "call", count: number): Promise<number[]> {
  return page.evaluate(
    async ([by, images]) => {
      const times: number[] = [];
      for (let index = 1; index < images; index += 1) {
        const drawn = new Promise<void>((resolve) => {
          document.addEventListener(
            "CORNERSTONE_IMAGE_RENDERED",
            () => {
              const { port1, port2 } = new MessageChannel();
              port1.onmessage = () => {
                resolve();
              };
              port2.postMessage(0);
            },
            { capture: true, once: true },
          );
        });
        const begin = performance.now();
        if (by === "key") document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowDown", bubbles: true }));
        else window.turnTo?.(index);
        await drawn;
        times.push(performance.now() - begin);
      }
      return times;
    },
    [how, count] as const,
  );
}

const p95 = (times: readonly number[]): number => [...times].sort((a, b) => a - b)[Math.floor(times.length * 0.95)] ?? NaN;

/** Our viewer with the whole series in memory. */
async function viewer(): Promise<{ readonly page: Page; readonly size: { readonly width: number; readonly height: number } }> {
  const { page } = await here.page();
  await page.goto(`${here.server.origin}/series/${here.seriesId}`);
  await expect.poll(() => page.locator(".vp-scrubber").getAttribute("title"), { timeout: 300_000 }).toMatch(new RegExp(`^${SLICES} `));
  await page.waitForLoadState("networkidle");
  const size = await page.locator(".vp-stage canvas").first().evaluate(({ clientWidth: width, clientHeight: height }) => ({ width, height }));
  return { page, size };
}

describe("scrolling", () => {
  it("through loaded images takes as long as in a bare page of Cornerstone3D", async () => {
    const count = Number(SLICES);
    const [mine, bare]: [number[], number[]] = [[], []];
    for (let round = 0; round < ROUNDS; round += 1) {
      const { page, size } = await viewer();
      const times = await scrolled(page, "key", count);
      expect(await page.locator(`.vp-stage[data-drawn="${SLICES}"]`).count()).toBe(1); // it did go to the end
      mine.push(p95(times));
      await page.context().close();
      const floor = await here.own("bare");
      await floor.waitForFunction(() => window.bareStack !== undefined);
      expect(await floor.evaluate(([id, width, height]) => window.bareStack?.(id, width, height), [here.seriesId, size.width, size.height] as const)).toBe(count);
      bare.push(p95(await scrolled(floor, "call", count)));
      await floor.context().close();
    }
    tell(`p95 of scrolling through ${SLICES} loaded images / a bare Cornerstone3D page`, median(mine) / median(bare), 1.2, { ours_ms: median(mine), bare_ms: median(bare) });
  });
});

/** Kilobytes of the scripts among some addresses, as gzip makes them. */
async function scripts(addresses: readonly string[]): Promise<number> {
  let bytes = 0;
  for (const address of new Set(addresses.filter((one) => /\.(js|wasm)$/.test(new URL(one).pathname)))) {
    bytes += gzipSync(new Uint8Array(await (await fetch(address)).arrayBuffer())).length;
  }
  return bytes / 1024;
}

describe("what is fetched", () => {
  it("before the archive can be used, and before the first image", async () => {
    const { page, asked } = await here.page();
    await page.goto(here.server.origin);
    const person = page.locator("#patients .grid-body").getByRole("row", { name: /Bench/ });
    await person.waitFor();
    const archive = [...asked];
    await person.click();
    await page.getByRole("treegrid").getByRole("row", { name: new RegExp(VOLUME) }).click();
    const seen = imageSeen(page, ".vp-stage canvas");
    await page.keyboard.press("Enter");
    await seen;
    const [first, image] = [await scripts(archive), await scripts(asked)];
    await page.context().close();
    expect(first).toBeGreaterThan(10);
    expect(image).toBeGreaterThan(first);
    tell("KB of script (gzip) before the archive page is usable", first, 150, {});
    tell("KB of script (gzip) before the first image", image, 1800, {});
  });
});
