/** Planes of volumes, pixel by pixel, against SimpleITK: phantoms always, real scans where the shared ones (or `FILEROOM_SCANS`) are. */
import { existsSync, writeFileSync } from "node:fs";
import path from "node:path";

import type { Browser, Page } from "playwright-core";
import { beforeAll, describe, expect, it } from "vitest";

import { launch } from "./driver/chromium.ts";
import { cleanup } from "./driver/cleanup.ts";
import { openPage } from "./driver/page.ts";
import { aimOf, greysOf, planesDrawn, settled } from "./driver/planes.ts";
import { fileroom, python, REPOSITORY, Scratch, type Server, serve } from "./driver/server.ts";

interface Row {
  readonly pixels: number;
  readonly inside: number;
  readonly within: number;
  readonly worst: number;
  readonly spread: number;
}

const SCANS = process.env["FILEROOM_SCANS"] ?? path.join(REPOSITORY, "../shared/data");
/** Folders of real scans: sagittal, of somebody who lay prone; and with windows that are thousands wide. */
const REAL = [
  "dicom/dcm_qa_decubitus/In/HFP/2_t1_fl2d_sag",
  "dicom/dcm_qa_toshiba/In/Galan/6006_DTI_SAG_30d",
  "dicom/dcm_qa_canon_61/In/cl",
].filter((folder) => SCANS !== "" && existsSync(path.join(SCANS, folder)));

const atEnd = cleanup();
const scratch = new Scratch();
let browser: Browser;
let server: Server;
let page: Page;

interface Listed {
  readonly id: string;
  readonly description: string;
  readonly modality: string;
  readonly series_instance_uid: string;
}

async function listed(): Promise<readonly Listed[]> {
  const answer = await fetch(`${server.origin}/api/series?limit=1000`, { headers: { Authorization: `Bearer ${server.token}` } });
  return ((await answer.json()) as { items: Listed[] }).items;
}

beforeAll(async () => {
  atEnd(() => {
    scratch.remove();
  });
  python("viewer/e2e/volumes.py", scratch.path("world"));
  fileroom("import", scratch.path("world/files"), ...REAL.map((folder) => path.join(SCANS, folder)), "--archive", scratch.path("archive"), "--json");
  server = await serve(["serve", "--archive", scratch.path("archive")]);
  atEnd(server.stop);
  browser = await launch();
  atEnd(() => browser.close());
  ({ page } = await openPage(browser));
  await page.goto(server.url);
});

/** What stands on the page, held against the files below `folder`. */
async function compare({ id, series_instance_uid: uid }: Listed, folder: string, turned: boolean): Promise<Readonly<Record<string, Row>>> {
  await page.evaluate(() => {
    for (const modality of ["CT", "MR"]) localStorage.setItem(`fileroom.layout.${modality}`, "mpr");
  });
  await page.goto(`${server.origin}/series/${id}`);
  await planesDrawn(page);
  if (turned) for (const key of ["]", "]", "]", "n", "]"]) await page.keyboard.press(key);
  await settled(page);
  await page.waitForTimeout(1500);
  const text = await page.locator('.vp-cell[data-cell="axial"] .vp-corner.bottom.right').innerText();
  const [, width = "", level = ""] = /W ([\d.,]+) L (-?[\d.,]+)/.exec(text) ?? [];
  const planes: Record<string, unknown> = {};
  for (const name of ["axial", "coronal", "sagittal"] as const) {
    const { eye, right, down, height } = await aimOf(page, name);
    const seen = await greysOf(page, name);
    planes[name] = { aim: [...eye, ...right, ...down, height], ...seen };
  }
  const report = scratch.path("seen.json");
  writeFileSync(report, JSON.stringify({ window: [width, level].map((part) => Number(part.replaceAll(",", ""))), planes }));
  return JSON.parse(python("viewer/e2e/planes_truth.py", folder, uid, report)) as Record<string, Row>;
}

function judged(rows: Readonly<Record<string, Row>>, most: number): void {
  for (const row of Object.values(rows)) {
    expect(row.pixels).toBeGreaterThan(500);
    expect(row.spread).toBeGreaterThan(3); // there is something to be wrong about
    expect(row.within).toBeGreaterThanOrEqual(most);
  }
}

describe("planes are what SimpleITK makes of the files", () => {
  it.each([
    ["HFS", false, 0.999],
    ["FFDL", false, 0.999],
    ["HFDR", true, 0.999],
    // set upright first: interpolated twice
    ["tilted", false, 0.95],
  ] as const)("%s (turned: %s)", async (key, turned, most) => {
    const found = (await listed()).find((one) => one.description === key) ?? expect.fail(`no series ${key}`);
    const rows = await compare(found, scratch.path("world/files", key), turned);
    process.stdout.write(`${key} ${JSON.stringify(rows)}\n`);
    judged(rows, most);
  });

  it.each(REAL)("%s", async (folder) => {
    const phantoms = new Set((await listed()).filter(({ modality }) => modality === "CT").map(({ id }) => id));
    const uid = python("-c", "import sys,pathlib,pydicom; print(pydicom.dcmread(next(p for p in sorted(pathlib.Path(sys.argv[1]).rglob('*')) if p.is_file()), force=True, stop_before_pixels=True).SeriesInstanceUID)", path.join(SCANS, folder)).trim();
    const found = (await listed()).find((one) => one.series_instance_uid === uid && !phantoms.has(one.id)) ?? expect.fail(`no series in ${folder}`);
    const rows = await compare(found, path.join(SCANS, folder), false);
    process.stdout.write(`${folder} ${JSON.stringify(rows)}\n`);
    judged(rows, 0.99);
  });
});
