import { mkdirSync, statSync } from "node:fs";
import path from "node:path";

import type { Browser, Page } from "playwright-core";
import { beforeAll, describe, expect, it } from "vitest";

import { launch } from "./driver/chromium.ts";
import { cleanup } from "./driver/cleanup.ts";
import { openPage } from "./driver/page.ts";
import { REPOSITORY, type Server, serve } from "./driver/server.ts";
import { drawn } from "./driver/viewport.ts";

const FOLDER = path.join(REPOSITORY, "docs/pictures");
const SIZE = { width: 1440, height: 900 };
/** A picture in a README that is heavier than this is not looked at. */
const MOST_BYTES = 600_000;

interface Look {
  /** Comes after the name of the picture. */
  readonly suffix: string;
  readonly locale: string;
  readonly colorScheme: "light" | "dark";
}

const LOOKS: readonly Look[] = [
  { suffix: "", locale: "en-GB", colorScheme: "light" },
  { suffix: "-dark", locale: "en-GB", colorScheme: "dark" },
  { suffix: "-it", locale: "it-IT", colorScheme: "light" },
];

const atEnd = cleanup();
let browser: Browser;
let server: Server;
let cookies: Awaited<ReturnType<ReturnType<Page["context"]>["cookies"]>>;

beforeAll(async () => {
  mkdirSync(FOLDER, { recursive: true });
  server = await serve(["demo"]);
  atEnd(server.stop);
  browser = await launch();
  atEnd(() => browser.close());
  const { page } = await openPage(browser);
  await page.goto(server.url);
  cookies = await page.context().cookies();
});

describe.each(LOOKS)("pictures ($locale, $colorScheme)", ({ suffix, locale, colorScheme }) => {
  async function open(): Promise<Page> {
    const { page } = await openPage(browser, { viewport: SIZE, locale, colorScheme });
    await page.context().addCookies(cookies);
    await page.addInitScript(() => {
      localStorage.setItem("fileroom.softwareNote", "read"); // most people have a graphics card
    });
    await page.goto(server.origin);
    return page;
  }

  async function take(page: Page, name: string): Promise<void> {
    const file = path.join(FOLDER, `${name}${suffix}.png`);
    await page.screenshot({ path: file });
    await page.context().close();
    expect(statSync(file).size).toBeLessThan(MOST_BYTES);
  }

  /** Choose the patient whose row says this. */
  async function choose(page: Page, name: RegExp): Promise<void> {
    await page.locator("#patients .grid-body").getByRole("row", { name }).click();
    await page.getByRole("treegrid").getByRole("row").nth(1).waitFor();
  }

  it("the archive", async () => {
    const page = await open();
    await choose(page, /Fantôme/);
    // the small pictures are made when they are first asked for
    const pictures = page.getByRole("treegrid").locator("img");
    await expect.poll(() => pictures.evaluateAll((all) => all.every((one) => (one as HTMLImageElement).naturalWidth > 0))).toBe(true);
    await take(page, "archive");
  });

  it("the viewer", async () => {
    const page = await open();
    await choose(page, /Fantôme/);
    await page
      .getByRole("treegrid")
      .getByRole("row", { name: /Chest\/Abdomen/ })
      .dblclick();
    await drawn(page, 1);
    await page.getByRole("slider").fill("38");
    await drawn(page, 38);
    const pictures = page.locator(".vp-strip img");
    await expect.poll(() => pictures.evaluateAll((all) => all.every((one) => (one as HTMLImageElement).naturalWidth > 0))).toBe(true);
    // all of the stack is in memory: the bar beside it is full
    await expect.poll(() => page.locator(".vp-scrubber").getAttribute("title"), { timeout: 60_000 }).toMatch(/^124 /);
    await page.mouse.move(0, 0);
    await take(page, "viewer");
  });

  it("three planes and the volume", async () => {
    const page = await open();
    await page.evaluate(() => {
      localStorage.setItem("fileroom.layout.CT", "mpr3d");
    });
    await choose(page, /Fantôme/);
    await page
      .getByRole("treegrid")
      .getByRole("row", { name: /Chest\/Abdomen/ })
      .dblclick();
    await page.locator('.vp-cell[data-cell="solid"][data-still="true"]').waitFor({ timeout: 90_000 });
    await page.mouse.move(0, 0);
    await page.waitForTimeout(1500);
    await take(page, "planes");
  });
});
