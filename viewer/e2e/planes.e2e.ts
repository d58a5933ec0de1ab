/**
 * Planes of volumes, pixel by pixel, against SimpleITK: phantoms always, and real scans where the shared ones (or
 * `FILEROOM_SCANS`) are: a choice, or with `FILEROOM_TRUTH=whole` (`make truth-planes`) every part of every series. What
 * makes no volume has a row, too: what the page says of it, and whether that is so.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

import type { Browser, Locator, Page } from "playwright-core";
import { beforeAll, describe, expect, it } from "vitest";

import { type Frame, framesOf } from "../src/core/frames.ts";
import type { SeriesImages } from "../src/core/model.ts";
import { stacksOf } from "../src/core/stacks.ts";
import { type Judged, volumeOf } from "../src/core/volume.ts";
import { launch } from "./driver/chromium.ts";
import { cleanup } from "./driver/cleanup.ts";
import { openPage } from "./driver/page.ts";
import { aimOf, greysOf, planesDrawn, settled } from "./driver/planes.ts";
import { fileroom, python, REPOSITORY, Scratch, type Server, serve } from "./driver/server.ts";

interface Row {
  readonly series: string;
  readonly plane: string;
  readonly pixels: number;
  readonly within: number;
  readonly strict: number;
  readonly worst: number;
  readonly spread: number;
  readonly leans: boolean;
  readonly own: boolean;
  /** What is wrong besides. */
  readonly trouble: string;
}

const SCANS = process.env["FILEROOM_SCANS"] ?? path.join(REPOSITORY, "../shared/data");
/** "whole", or folders. */
const ASKED = process.env["FILEROOM_TRUTH"] ?? "";
const WHOLE = ASKED === "whole";
/** One for each way in which a volume comes, or does not. */
const CHOICE = [
  "dicom/dcm_qa_decubitus/In/HFP/2_t1_fl2d_sag", // sagittal, of somebody who lay prone
  "dicom/dcm_qa_toshiba/In/Galan/6006_DTI_SAG_30d", // windows that are thousands wide
  "dicom/dcm_qa_canon_61/In/cl",
  "dicom/dcm_qa_frag/In/5001_anat-T1w_acq-tfl", // JPEG Lossless
  "dicom/dcm_qa_ct/In/GE", // a tilted gantry, at steps that are not even
  "dicom/fo-dicom", // a mouse: slices of a tenth of a millimetre
  "media/pydicom-dicomdirtests/98892001/CT5N",
];
const FOLDERS = WHOLE ? [""] : ASKED === "" ? CHOICE : ASKED.split(" ");
const REAL = FOLDERS.map((folder) => path.join(SCANS, folder)).filter((folder) => existsSync(folder));
const MASKS = ["1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7"];

const atEnd = cleanup();
const scratch = new Scratch();
let browser: Browser;
let server: Server;
let page: Page;

interface Listed {
  readonly id: string;
  readonly description: string;
  readonly modality: string;
}

async function told<T>(address: string): Promise<T> {
  const answer = await fetch(`${server.origin}${address}`, { headers: { Authorization: `Bearer ${server.token}` } });
  return (await answer.json()) as T;
}

async function begin(...folders: readonly string[]): Promise<void> {
  const archive = scratch.path(`archive-${String(Date.now())}`);
  fileroom("import", ...folders, "--archive", archive, "--json");
  server = await serve(["serve", "--archive", archive]);
  atEnd(server.stop);
  ({ page } = await openPage(browser));
  await page.goto(server.url);
}

beforeAll(async () => {
  atEnd(() => {
    scratch.remove();
  });
  browser = await launch();
  atEnd(() => browser.close());
});

const listed = async (): Promise<readonly Listed[]> => (await told<{ items: readonly Listed[] }>("/api/series?limit=1000")).items;

/** A part of a series that has pictures. */
interface Part {
  readonly series: Listed;
  readonly name: string;
  readonly part: number;
  readonly parts: number;
  /** Of a fourth dimension those of the first phase. */
  readonly frames: readonly Frame[];
  readonly judged: Judged;
}

async function partsOf(series: Listed): Promise<readonly Part[]> {
  const { instances } = await told<SeriesImages>(`/api/series/${series.id}/images`);
  const stacks = stacksOf(framesOf(instances));
  return stacks.map((stack, part): Part => {
    const frames = stack.frames.slice(0, stack.slices);
    const { image } = frames[0] ?? expect.fail("a part without frames");
    const of = stacks.length > 1 ? `, part ${String(part + 1)} of ${String(stacks.length)}` : "";
    return { series, name: `${series.modality} ${image.transfer_syntax_uid} ${series.description}${of}`, part, parts: stacks.length, frames, judged: volumeOf(frames) };
  });
}

/** The series in planes; of several parts this one. */
async function goTo({ series: { id, modality }, part, parts, frames }: Part): Promise<void> {
  await page.evaluate((key) => {
    localStorage.setItem(`fileroom.layout.${key}`, "mpr");
  }, modality);
  await page.goto(`${server.origin}/series/${id}`);
  if (parts === 1) return;
  await page.locator(".vp-stage[data-seen], .vp-stage[data-drawn]").first().waitFor({ state: "attached" });
  await page.getByRole("combobox", { name: "Part of the series" }).selectOption(String(part));
  const stacked = frames.map(({ image, number }) => `.vp-stage[data-seen^="${image.id} ${String(number)} "]`).join(",");
  await page.locator(stacked).or(page.locator(".vp-stage .vp-notice[role=alert]")).first().waitFor({ state: "attached" });
}

const refused = (): Locator => page.locator(".vp-refused[data-reason]");

const framesIn = (frames: readonly Frame[]): readonly (readonly [uid: string, number: number])[] => frames.map((frame) => [frame.image.sop_instance_uid, frame.number]);

/** What the page says of what has no planes, for `planes_truth.py`. */
async function refusalOf(part: Part): Promise<object> {
  await refused().waitFor();
  const why = "flaw" in part.judged ? part.judged : undefined;
  const says = (await refused().innerText()).replace(/\s+/g, " ");
  return { name: part.name, frames: framesIn(part.frames), flaw: why?.flaw, missing: why?.count, said: await refused().getAttribute("data-reason"), says };
}

/** What stands on the page of a part, for `planes_truth.py`. */
async function pageOf(part: Part, turned = false): Promise<object> {
  await goTo(part);
  await page.locator('.vp-cell[data-cell="axial"][data-drawn="true"]').or(refused()).first().waitFor({ timeout: 60_000 });
  return (await refused().count()) > 0 ? refusalOf(part) : seenOf(part, turned);
}

/** Planes, for `planes_truth.py`. */
async function seenOf(part: Part, turned: boolean): Promise<object> {
  await planesDrawn(page);
  if (turned) for (const key of ["]", "]", "]", "n", "]"]) await page.keyboard.press(key);
  const stage = page.locator(".vp-stage[data-seen]").first();
  await stage.waitFor({ state: "attached" });
  const planes: Record<string, unknown> = {};
  for (const plane of ["axial", "coronal", "sagittal"] as const) {
    const greys = await still(plane);
    const { eye, right, down, height } = await aimOf(page, plane);
    planes[plane] = { aim: [...eye, ...right, ...down, height], ...greys };
  }
  const [, , whiteLow, shape, center, width] = ((await stage.getAttribute("data-seen")) ?? "").split(" ");
  return { name: part.name, frames: framesIn(part.frames), window: [shape, Number(center), Number(width)], inverted: whiteLow === "true", planes };
}

type Greys = Awaited<ReturnType<typeof greysOf>>;

/** A plane that is drawn the same twice: whatever was still to come has come. */
async function still(name: "axial" | "coronal" | "sagittal"): Promise<Greys> {
  await settled(page);
  let before = await greysOf(page, name);
  for (;;) {
    await settled(page);
    const now = await greysOf(page, name);
    if (now.greys.length === before.greys.length && now.greys.every((level, at) => level === before.greys[at])) return now;
    before = now;
  }
}

function judged(verb: "compare" | "planted", seen: readonly object[], ...folders: readonly string[]): readonly Row[] {
  const report = scratch.path("seen.json");
  writeFileSync(report, JSON.stringify(seen));
  const lines = python("viewer/e2e/planes_truth.py", verb, ...folders, report).split("\n");
  if (verb === "compare") process.stdout.write(`${lines.slice(0, -1).join("\n")}\n`);
  return JSON.parse(lines.at(-1) ?? "") as readonly Row[];
}

/** Rows that are wrong. There must be something to be wrong about. */
const wrong = (rows: readonly Row[]): readonly Row[] => rows.filter(({ trouble, within, pixels, own }) => trouble !== "" || within < 0.999 || pixels < 100 || !own);

describe("planes are what SimpleITK makes of the files", () => {
  it("of phantoms, also turned and tilted", { timeout: 300_000 }, async () => {
    python("viewer/e2e/volumes.py", scratch.path("world"));
    await begin(scratch.path("world/files"));
    const seen: object[] = [];
    for (const [key, turned] of [
      ["HFS", false],
      ["FFDL", false],
      ["HFDR", true],
      ["tilted", false],
      ["PET", false],
    ] as const) {
      const one = (await listed()).find(({ description }) => description === key) ?? expect.fail(`no series ${key}`);
      const [part] = await partsOf(one);
      seen.push(await pageOf(part ?? expect.fail(`no images in ${key}`), turned));
    }
    const rows = judged("compare", seen, scratch.path("world/files"));
    expect(rows.length).toBe(15);
    expect(wrong(rows)).toEqual([]);
    expect(rows.filter(({ spread }) => spread < 3)).toEqual([]);
    // one voxel beside would be seen
    expect(judged("planted", seen, scratch.path("world/files")).filter(({ within }) => within >= 0.999)).toEqual([]);
  });

  it.skipIf(REAL.length === 0)(WHOLE ? "of every volume" : "of a choice of real ones", { timeout: 3_600_000 }, async () => {
    const rows: Row[] = [];
    for (const folders of WHOLE ? rounds() : [REAL]) rows.push(...(await round(folders)));
    expect(wrong(rows)).toEqual([]);
    expect(rows.length).toBeGreaterThan(0);
  });
});

/** Copies of all files in folders, no image twice in one: there are copies of one image that differ. */
function rounds(): readonly (readonly string[])[] {
  mkdirSync(scratch.path("copies"));
  python("viewer/e2e/canvas_truth.py", "plan", SCANS, scratch.path("copies"));
  const planned = JSON.parse(readFileSync(scratch.path("copies/plan.json"), "utf8")) as { readonly round: number }[];
  const last = Math.max(...planned.map((one) => one.round));
  return Array.from({ length: last }, (_, index) => [scratch.path(`copies/round-${String(index + 1)}`)]);
}

/** Every part of every series, in an archive of its own. */
async function round(folders: readonly string[]): Promise<readonly Row[]> {
  await begin(...folders);
  const seen: object[] = [];
  for (const series of await listed()) {
    for (const part of await partsOf(series)) {
      const mask = part.frames.some(({ image }) => MASKS.includes(image.sop_class_uid));
      const [name, reason] = [part.name, "a mask, laid over the images that it is of"];
      const found = mask ? { name, reason } : await pageOf(part).catch((error: unknown) => ({ name, trouble: String(error).split("\n")[0] }));
      seen.push(found);
    }
  }
  await page.context().close();
  await server.stop();
  return judged("compare", seen, ...folders);
}
