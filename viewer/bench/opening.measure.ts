import type { Browser, Page } from "playwright-core";
import { beforeAll, describe, expect, it } from "vitest";

import { launch } from "../e2e/driver/chromium.ts";
import { cleanup } from "../e2e/driver/cleanup.ts";
import { openPage } from "../e2e/driver/page.ts";
import { fileroom, python, Scratch, type Server, serve } from "../e2e/driver/server.ts";
import { ohifFolder, type Peer, serveOhif } from "./ohif.ts";
import { imageSeen, median, pressed, rememberPresses, tell } from "./watch.ts";

const ROUNDS = Number(process.env["FILEROOM_ROUNDS"] ?? "5");
const SLICES = process.env["FILEROOM_SLICES"] ?? "300";
/** What the two of ours are called in their strips and lists. */
const VOLUME = /volume/;

const atEnd = cleanup();
const scratch = new Scratch();
let browser: Browser;
let server: Server;
let ohif: Peer | undefined;
let cookies: Awaited<ReturnType<ReturnType<Page["context"]>["cookies"]>>;

beforeAll(async () => {
  atEnd(() => {
    scratch.remove();
  });
  python("viewer/bench/series.py", scratch.path("files"), SLICES);
  fileroom("import", scratch.path("files"), "--archive", scratch.path("archive"), "--json");
  server = await serve(["serve", "--archive", scratch.path("archive")]);
  atEnd(server.stop);
  browser = await launch();
  atEnd(() => browser.close());
  const { page } = await openPage(browser);
  await page.goto(server.url);
  cookies = await page.context().cookies();
  await page.context().close();
  const dist = ohifFolder();
  if (dist === undefined) return;
  ohif = await serveOhif(dist, server);
  atEnd(ohif.stop);
});

/** Our archive page, with the patient's series before one's eyes and nothing left to do; in a browser that knows nothing. */
async function archivePage(): Promise<Page> {
  const { page } = await openPage(browser);
  await page.context().addCookies(cookies);
  await page.goto(server.origin);
  await page.locator("#patients .grid-body").getByRole("row", { name: /Bench/ }).click();
  await page.getByRole("treegrid").getByRole("row", { name: VOLUME }).waitFor();
  await page.waitForLoadState("networkidle");
  return page;
}

/** From pressing a series' row to its image; `again`: the second time in the same visit. */
async function ours(): Promise<{ first: number; again: number }> {
  const page = await archivePage();
  const open = async (): Promise<number> => {
    await rememberPresses(page);
    const row = page.getByRole("treegrid").getByRole("row", { name: VOLUME });
    await row.click();
    const seen = imageSeen(page, ".vp-stage canvas");
    await page.keyboard.press("Enter");
    return (await seen) - (await pressed(page));
  };
  const first = await open();
  await expect.poll(() => page.locator(".vp-scrubber").getAttribute("title"), { timeout: 300_000 }).toMatch(new RegExp(`^${SLICES} `));
  await page.goBack();
  await page.getByRole("treegrid").getByRole("row", { name: VOLUME }).waitFor();
  const again = await open();
  await page.context().close();
  return { first, again };
}

/** The same with OHIF: from pressing the mode's button of the study to an image in the middle of the page. */
async function theirs(origin: string): Promise<number> {
  const { page } = await openPage(browser);
  page.setDefaultTimeout(120_000);
  await page.goto(origin);
  await page.getByText("Bench, Mark").first().click();
  const button = page.getByRole("button", { name: "Basic Viewer" });
  await button.waitFor();
  await page.waitForLoadState("networkidle");
  await rememberPresses(page);
  const seen = imageSeen(page, ".cornerstone-canvas");
  await button.click();
  const took = (await seen) - (await pressed(page));
  await page.context().close();
  return took;
}

describe("opening a series", () => {
  it("first image, against OHIF; and again in the same visit", async () => {
    const [mine, again, peer]: [number[], number[], number[]] = [[], [], []];
    for (let round = 0; round < ROUNDS; round++) {
      const { first, again: second } = await ours();
      mine.push(first);
      again.push(second);
      if (ohif !== undefined) peer.push(await theirs(ohif.origin));
    }
    const parts = { ours_ms: median(mine), again_ms: median(again), ohif_ms: median(peer) };
    if (ohif === undefined) process.stdout.write("OHIF is not here (npm pack @ohif/app): left out\n");
    else tell(`click to first image of ${SLICES}, ours / OHIF`, parts.ours_ms / parts.ohif_ms, 0.6, parts);
    tell("the same series again / first time", parts.again_ms / parts.ours_ms, 0.2, parts);
    expect(mine.every((one) => one > 0)).toBe(true);
  });
});
