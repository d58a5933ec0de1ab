/** What is decoded has its limit: what was not looked at for the longest time goes first, and comes again when it is wanted. */
import type { Page } from "playwright-core";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";

import { cleanup } from "./driver/cleanup.ts";
import { complained, pictureOnFailure } from "./driver/page.ts";
import { fileroom, python, Scratch } from "./driver/server.ts";
import { begin, type Stage } from "./driver/stage.ts";
import { readPixels } from "./driver/viewport.ts";

/** As many frames of large.py as half a GiB has room for, the least that is ever taken. */
const ROOM = 64;
const FRAMES = 40;

const atEnd = cleanup();
const scratch = new Scratch();
let stage: Stage;
let page: Page;
let ids: ReadonlyMap<string, string>;

const idOf = (name: string): string => ids.get(name) ?? expect.fail(`no series ${name}`);

/** How many images of the series are in memory, by the load bar. */
async function loaded(): Promise<number> {
  const title = await page.locator(".vp-scrubber").getAttribute("title");
  return Number(title?.split(" ")[0]);
}

/** The image on the screen is that one, of large.py: its one value, seen in a window of 4096. */
async function isSeen(number: number): Promise<void> {
  await page.locator(`.vp-stage[data-drawn="${String(number)}"]`).waitFor();
  const box = await page.locator(".vp-stage").first().boundingBox();
  if (box === null) throw new Error("no viewport");
  const [colour = []] = await readPixels(page, await page.screenshot({ type: "png", scale: "css" }), [{ x: box.x + box.width / 2, y: box.y + box.height / 2 }]);
  const grey = Math.round((32 * (number - 1) * 255) / 4095);
  expect(Math.abs((colour[0] ?? NaN) - grey)).toBeLessThanOrEqual(1);
}

/** Frames of a series that were asked for since this was called last. */
function asked(): number {
  return stage.watched.asked.splice(0).filter((address) => /\/frames\/\d+/.test(address)).length;
}

async function turnTo(name: string): Promise<void> {
  await page.getByRole("listbox").getByRole("option", { name: new RegExp(name) }).click();
  await page.locator(`.vp-stage[data-series="${idOf(name)}"][data-drawn="1"]`).waitFor();
}

describe("a small memory", () => {
  beforeAll(async () => {
    atEnd(() => {
      scratch.remove();
    });
    python("viewer/e2e/large.py", scratch.path("world"));
    fileroom("import", scratch.path("world/files"), "--archive", scratch.path("archive"), "--json");
    stage = await begin(atEnd, scratch.path("archive"));
    ({ page } = stage.watched);
    await page.addInitScript(() => {
      Object.defineProperty(Navigator.prototype, "deviceMemory", { get: () => 1 });
    });
    await page.goto(stage.server.url);
    const answer = await fetch(`${stage.server.origin}/api/series?limit=100`, { headers: { Authorization: `Bearer ${stage.server.token}` } });
    const { items } = (await answer.json()) as { items: readonly { id: string; description: string }[] };
    ids = new Map(items.map(({ id, description }) => [description, id]));
  });

  beforeEach(() => {
    pictureOnFailure(page);
  });

  it("lets go of the series before for the one at hand, and has it again when it is wanted", async () => {
    await page.goto(`${stage.server.origin}/series/${idOf("first")}`);
    await expect.poll(loaded, { timeout: 60_000 }).toBe(FRAMES);
    await turnTo("second");
    await expect.poll(loaded, { timeout: 60_000 }).toBe(FRAMES);
    asked();
    await turnTo("first");
    await expect.poll(loaded, { timeout: 60_000 }).toBe(FRAMES);
    const again = asked();
    // no more than there is room for had stayed (a few had come back, as those of a neighbour), and what had stayed was not fetched
    expect(again).toBeGreaterThan((2 * FRAMES - ROOM) / 2);
    expect(again).toBeLessThan(FRAMES / 2);
    await isSeen(1);
    await page.keyboard.press("End");
    await isSeen(FRAMES);
    expect(complained(stage.watched)).toEqual([]);
  });

  it("has of a long series what is near the eye", async () => {
    await turnTo("long");
    await expect.poll(loaded, { timeout: 60_000 }).toBeGreaterThan(FRAMES);
    expect(await loaded()).toBeLessThanOrEqual(ROOM);
    await page.keyboard.press("End");
    await isSeen(80);
    await page.keyboard.press("Home");
    await isSeen(1);
    await expect.poll(loaded, { timeout: 60_000 }).toBeGreaterThan(FRAMES);
    expect(await loaded()).toBeLessThanOrEqual(ROOM);
    expect(complained(stage.watched)).toEqual([]);
  });
});
