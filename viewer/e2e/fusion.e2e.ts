/** PET over CT: what is hot lies where it is in the patient, and says how hot it is. */
import type { Page } from "playwright-core";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { cleanup } from "./driver/cleanup.ts";
import { complained, keepPicture, pictureOnFailure, type Watched } from "./driver/page.ts";
import { aimOf, greyAt, pixelOf, type PlaneName, planesDrawn, type Vec3 } from "./driver/planes.ts";
import { fileroom, python, Scratch, type Server } from "./driver/server.ts";
import { begin } from "./driver/stage.ts";

const atEnd = cleanup();
const scratch = new Scratch();
let server: Server;
let series: readonly { readonly id: string; readonly description: string }[];
let watched: Watched;
let page: Page;

const idOf = (name: string): string => series.find((one) => one.description === name)?.id ?? expect.fail(`no series ${name}`);
const pane = (name: string) => page.locator(`.vp-stage[data-series="${idOf(name)}"]`);
const drawn = (name: string, number: number): Promise<void> => page.locator(`.vp-stage[data-series="${idOf(name)}"][data-drawn="${number}"]`).waitFor();

beforeAll(async () => {
  atEnd(() => {
    scratch.remove();
  });
  python("viewer/e2e/fusion.py", scratch.path("world"));
  fileroom("import", scratch.path("world/files"), "--archive", scratch.path("archive"), "--json");
  ({ server, watched } = await begin(atEnd, scratch.path("archive")));
  page = watched.page;
  const answer = await fetch(`${server.origin}/api/series?limit=100`, { headers: { Authorization: `Bearer ${server.token}` } });
  series = ((await answer.json()) as { items: typeof series }).items;
  await page.goto(server.url);
});

beforeEach(() => {
  pictureOnFailure(page);
});

afterEach(() => {
  expect(complained(watched)).toEqual([]);
});

/** Open a series in a layout, as somebody who chose it before. */
async function open(name: string, layout?: string): Promise<void> {
  await page.evaluate((wanted) => {
    localStorage.clear();
    if (wanted !== undefined) localStorage.setItem("fileroom.layout.CT", wanted);
  }, layout);
  await page.goto(`${server.origin}/series/${idOf(name)}`);
}

/** Lay the PET over the images. */
async function fuse(): Promise<void> {
  await page.getByText(/Over the images \(1\)/).click();
  await page.getByRole("checkbox", { name: "PT pet" }).check();
}

/** The colour over a pixel of the CT, as the layer has it. */
const colourAt = (column: number, row: number): Promise<readonly number[]> =>
  page
    .locator("canvas.mk-smooth")
    .first()
    .evaluate((canvas, [x, y]) => [...((canvas as HTMLCanvasElement).getContext("2d")?.getImageData(x, y, 1, 1).data ?? [])], [column, row] as const);

/** The colour of the layer over a place of the patient. */
async function colourIn(name: PlaneName, place: Vec3): Promise<readonly number[]> {
  const [x, y] = pixelOf(await aimOf(page, name), place);
  return page.locator(`.vp-cell[data-cell="${name}"] canvas.mk-smooth`).evaluate(
    (canvas, at) => {
      const box = canvas.getBoundingClientRect();
      const around = canvas.parentElement?.getBoundingClientRect() ?? box;
      const { width, height } = canvas as HTMLCanvasElement;
      const [column, row] = [((at[0] + around.x - box.x) / box.width) * width, ((at[1] + around.y - box.y) / box.height) * height];
      return [...((canvas as HTMLCanvasElement).getContext("2d")?.getImageData(Math.floor(column), Math.floor(row), 1, 1).data ?? [])];
    },
    [x, y] as const,
  );
}

type Colour = readonly [red: number, green: number, blue: number, opacity: number];
const HOT: Colour = [255, 255, 255, 102]; // the end of the map, at 40 %
const WARM: Colour = [51, 0, 0, 102]; // a tenth of it

/** A canvas keeps colours multiplied by their opacity: they come back a few levels off. */
const like = ([red, green, blue, opacity]: Colour): unknown[] => [...[red, green, blue].map((part) => expect.closeTo(part, -0.9) as unknown), opacity];

describe("PET over CT", () => {
  it("is hot over the bone that it is hot in, and nowhere else", async () => {
    await open("ct", "1x1");
    await drawn("ct", 1);
    await fuse();
    for (let step = 2; step <= 6; step += 1) await page.keyboard.press("ArrowDown");
    await drawn("ct", 6); // z = 15, between two hot slices of the PET that have other slopes
    await page.getByText("5 SUVbw").waitFor();
    // bone is in columns 24 to 31 and rows 16 to 23; between the middles of the hot pixels all is as hot as they are
    await expect.poll(() => colourAt(27, 20)).toEqual(like(HOT));
    expect(await colourAt(26, 18)).toEqual(like(HOT));
    expect(await colourAt(29, 21)).toEqual(like(HOT));
    // on the edge of the bone it is half way between hot and warm: 2.75 of 5
    const [red = 0, green = 0] = await colourAt(24, 20);
    expect(red).toBe(255);
    expect(green).toBeGreaterThan(20);
    expect(green).toBeLessThan(110);
    // beyond it is warm: a tenth of the map
    for (const [column, row] of [[20, 20], [35, 20], [27, 12], [27, 27], [36, 43]] as const) expect(await colourAt(column, row)).toEqual(like(WARM));
    // where the bone ends, it ends too
    await page.keyboard.press("PageUp");
    await drawn("ct", 1);
    await expect.poll(() => colourAt(27, 20)).toEqual(like(WARM));
  });

  it("has the opacity, the colours and the reach that are chosen", async () => {
    await page.keyboard.press("ArrowDown");
    for (let step = 3; step <= 6; step += 1) await page.keyboard.press("ArrowDown");
    await drawn("ct", 6);
    await expect.poll(() => colourAt(27, 20)).toEqual(like(HOT));
    const panel = page.locator(".mk-panel");
    await panel.getByLabel("Opacity").fill("0.8");
    await expect.poll(() => colourAt(27, 20)).toEqual(like([255, 255, 255, 204]));
    await panel.getByLabel("Up to").fill("10");
    await panel.getByLabel("Up to").press("Enter");
    await expect.poll(() => colourAt(27, 20)).toEqual(like([255, 0, 0, 204])); // half of it: red
    await panel.getByLabel("Colours").selectOption("Grey");
    await expect.poll(() => colourAt(27, 20)).toEqual(like([128, 128, 128, 204]));
    await panel.getByRole("checkbox", { name: "PT pet" }).uncheck();
    await page.locator("canvas.mk-smooth").waitFor({ state: "detached" });
  });

  it("lies so in all planes", async () => {
    await open("ct", "mpr");
    await planesDrawn(page);
    await fuse();
    await page.locator(".mk-panel").getByText("SUVbw").first().waitFor();
    // go through the middle of the cube
    const box = await page.locator('.vp-cell[data-cell="axial"] .vp-plane').boundingBox();
    const [x, y] = pixelOf(await aimOf(page, "axial"), [-4, -12, 0]);
    const scale = (box?.width ?? 1) / (await aimOf(page, "axial")).width;
    await page.mouse.click((box?.x ?? 0) + x * scale, (box?.y ?? 0) + y * scale);
    await expect.poll(() => colourIn("axial", [-4, -12, 13.5])).toEqual(like(HOT));
    for (const name of ["coronal", "sagittal"] as const) {
      await expect.poll(() => colourIn(name, [-4, -12, 14])).toEqual(like(HOT));
      expect(await colourIn(name, [-4, -12, 5])).toEqual(like(WARM));
      expect(await colourIn(name, [-4, -12, 23])).toEqual(like(WARM));
      expect(await greyAt(page, name, [-4, -12, 14])).toBeGreaterThan(200); // and there the bone is
      expect(await greyAt(page, name, [-4, -12, 5])).toBe(0);
    }
    expect(await colourIn("coronal", [6, -12, 14])).toEqual(like(WARM));
    expect(await colourIn("sagittal", [-4, 0, 14])).toEqual(like(WARM));
    await keepPicture(page, "fusion-planes");
  });
});

describe("PET beside CT", () => {
  it("opens with its CT, which goes along by position", async () => {
    await open("pet");
    await drawn("pet", 1);
    await drawn("ct", 1);
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await drawn("pet", 4); // 12 mm
    await drawn("ct", 5); // 12 mm
    // its window in uptake, too
    const corner = pane("pet").locator(".vp-corner.bottom.right");
    await expect.poll(() => corner.innerText()).toContain("SUVbw");
    await page.keyboard.press("1");
    await expect.poll(() => corner.innerText()).toContain("SUVbw 0 – 5");
  });

  it("reads its uptake in a region, in SUVbw", async () => {
    const around = await pane("pet").locator(".vp-canvas").boundingBox();
    if (around === null) throw new Error("no image");
    const scale = Math.min(around.width, around.height) / 16;
    const at = (column: number, row: number): readonly [number, number] => [around.x + around.width / 2 + (column - 8) * scale, around.y + around.height / 2 + (row - 8) * scale];
    await page.keyboard.press("q");
    await page.mouse.move(...at(6.1, 4.1));
    await page.mouse.down();
    await page.mouse.move(...at(7, 5));
    await page.mouse.move(...at(7.9, 5.9));
    await page.mouse.up();
    const label = page.locator('.vp-one[data-kind="rectangle"] .vp-value');
    await expect.poll(() => label.textContent()).toContain("Mean 5 SUVbw");
    expect(await label.textContent()).toContain("Max 5 SUVbw");
    await page.keyboard.press("w");
    await keepPicture(page, "fusion-beside");
  });
});
