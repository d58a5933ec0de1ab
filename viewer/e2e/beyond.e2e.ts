/** What is no image opens all the same, each in its slot. */
import { readFileSync } from "node:fs";

import type { Browser, Page } from "playwright-core";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { launch } from "./driver/chromium.ts";
import { cleanup } from "./driver/cleanup.ts";
import { abroad, complained, openPage, pictureOnFailure, type Watched } from "./driver/page.ts";
import { aimOf, pixelOf, type PlaneName, planesDrawn, type Vec3 } from "./driver/planes.ts";
import { fileroom, python, Scratch, type Server, serve } from "./driver/server.ts";
import { readPixels } from "./driver/viewport.ts";

interface Series {
  readonly id: string;
  readonly description: string;
}

const atEnd = cleanup();
const scratch = new Scratch();
let browser: Browser;
let server: Server;
let series: readonly Series[];
let watched: Watched;
let page: Page;

const idOf = (name: string): string => series.find((one) => one.description === name)?.id ?? expect.fail(`no series ${name}`);

async function open(name: string): Promise<void> {
  await page.goto(`${server.origin}/series/${idOf(name)}`);
}

beforeAll(async () => {
  atEnd(() => {
    scratch.remove();
  });
  python("viewer/e2e/beyond.py", scratch.path("world"));
  fileroom("import", scratch.path("world/files"), "--archive", scratch.path("archive"), "--json");
  server = await serve(["serve", "--archive", scratch.path("archive")]);
  atEnd(server.stop);
  const answer = await fetch(`${server.origin}/api/series?limit=100`, { headers: { Authorization: `Bearer ${server.token}` } });
  series = ((await answer.json()) as { items: Series[] }).items;
  browser = await launch();
  atEnd(() => browser.close());
  watched = await openPage(browser);
  page = watched.page;
  await page.goto(server.url);
});

beforeEach(() => {
  pictureOnFailure(page);
});

afterEach(() => {
  expect(abroad(watched.asked, server.origin)).toEqual([]);
  expect(complained(watched)).toEqual([]); // no violation of the Content-Security-Policy either
});

describe("a report", () => {
  it("reads as text, and what would be markup in it is text too", async () => {
    await open("report");
    const article = page.locator(".bd");
    await article.getByRole("heading", { name: "Chest report" }).waitFor();
    expect(await article.innerText()).toContain("<img src=x onerror=alert(1)> A <b>nodule</b>.");
    expect(await article.locator("img").count()).toBe(0);
    expect(await article.locator(".bd-table td").allInnerTexts()).toEqual(["nodule 1", "12.5 mm"]);
  });

  it("opens the image it speaks of, and says of another that it is not here", async () => {
    await open("report");
    const links = page.locator(".bd").getByRole("button", { name: "image" });
    await links.first().waitFor();
    expect(await links.count()).toBe(1);
    expect(await page.locator(".bd").innerText()).toContain("not in this archive");
    await links.first().click();
    await page.locator(`.vp-stage[data-series="${idOf("ct")}"][data-drawn="3"]`).waitFor();
    expect(new URL(page.url()).pathname).toBe(`/series/${idOf("ct")}`);
  });

  it("names nobody when names are hidden", async () => {
    await open("report");
    await page.getByText("BIANCHI, Anna").waitFor();
    await page.keyboard.press("h");
    await page.getByText("BIANCHI, Anna").waitFor({ state: "detached" });
  });
});

describe("a document", () => {
  it("is a frame of our own origin with the bytes of the PDF", async () => {
    await open("pdf");
    const address = await page.locator("iframe.bd-frame").getAttribute("src");
    const [type, policy, text] = await page.evaluate(async (from) => {
      const answer = await fetch(from);
      return [answer.headers.get("Content-Type"), answer.headers.get("Content-Security-Policy"), await answer.text()] as const;
    }, address ?? "");
    expect(type).toBe("application/pdf");
    expect(policy).toContain("frame-ancestors 'self'");
    expect(text.startsWith("%PDF-1.4")).toBe(true);
  });

  it("is saved as it was put in", async () => {
    await open("pdf");
    const [kept] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Save the document" }).click()]);
    expect(kept.suggestedFilename()).toBe("document.pdf");
  });

  it("that is none to look at is named and can be saved", async () => {
    await open("stl");
    await page.getByText("model/stl").waitFor();
    expect(await page.locator("iframe").count()).toBe(0);
    const [kept] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Save the document" }).click()]);
    expect(kept.suggestedFilename()).toBe("document.stl");
  });
});

describe("curves", () => {
  it("are drawn at 25 mm/s and 10 mm/mV, each with its name", async () => {
    await open("ecg");
    const rows = page.locator(".wv-row");
    await rows.first().waitFor();
    expect(await rows.evaluateAll((all) => all.map((row) => row.getAttribute("data-lead")))).toEqual(["I", "II"]);
    // a second is 25 mm, and five samples are drawn together; 499 samples of 2 µV are 0.998 mV, of 10 mm each
    const box = await rows.first().locator(".wv-trace").last().evaluate((path) => {
      const { width, height } = (path as unknown as SVGGraphicsElement).getBBox();
      return [width, height];
    });
    const mm = 96 / 25.4;
    expect(box[0]).toBeCloseTo((495 / 500) * 25 * mm, 0);
    expect(box[1]).toBeCloseTo(9.98 * mm, 0);
    await page.getByLabel("Scale").selectOption("20");
    await expect.poll(() => rows.first().locator(".wv-trace").last().evaluate((path) => (path as unknown as SVGGraphicsElement).getBBox().height)).toBeCloseTo(19.96 * mm, 0);
    await page.getByText("Sinus rhythm").waitFor();
  });
});

describe("what cannot be shown", () => {
  it("names itself and offers its attributes and its file", async () => {
    await open("plan");
    await page.getByText("cannot show this kind of object").waitFor();
    await page.getByLabel("Find in the attributes").fill("modality");
    await page.getByRole("cell", { name: "RTPLAN" }).waitFor();
    const [kept] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Save the file" }).click()]);
    expect(kept.suggestedFilename()).toBe("RTPLAN-6-1.dcm");
  });
});

/** The colour at a pixel of a canvas that lies over the image. */
const colourAt = (kind: string, x: number, y: number): Promise<readonly number[]> =>
  page
    .locator(`canvas.${kind}`)
    .first()
    .evaluate((canvas, [column, row]) => [...((canvas as HTMLCanvasElement).getContext("2d")?.getImageData(column, row, 1, 1).data ?? [])], [x, y] as const);

const drawn = (number: number): Promise<void> => page.locator(`.vp-stage[data-series="${idOf("ct")}"][data-drawn="${number}"]`).waitFor();

/** How opaque the mask over a plane is at a place of the patient. */
async function coverAt(name: PlaneName, place: Vec3): Promise<number> {
  const [x, y] = pixelOf(await aimOf(page, name), place);
  return page.locator(`.vp-cell[data-cell="${name}"] canvas.mk-mask`).evaluate(
    (canvas, at) => {
      const box = canvas.getBoundingClientRect();
      const around = canvas.parentElement?.getBoundingClientRect() ?? box;
      const { width, height } = canvas as HTMLCanvasElement;
      const [column, row] = [((at[0] + around.x - box.x) / box.width) * width, ((at[1] + around.y - box.y) / box.height) * height];
      return (canvas as HTMLCanvasElement).getContext("2d")?.getImageData(Math.floor(column), Math.floor(row), 1, 1).data[3] ?? -1;
    },
    [x, y] as const,
  );
}

/** How many pixels of a picture without text are the red of the outlines. */
async function redInPicture(): Promise<number> {
  await page.getByRole("button", { name: "Picture, film, surface" }).click();
  const [kept] = await Promise.all([page.waitForEvent("download"), page.getByRole("menuitem", { name: "Picture without text" }).click()]);
  const png = readFileSync(await kept.path()).toString("base64");
  const blank = await page.context().newPage();
  const count = await blank.evaluate(async (data) => {
    const image = new Image();
    image.src = `data:image/png;base64,${data}`;
    await image.decode();
    const context = new OffscreenCanvas(image.width, image.height).getContext("2d");
    context?.drawImage(image, 0, 0);
    const pixels = context?.getImageData(0, 0, image.width, image.height).data ?? [];
    let found = 0;
    for (let at = 0; at < pixels.length; at += 4) if ((pixels[at] ?? 0) > 200 && (pixels[at + 1] ?? 0) < 80) found += 1;
    return found;
  }, png);
  await blank.close();
  return count;
}

/** Open one with the images in a layout, and leave all as it was. */
async function openPlanes(name: string, layout: string): Promise<void> {
  await page.evaluate((wanted) => {
    localStorage.setItem("fileroom.layout.CT", wanted);
  }, layout);
  await open(name);
  await planesDrawn(page);
  await page.evaluate(() => {
    localStorage.removeItem("fileroom.layout.CT");
  });
}

describe("masks over planes of a volume", () => {
  it("lie where they are in the patient, in each of them", async () => {
    await openPlanes("mask", "mpr");
    await expect.poll(() => page.locator(".vp-cell canvas.mk-mask").count()).toBe(3);
    await expect.poll(() => coverAt("axial", [8, 8, 3])).toBe(102); // 40 %
    expect(await coverAt("axial", [2, 8, 3])).toBe(0);
    expect(await coverAt("axial", [13, 8, 3])).toBe(0);
    // a square of one slice is a line from the side
    expect(await coverAt("coronal", [8, 7.5, 3])).toBe(255);
    expect(await coverAt("coronal", [8, 7.5, 1])).toBe(0);
    expect(await coverAt("sagittal", [7.5, 8, 3])).toBe(255);
    expect(await coverAt("sagittal", [7.5, 8, 5])).toBe(0);
    await page.getByRole("checkbox", { name: "Square" }).uncheck();
    await expect.poll(() => page.locator("canvas.mk-mask").count()).toBe(0);
  });

  it("have their legend also where no stack stands beside", async () => {
    await openPlanes("outlines", "mpr3d");
    await expect.poll(() => page.locator('.vp-cell .mk-outline[data-part="Box"]').count()).toBe(3);
    await page.locator(".vp-cell").getByRole("checkbox", { name: "Box" }).uncheck();
    await expect.poll(() => page.locator(".vp-cell .mk-outline").count()).toBe(0);
  });
});

describe("masks, outlines and quantities", () => {
  it("a segmentation opens the images that it lies over, with the mask in its place", async () => {
    await open("mask");
    await drawn(1);
    await page.getByText("Square").waitFor();
    expect(new URL(page.url()).pathname).toBe(`/series/${idOf("ct")}`);
    await expect.poll(() => page.locator("canvas.mk-mask").count()).toBe(1);
    expect((await colourAt("mk-mask", 8, 8))[3]).toBe(0); // another slice
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await drawn(3);
    await expect.poll(async () => (await colourAt("mk-mask", 8, 8))[3]).toBe(102); // 40 %
    expect((await colourAt("mk-mask", 4, 4))[3]).toBe(255); // its outline
    expect((await colourAt("mk-mask", 3, 3))[3]).toBe(0);
    expect((await colourAt("mk-mask", 12, 8))[3]).toBe(0);
    const [red = 0, green = 0, blue = 0] = await colourAt("mk-mask", 4, 4);
    expect(green).toBeGreaterThan(2 * Math.max(red, blue));
    await page.getByRole("checkbox", { name: "Square" }).uncheck();
    await expect.poll(() => page.locator("canvas.mk-mask").count()).toBe(0);
  });

  it("outlines are drawn where they lie, and can be switched off", async () => {
    await open("outlines");
    await drawn(1);
    await page.getByText("Box").waitFor();
    expect(await page.locator(".mk-outline").count()).toBe(0);
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await drawn(3);
    await page.locator('.mk-outline[data-part="Box"]').waitFor();
    expect(await redInPicture()).toBeGreaterThan(100);
    await page.getByRole("checkbox", { name: "Box" }).uncheck();
    await page.locator(".mk-outline").waitFor({ state: "detached" });
    expect(await redInPicture()).toBe(0);
  });

  it("a dose of the same space is offered as a wash of colour, in gray", async () => {
    await open("ct");
    await drawn(1);
    await page.getByText(/Over the images \(3\)/).click();
    await page.getByRole("checkbox", { name: "RTDOSE dose" }).check();
    await page.keyboard.press("End");
    await drawn(5);
    await page.getByText("4 Gy").waitFor();
    await expect.poll(() => colourAt("mk-smooth", 8, 8)).toEqual([255, 255, 255, 102]);
    await page.keyboard.press("ArrowUp");
    await drawn(4);
    await expect.poll(() => colourAt("mk-smooth", 8, 8)).toEqual([255, 0, 0, 102]); // half of it
  });
});

describe("a presentation state", () => {
  const letter = (side: string): Promise<string> => page.locator(`.vp-letter[data-side="${side}"]`).innerText();
  /** Grey near the left and the right edge of the image, half way down. */
  const sides = (): Promise<readonly number[]> =>
    page.locator(".vp-canvas canvas").first().evaluate((canvas) => {
      if (!(canvas instanceof HTMLCanvasElement)) throw new Error("no canvas");
      const copy = new OffscreenCanvas(canvas.width, canvas.height);
      const context = copy.getContext("2d");
      context?.drawImage(canvas, 0, 0);
      const reach = 0.45 * Math.min(canvas.width, canvas.height);
      return [-reach, reach].map((x) => context?.getImageData(canvas.width / 2 + x, canvas.height / 2, 1, 1).data[0] ?? NaN);
    });

  it("opens its images as it wants them to be seen, and can be taken away", async () => {
    await open("state");
    await drawn(1);
    await page.locator(".ps-graphic").first().waitFor();
    await expect.poll(() => page.locator(".vp-corner.bottom.right").innerText()).toContain("Table");
    // dark rows are on the left now, and its table of grey levels makes them bright
    await expect.poll(sides).toEqual([255, 0]);
    // a quarter turn puts the right of the patient on top and the front to the right; then left and right are changed
    await expect.poll(() => letter("top")).toBe("R");
    expect(await letter("left")).toBe("A");
    expect(await page.locator(".ps-text").textContent()).toBe("look here");
    expect(await page.locator(".ps-shutter").count()).toBe(1);
    // what it asks for and does not get is told
    expect(await page.locator(".ps-chooser").getByRole("status").innerText()).toBe("Not applied: subtraction of a mask");
    await page.keyboard.press("ArrowDown");
    await drawn(2);
    expect(await page.locator(".ps-graphic").count()).toBe(0); // that was of the first
    await page.getByLabel("Presentation state").selectOption("");
    await expect.poll(() => letter("top")).toBe("A");
    expect(await page.locator(".ps-shutter").count()).toBe(0);
    expect(await page.locator(".vp-corner.bottom.right").innerText()).not.toContain("Table");
  });

  it("opens the image that it is about, in its colours and under its overlays", async () => {
    /** Red, green and blue of all that is drawn at a pixel of the image. */
    const at = async (column: number, row: number): Promise<readonly number[]> => {
      const seen = await page.locator(".vp-stage").first().getAttribute("data-seen");
      const [a = NaN, b = NaN, c = NaN, d = NaN, e = NaN, f = NaN] = (seen ?? "").split(" ").slice(6).map(Number);
      const box = await page.locator(".vp-stage").first().boundingBox();
      const [x, y] = [a * column + c * row + e, b * column + d * row + f];
      const [colour = []] = await readPixels(page, await page.screenshot({ type: "png", scale: "css" }), [{ x: (box?.x ?? 0) + x, y: (box?.y ?? 0) + y }]);
      return colour;
    };
    await open("colours");
    await drawn(3);
    await page.locator("canvas.vp-overlay:not(.of-picture)").waitFor();
    // 16 greys a row: 162 of 255 in the tenth row and the second column
    await expect.poll(() => at(2, 10)).toEqual([162, 0, 93]);
    const [red = 0, green = 0, blue = 0] = await at(8, 4);
    expect([red > 200, green < 60, blue > 200]).toEqual([true, true, true]);
    expect(await at(2, 13)).toEqual([128, 128, 128]);
    expect(await page.locator(".ps-chooser").getByRole("status").count()).toBe(0);
    await page.keyboard.press("o"); // its marks are overlays; what it hides stays hidden
    await expect.poll(() => at(8, 4)).toEqual([72, 0, 183]);
    expect(await at(2, 13)).toEqual([128, 128, 128]);
    await page.keyboard.press("o");
    await page.keyboard.press("ArrowDown");
    await drawn(4);
    // it is about the third alone
    await expect.poll(async () => new Set(await at(2, 13)).size).toBe(1);
    expect(await page.locator("canvas.vp-overlay").count()).toBe(0);
    await page.getByLabel("Presentation state").selectOption("");
  });
});
