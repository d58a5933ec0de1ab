/** Pictures of the same series in fileroom and in OHIF, over the same server: what `docs/beside-ohif.md` shows. */
import path from "node:path";

import type { Browser, Page } from "playwright-core";
import { beforeAll, describe, expect, it } from "vitest";

import { launch } from "../e2e/driver/chromium.ts";
import { cleanup } from "../e2e/driver/cleanup.ts";
import { openPage } from "../e2e/driver/page.ts";
import { REPOSITORY, type Server, serve } from "../e2e/driver/server.ts";
import { planesDrawn } from "../e2e/driver/planes.ts";
import { drawn } from "../e2e/driver/viewport.ts";
import { ohifFolder, type Peer, serveOhif } from "./ohif.ts";

const FOLDER = path.join(REPOSITORY, "docs/pictures");
const LOOK = { viewport: { width: 1200, height: 800 }, colorScheme: "dark" } as const;
const SLICE = 38;
const SERIES = /Chest\/Abdomen/;
/** How long a picture has to have stood still to be taken. */
const STILL_MS = 4000;

interface Answered {
  readonly "0020000D": { readonly Value: readonly [string] };
}

const dist = ohifFolder();
const atEnd = cleanup();
let browser: Browser;
let server: Server;
let ohif: Peer;
let cookies: Awaited<ReturnType<ReturnType<Page["context"]>["cookies"]>>;
let study: string;

beforeAll(async () => {
  if (dist === undefined) return;
  server = await serve(["demo"]);
  atEnd(server.stop);
  browser = await launch();
  atEnd(() => browser.close());
  const { page } = await openPage(browser);
  await page.goto(server.url);
  cookies = await page.context().cookies();
  await page.context().close();
  ohif = await serveOhif(dist, server);
  atEnd(ohif.stop);
  const answer = await fetch(`${ohif.origin}/dicomweb/series?SeriesDescription=*Chest/Abdomen*&Modality=CT`);
  const [series] = (await answer.json()) as readonly Answered[];
  if (series === undefined) throw new Error("the demo has no such series");
  study = series["0020000D"].Value[0];
});

async function ours(layout: string): Promise<Page> {
  const { page } = await openPage(browser, LOOK);
  await page.context().addCookies(cookies);
  await page.goto(server.origin);
  await page.evaluate((name) => {
    localStorage.setItem("fileroom.layout.CT", name);
  }, layout);
  await page.locator("#patients .grid-body").getByRole("row", { name: /Fantôme/ }).click();
  await page.getByRole("treegrid").getByRole("row", { name: SERIES }).dblclick();
  return page;
}

async function theirs(protocol: string): Promise<Page> {
  const { page } = await openPage(browser, LOOK);
  page.setDefaultTimeout(120_000);
  await page.goto(`${ohif.origin}/viewer?StudyInstanceUIDs=${study}${protocol}`);
  await page.locator(".cornerstone-canvas").first().waitFor();
  await page.waitForLoadState("networkidle");
  // what it greets a newcomer with lies over the images
  for (const greeting of ["Skip all", "Confirm and hide"]) {
    const button = page.getByText(greeting, { exact: true });
    if (await button.isVisible()) await button.click();
  }
  return page;
}

async function take(page: Page, name: string): Promise<void> {
  await page.mouse.move(0, 0);
  await page.waitForTimeout(STILL_MS);
  await page.screenshot({ path: path.join(FOLDER, `beside-${name}.png`) });
  await page.context().close();
}

describe.skipIf(dist === undefined)("the same series, side by side", () => {
  it("a slice in fileroom", async () => {
    const page = await ours("1x1");
    await drawn(page, 1);
    await page.getByRole("slider").fill(String(SLICE));
    await drawn(page, SLICE);
    await expect.poll(() => page.locator(".vp-scrubber").getAttribute("title"), { timeout: 60_000 }).toMatch(/^124 /);
    await take(page, "slice-fileroom");
  });

  it("the slice in OHIF", async () => {
    const page = await theirs("");
    await page.locator(".cornerstone-canvas").first().click();
    for (let at = 1; at < SLICE; at++) await page.keyboard.press("ArrowDown");
    await take(page, "slice-ohif");
  });

  it("planes in fileroom", async () => {
    const page = await ours("mpr");
    await planesDrawn(page);
    await take(page, "planes-fileroom");
  });

  it("planes in OHIF", async () => {
    const page = await theirs("&hangingProtocolId=mpr");
    await page.waitForTimeout(20_000); // it draws while it loads, and says nowhere that it is done
    await take(page, "planes-ohif");
  });
});
