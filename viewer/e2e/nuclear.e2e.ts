import { readFileSync } from "node:fs";

import type { Page } from "playwright-core";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { cleanup } from "./driver/cleanup.ts";
import { complained, pictureOnFailure } from "./driver/page.ts";
import { greyAt, planesDrawn } from "./driver/planes.ts";
import { fileroom, python, Scratch } from "./driver/server.ts";
import { begin, type Stage } from "./driver/stage.ts";
import { drawn, expected, grey, seen, type Truth, wrong } from "./driver/viewport.ts";

const atEnd = cleanup();
const scratch = new Scratch();
let stage: Stage;
let truths: Readonly<Record<string, Truth>>;
let series: readonly { readonly id: string; readonly description: string }[];
let page: Page;

const truth = (key: string): Truth => truths[key] ?? expect.fail(`no series ${key} in the world`);
const idOf = (key: string): string => series.find((one) => one.description === key)?.id ?? expect.fail(`no series ${key}`);

beforeAll(async () => {
  atEnd(() => {
    scratch.remove();
  });
  python("viewer/e2e/nuclear.py", scratch.path("world"));
  truths = JSON.parse(readFileSync(scratch.path("world/truth.json"), "utf8")) as Record<string, Truth>;
  fileroom("import", scratch.path("world/files"), "--archive", scratch.path("archive"), "--json");
  stage = await begin(atEnd, scratch.path("archive"));
  const { server } = stage;
  const answer = await fetch(`${server.origin}/api/series?limit=100`, { headers: { Authorization: `Bearer ${server.token}` } });
  series = ((await answer.json()) as { items: typeof series }).items;
  ({ page } = stage.watched);
  await page.goto(server.url);
});

beforeEach(() => {
  pictureOnFailure(page);
});

afterEach(() => {
  expect(complained(stage.watched)).toEqual([]);
});

async function open(key: string, layout = "1x1"): Promise<void> {
  await page.evaluate((name) => {
    localStorage.setItem("fileroom.layout.NM", name);
  }, layout);
  await page.goto(`${stage.server.origin}/series/${idOf(key)}`);
}

/** Which frame of the file is on the screen, counted from 0. */
const shows = async (key: string, frame: number): Promise<void> => {
  await expect.poll(async () => wrong(await seen(page, truth(key)), expected(truth(key), frame), 1)).toBe(0);
};
const corner = () => page.locator(".vp-corner.bottom.left").innerText();
const phase = () => page.locator(".vp-phases").innerText();

describe("nuclear medicine", () => {
  it("goes through detectors, and through energy windows by a slider, with the names of the file", async () => {
    await open("still");
    await drawn(page, 1);
    expect(await phase()).toBe("Energy window 1 (Tc99m) · 1 of 2");
    await expect.poll(corner).toContain("Energy window 1 (Tc99m) · Detector 1 (Anterior)");
    expect(await corner()).toContain("Image 1 of 2");
    await shows("still", 0);
    await page.keyboard.press("ArrowDown");
    await drawn(page, 2);
    await expect.poll(corner).toContain("Detector 2 (Posterior)");
    await shows("still", 1);
    await page.keyboard.press(".");
    await drawn(page, 4);
    await expect.poll(phase).toBe("Energy window 2 (Scatter) · 2 of 2");
    await shows("still", 3);
  });

  it("has a film for each detector, at the rate of the heart beat", async () => {
    await open("gated");
    await drawn(page, 1);
    const parts = page.getByRole("combobox", { name: "Part of the series" });
    expect(await parts.locator("option").allInnerTexts()).toEqual(["Detector 1 (Anterior) · 4 images", "Detector 2 (Posterior) · 4 images"]);
    await shows("gated", 0);
    await page.keyboard.press("End");
    await drawn(page, 4);
    await shows("gated", 6);
    await parts.selectOption({ label: "Detector 2 (Posterior) · 4 images" });
    await expect.poll(corner).toContain("Detector 2 (Posterior)");
    await page.keyboard.press("Home");
    await drawn(page, 1);
    await shows("gated", 1);
    await page.keyboard.press(" ");
    await page.locator(".vp-rate").waitFor();
    expect(await page.locator(".vp-rate").innerText()).toBe("16");
    await page.keyboard.press(" ");
    await page.locator(".vp-rate").waitFor({ state: "detached" });
  });

  it("has planes through reconstructed slices, at each time, where the file says that they lie", async () => {
    await open("recon", "mpr");
    await planesDrawn(page);
    expect(await page.locator('.vp-cell[data-cell="axial"] .vp-corner.bottom.left').innerText()).toContain("of 8");
    // slices go downwards from 100 mm, 4 mm each
    const shade = (value: number): number => grey(value, [500, 1000]);
    const at = (slice: number): Promise<number> => greyAt(page, "coronal", [10, 0, 100 - 4 * (slice - 1)]);
    for (const slice of [2, 4, 7]) expect(await at(slice)).toBeCloseTo(shade(100 * slice), -0.5);
    await page.keyboard.press(".");
    for (const slice of [2, 4, 7]) await expect.poll(async () => Math.abs((await at(slice)) - shade(100 * slice + 50))).toBeLessThan(2);
  });
});
