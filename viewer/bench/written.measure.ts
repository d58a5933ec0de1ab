/** The pages of a written medium with very many images in one series, read from the disc: opened, gone through, and what they hold. */
import { spawnSync } from "node:child_process";
import { pathToFileURL } from "node:url";

import type { Browser, Page } from "playwright-core";
import { beforeAll, describe, expect, it } from "vitest";

import { launch } from "../e2e/driver/chromium.ts";
import { cleanup } from "../e2e/driver/cleanup.ts";
import { openPage } from "../e2e/driver/page.ts";
import { fileroom, python, Scratch } from "../e2e/driver/server.ts";
import { median, tell } from "./watch.ts";

const [FEW, MANY] = [50, Number(process.env["FILEROOM_PICTURES"] ?? 5000)];
const ROUNDS = 5;
const STEPS = 400;

const atEnd = cleanup();
const scratch = new Scratch();
let browser: Browser;
const wrote: Record<number, number> = {};

function write(count: number): void {
  const room = (name: string): string => scratch.path(`${name}-${count}`);
  python("viewer/bench/written.py", room("in"), String(count));
  fileroom("--archive", room("archive"), "import", room("in"));
  const { items } = JSON.parse(fileroom("--archive", room("archive"), "list", "patients", "--json")) as { items: { id: string }[] };
  const begin = performance.now();
  fileroom("--archive", room("archive"), "write-media", ...items.map(({ id }) => id), room("medium"), "--viewer");
  wrote[count] = performance.now() - begin;
}

beforeAll(async () => {
  atEnd(() => {
    scratch.remove();
  });
  for (const count of [FEW, MANY]) write(count);
  browser = await launch();
  atEnd(() => browser.close());
});

const address = (count: number, page: string): string => pathToFileURL(scratch.path(`medium-${count}`, page)).href;
const seen = (page: Page): Promise<void> =>
  page.locator("#picture").evaluate(async (image) => {
    if (image instanceof HTMLImageElement) await image.decode();
  });

/** Milliseconds from a bare tab to the picture of a series. */
async function opened(count: number): Promise<number> {
  const { page } = await openPage(browser);
  const begin = performance.now();
  await page.goto(address(count, "VIEWER/S00001.HTM"));
  await seen(page);
  const took = performance.now() - begin;
  await page.context().close();
  return took;
}

/** Kilobytes that all processes of this browser hold, when what can go has gone. */
async function memory(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send("HeapProfiler.collectGarbage");
  await session.detach();
  const { stdout } = spawnSync("ps", ["-e", "-o", "pid=,ppid=,rss="], { encoding: "utf8" });
  const all = stdout.trim().split("\n").map((line) => line.trim().split(/\s+/).map(Number));
  const ours = new Set([process.pid]);
  let sum = 0;
  for (let grown = true; grown; ) {
    grown = false;
    for (const [pid = 0, parent = 0, kilobytes = 0] of all) {
      if (!ours.has(parent) || ours.has(pid)) continue;
      ours.add(pid);
      sum += kilobytes;
      grown = true;
    }
  }
  return sum;
}

describe("a medium with very many images", () => {
  it("opens as soon as one with few", async () => {
    const times: Record<number, number[]> = { [FEW]: [], [MANY]: [] };
    for (let round = 0; round < ROUNDS; round += 1) for (const count of [FEW, MANY]) times[count]?.push(await opened(count));
    const [few, many] = [median(times[FEW] ?? []), median(times[MANY] ?? [])];
    tell(`pages of ${MANY} pictures opened, against ${FEW}`, many / few, 2, { few, many, writing: (wrote[MANY] ?? 0) / MANY });
    expect(many / few).toBeLessThan(4);
  });

  it("holds no more after hundreds of pictures than after some", async () => {
    const { page } = await openPage(browser);
    await page.goto(address(MANY, "VIEWER/S00001.HTM"));
    await seen(page);
    const go = async (steps: number): Promise<number> => {
      const begin = performance.now();
      for (let step = 0; step < steps; step += 1) {
        await page.keyboard.press("ArrowDown");
        await seen(page);
      }
      return (performance.now() - begin) / steps;
    };
    await page.keyboard.press("Home");
    await go(STEPS / 4);
    const before = await memory(page);
    const each = await go(STEPS);
    const after = await memory(page);
    tell(`memory of the page after ${STEPS} more pictures, against before`, after / before, 1.5, { before, after, each });
    expect(after / before).toBeLessThan(2);
    await page.context().close();
  });
});
