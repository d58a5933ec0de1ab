/**
 * Planes of volumes, pixel by pixel, against SimpleITK: phantoms always, and real scans where the shared ones (or
 * `FILEROOM_SCANS`) are: a choice, or with `FILEROOM_TRUTH=whole` (`make truth-planes`) every series that makes a volume.
 */
import { existsSync, writeFileSync } from "node:fs";
import path from "node:path";

import type { Browser, Page } from "playwright-core";
import { beforeAll, describe, expect, it } from "vitest";

import { type Frame, framesOf } from "../src/core/frames.ts";
import type { SeriesImages } from "../src/core/model.ts";
import { stacksOf } from "../src/core/stacks.ts";
import { volumeOf } from "../src/core/volume.ts";
import { mainPart } from "../src/features/viewport/pane.ts";
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
}

const SCANS = process.env["FILEROOM_SCANS"] ?? path.join(REPOSITORY, "../shared/data");
const WHOLE = process.env["FILEROOM_TRUTH"] === "whole";
/** One for each way in which a volume comes. */
const CHOICE = [
  "dicom/dcm_qa_decubitus/In/HFP/2_t1_fl2d_sag", // sagittal, of somebody who lay prone
  "dicom/dcm_qa_toshiba/In/Galan/6006_DTI_SAG_30d", // windows that are thousands wide
  "dicom/dcm_qa_canon_61/In/cl",
];
const REAL = (WHOLE ? ["dicom", "media"] : CHOICE).map((folder) => path.join(SCANS, folder)).filter((folder) => existsSync(folder));

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

/** The frames of the volume that a series opens with; of a fourth dimension the first phase. Undefined when they make none. */
async function volumeIn(id: string): Promise<readonly Frame[] | undefined> {
  const { instances } = await told<SeriesImages>(`/api/series/${id}/images`);
  const stacks = stacksOf(framesOf(instances));
  const stack = stacks[mainPart(stacks)];
  const frames = stack?.frames.slice(0, stack.slices) ?? [];
  return "grid" in volumeOf(frames) ? frames : undefined;
}

/** What stands on the page of a volume, for `planes_truth.py`. */
async function seenOf(name: string, { id, modality }: Listed, frames: readonly Frame[], turned: boolean): Promise<object> {
  await page.evaluate((key) => {
    localStorage.setItem(`fileroom.layout.${key}`, "mpr");
  }, modality);
  await page.goto(`${server.origin}/series/${id}`);
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
  return { name, frames: frames.map((frame) => [frame.image.sop_instance_uid, frame.number]), window: [shape, Number(center), Number(width)], inverted: whiteLow === "true", planes };
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
const wrong = (rows: readonly Row[]): readonly Row[] => rows.filter(({ within, pixels, own }) => within < 0.999 || pixels < 100 || !own);

describe("planes are what SimpleITK makes of the files", () => {
  it("of phantoms, also turned and tilted", { timeout: 180_000 }, async () => {
    python("viewer/e2e/volumes.py", scratch.path("world"));
    await begin(scratch.path("world/files"));
    const seen: object[] = [];
    for (const [key, turned] of [
      ["HFS", false],
      ["FFDL", false],
      ["HFDR", true],
      ["tilted", false],
    ] as const) {
      const one = (await listed()).find(({ description }) => description === key) ?? expect.fail(`no series ${key}`);
      const frames = (await volumeIn(one.id)) ?? expect.fail(`${key} is no volume`);
      seen.push(await seenOf(key, one, frames, turned));
    }
    const rows = judged("compare", seen, scratch.path("world/files"));
    expect(rows.length).toBe(12);
    expect(wrong(rows)).toEqual([]);
    expect(rows.filter(({ spread }) => spread < 3)).toEqual([]);
    // one voxel beside would be seen
    expect(judged("planted", seen, scratch.path("world/files")).filter(({ within }) => within >= 0.999)).toEqual([]);
  });

  it.skipIf(REAL.length === 0)(WHOLE ? "of every volume" : "of a choice of real ones", { timeout: 3_600_000 }, async () => {
    await begin(...REAL);
    const seen: object[] = [];
    for (const one of await listed()) {
      const frames = await volumeIn(one.id);
      if (frames === undefined) continue;
      const name = `${one.modality} ${frames[0]?.image.transfer_syntax_uid ?? ""} ${one.description}`;
      seen.push(await seenOf(name, one, frames, false).catch((error: unknown) => ({ name, reason: String(error).split("\n")[0] })));
    }
    const rows = judged("compare", seen, ...REAL);
    expect(rows.length).toBe(3 * seen.length);
    expect(wrong(rows)).toEqual([]);
  });
});
