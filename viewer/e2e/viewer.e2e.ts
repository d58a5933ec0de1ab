import { readFileSync, renameSync } from "node:fs";

import type { Browser, Page } from "playwright-core";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { launch } from "./driver/chromium.ts";
import { cleanup } from "./driver/cleanup.ts";
import { abroad, complained, openPage, pictureOnFailure, type Watched } from "./driver/page.ts";
import { fileroom, python, Scratch, type Server, serve } from "./driver/server.ts";
import { drawn, expected, expectFrame, grey, seen, type Truth, wrong } from "./driver/viewport.ts";

interface Series {
  readonly id: string;
  readonly description: string;
  readonly study: { readonly id: string };
}

const atEnd = cleanup();
const scratch = new Scratch();
let browser: Browser;
let server: Server;
let truths: Readonly<Record<string, Truth>>;
let series: readonly Series[];
let watched: Watched;
let page: Page;

const truth = (key: string): Truth => truths[key] ?? expect.fail(`no series ${key} in the world`);
const idOf = (key: string): string => series.find((one) => one.description === key)?.id ?? expect.fail(`no series ${key}`);

beforeAll(async () => {
  atEnd(() => {
    scratch.remove();
  });
  python("viewer/e2e/world.py", scratch.path("world"));
  truths = JSON.parse(readFileSync(scratch.path("world/truth.json"), "utf8")) as Record<string, Truth>;
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
});

/** Open a series by its address, as a bookmark does. */
async function open(key: string): Promise<void> {
  await page.goto(`${server.origin}/series/${idOf(key)}`);
  await drawn(page, 1);
}

describe("what is drawn", () => {
  afterEach(() => {
    expect(complained(watched)).toEqual([]);
  });

  it("is drawn without multisampling, which in software costs several times the picture", async () => {
    const other = await page.context().newPage();
    await other.addInitScript(() => {
      // of the contexts of the page, those that something was drawn with
      const { drawElements, drawArrays } = WebGL2RenderingContext.prototype as unknown as Record<string, (this: WebGL2RenderingContext, ...given: unknown[]) => void>;
      const noted = (draw: typeof drawElements) =>
        function (this: WebGL2RenderingContext, ...given: unknown[]): void {
          document.documentElement.dataset["antialias"] = String(this.getContextAttributes()?.antialias);
          draw?.apply(this, given);
        };
      Object.assign(WebGL2RenderingContext.prototype, { drawElements: noted(drawElements), drawArrays: noted(drawArrays) });
    });
    await other.goto(`${server.origin}/series/${idOf("ct")}`);
    await drawn(other, 1);
    expect(await other.locator("html").getAttribute("data-antialias")).toBe("false");
    await other.close();
  });

  it.each(["ct", "lossless", "rle", "jpegls", "j2k", "htj2k", "cine", "palette", "coronal"])("%s is what the file holds", async (key) => {
    await open(key);
    await expectFrame(page, truth(key), 0);
  });

  it.each(["ct", "rle", "lossless", "cine", "coronal"])("the last image of %s, too", async (key) => {
    await open(key);
    const { length } = truth(key).frames;
    await page.keyboard.press("End");
    await drawn(page, length);
    await expectFrame(page, truth(key), length - 1);
  });

  it("follows the window: presets by key, back to the file's, inverted", async () => {
    await open("ct");
    await page.keyboard.press("1");
    await expect.poll(() => page.locator(".vp-corner.bottom.right").innerText()).toContain("W 400 L 40");
    expect(wrong(await seen(page, truth("ct")), expected(truth("ct"), 0, [40, 400]))).toBe(0);
    await page.keyboard.press("0");
    await expect.poll(() => page.locator(".vp-corner.bottom.right").innerText()).toContain("W 1,200 L 40");
    await expectFrame(page, truth("ct"), 0);
    await page.keyboard.press("i");
    await page.locator('button[aria-keyshortcuts="I"][aria-pressed="true"]').waitFor();
    const inverted = expected(truth("ct"), 0).map(([level]) => [255 - level, 255 - level, 255 - level] as const);
    await expect.poll(async () => wrong(await seen(page, truth("ct")), inverted)).toBe(0);
    await page.keyboard.press("r");
    await expect.poll(async () => wrong(await seen(page, truth("ct")), expected(truth("ct"), 0))).toBe(0);
  });

  it("keeps a chosen window from image to image", async () => {
    await open("ct");
    await page.keyboard.press("2");
    await page.keyboard.press("ArrowDown");
    await drawn(page, 2);
    expect(wrong(await seen(page, truth("ct")), expected(truth("ct"), 1, [-600, 1500]))).toBe(0);
  });

  it("gives each image the window of its file, until one is chosen", async () => {
    await open("varied");
    for (const number of [1, 2, 3]) {
      await drawn(page, number);
      expect(wrong(await seen(page, truth("varied")), expected(truth("varied"), number - 1))).toBe(0);
      await page.keyboard.press("ArrowDown");
    }
    // the last has none; whatever is made up for it, it shows dark as dark and bright as bright
    await drawn(page, 4);
    const shades = (await seen(page, truth("varied"))).map(([level]) => level);
    const values = truth("varied").frames[3]?.flat() as number[];
    const order = values.map((_, index) => index).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
    expect(order.every((at, index) => index === 0 || (shades[at] ?? 0) >= (shades[order[index - 1] ?? 0] ?? 0))).toBe(true);
    expect(Math.max(...shades) - Math.min(...shades)).toBeGreaterThan(200);
  });

  it("changes the window by dragging, and takes it back by a double click", async () => {
    await open("ct");
    const stage = await page.locator(".vp-canvas").boundingBox();
    if (stage === null) throw new Error("no stage");
    const [x, y] = [stage.x + stage.width / 2, stage.y + stage.height / 2];
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + 80, y + 30, { steps: 5 });
    await page.mouse.up();
    const corner = page.locator(".vp-corner.bottom.right");
    await expect.poll(() => corner.innerText()).not.toContain("W 1,200 L 40");
    await page.mouse.dblclick(x, y);
    await expect.poll(() => corner.innerText()).toContain("W 1,200 L 40");
  });

  it("windows as the standard says (the test's own formula)", () => {
    // PS3.3 C.11.2.1.2.1, its examples: c = 2048, w = 4096 and c = 2048, w = 1
    expect([0, 4095].map((value) => grey(value, [2048, 4096]))).toEqual([0, 255]);
    expect([2047, 2048].map((value) => grey(value, [2048, 1]))).toEqual([0, 255]);
  });
});

describe("around the image", () => {
  const letters = async (): Promise<string> =>
    (await Promise.all(["top", "right", "bottom", "left"].map((side) => page.locator(`.vp-letter.${side}`).innerText()))).join(" ");

  it("says whose it is, what it is and where it lies", async () => {
    await open("ct");
    const corner = (at: string): Promise<string> => page.locator(`.vp-corner.${at}`).innerText();
    expect(await corner("top.left")).toMatch(/^ROSSI, Mario\n0?2 Jan 1970 · male\nR-1$/);
    expect(await corner("top.right")).toBe("31 Jan 2024, 10:15\nTC torace\nCasa dei Blocchi");
    expect(await corner("bottom.left")).toBe("CT · Series 1\nct\nPosition 2.5 mm\nImage 1 of 12");
    expect(await corner("bottom.right")).toMatch(/^64 × 48\nPixels 0.8 mm · Slice 2.5 mm\nZoom \d[\d,]* %\nW 1,200 L 40$/);
    await page.keyboard.press("End");
    await drawn(page, 12);
    expect(await corner("bottom.left")).toContain("Position 30 mm\nImage 12 of 12");
  });

  it("has the letters of the sides, right after a turn and a mirror", async () => {
    await open("ct");
    expect(await letters()).toBe("A L P R");
    await page.keyboard.press("t");
    await expect.poll(letters).toBe("R A L P");
    await page.keyboard.press("r");
    await expect.poll(letters).toBe("A L P R");
    await page.keyboard.press("m");
    await expect.poll(letters).toBe("A R P L");
    await page.keyboard.press("t"); // clockwise as it is seen
    await expect.poll(letters).toBe("L A R P");
    await open("coronal");
    expect(await letters()).toBe("H L F R");
  });

  it("has no letters where the file does not say how the patient lies", async () => {
    await open("cine");
    expect(await page.locator(".vp-letter").count()).toBe(0);
    expect(await page.locator(".vp-corner.bottom.right").innerText()).toContain("no pixel size");
  });

  it("shows one image pixel on one pixel of the screen", async () => {
    await open("ct");
    await page.keyboard.press("a");
    await expect.poll(() => page.locator(".vp-corner.bottom.right").innerText()).toContain("Zoom 100 %");
    await page.keyboard.press("f");
    await expect.poll(() => page.locator(".vp-corner.bottom.right").innerText()).not.toContain("Zoom 100 %");
  });
});

describe("going through a study", () => {
  it("scrolls by wheel, keys and slider, and stops at the ends", async () => {
    await open("ct");
    await page.locator(".vp-canvas").hover();
    await page.mouse.wheel(0, 120);
    await drawn(page, 2);
    await page.mouse.wheel(0, -120);
    await page.mouse.wheel(0, -120);
    await drawn(page, 1);
    await page.keyboard.press("PageDown");
    await drawn(page, 11);
    await page.keyboard.press("PageDown");
    await drawn(page, 12);
    await page.getByRole("slider").fill("4");
    await drawn(page, 4);
  });

  it("turns to another series by click and key, and comes back to the image one had left", async () => {
    await open("ct");
    await page.keyboard.press("ArrowDown");
    await drawn(page, 2);
    const strip = page.getByRole("listbox");
    expect(await strip.getByRole("option").count()).toBe(10);
    await strip.getByRole("option", { name: /rle/ }).click();
    await page.waitForURL(`**/series/${idOf("rle")}`);
    await drawn(page, 1);
    await expectFrame(page, truth("rle"), 0);
    await page.keyboard.press("End"); // the keys are the images' again
    await drawn(page, truth("rle").frames.length);
    await strip.getByRole("option", { name: /ct/ }).first().click();
    await page.waitForURL(`**/series/${idOf("ct")}`);
    await drawn(page, 2);
    await page.keyboard.press("ArrowRight");
    await page.waitForURL(`**/series/${idOf("lossless")}`);
    await drawn(page, 1);
    expect(await page.getByRole("option", { selected: true }).innerText()).toContain("lossless");
  });

  it("marks what was derived", async () => {
    await open("ct");
    expect(await page.getByRole("option", { name: /coronal/ }).innerText()).toContain("reformatted");
    expect(await page.getByRole("option", { name: /rle/ }).innerText()).not.toMatch(/derived|reformatted/);
  });

  it("plays a film at the rate of its file, and stops", async () => {
    await open("cine");
    await page.keyboard.press(" ");
    expect(await page.locator(".vp-rate").innerText()).toBe("25");
    const stage = page.locator(".vp-stage");
    const images = new Set<string | null>();
    await expect.poll(async () => images.add(await stage.getAttribute("data-drawn")).size, { interval: 15, timeout: 20_000 }).toBeGreaterThan(3);
    await page.keyboard.press(" ");
    await page.locator(".vp-rate").waitFor({ state: "detached" });
  });

  it("opens a study at its first series with images", async () => {
    await page.goto(`${server.origin}/study/${series.find((one) => one.description === "cine")?.study.id ?? ""}`);
    await drawn(page, 1);
    expect(page.url()).toBe(`${server.origin}/series/${idOf("cine")}`);
  });
});

describe("other hands and screens", () => {
  it("fits the image again when the window changes its size", async () => {
    await open("ct");
    for (const size of [
      { width: 700, height: 620 },
      { width: 1500, height: 640 },
      { width: 1280, height: 800 },
    ]) {
      await page.setViewportSize(size);
      await expect.poll(async () => wrong(await seen(page, truth("ct")), expected(truth("ct"), 0))).toBe(0);
    }
  });

  it("draws a pixel for a pixel of a dense screen", async () => {
    const dense = await openPage(browser, { deviceScaleFactor: 2 });
    await dense.page.context().addCookies(await page.context().cookies());
    await dense.page.goto(`${server.origin}/series/${idOf("ct")}`);
    await drawn(dense.page, 1);
    await expectFrame(dense.page, truth("ct"), 0);
    const corner = dense.page.locator(".vp-corner.bottom.right");
    await dense.page.keyboard.press("a");
    await expect.poll(() => corner.innerText()).toContain("Zoom 100 %");
    await dense.page.context().close();
  });

  it("takes one finger for the window, two for zoom", async () => {
    const touch = await openPage(browser, { hasTouch: true, isMobile: true, viewport: { width: 420, height: 760 } });
    await touch.page.context().addCookies(await page.context().cookies());
    await touch.page.goto(`${server.origin}/series/${idOf("ct")}`);
    await drawn(touch.page, 1);
    const corner = touch.page.locator(".vp-corner.bottom.right");
    const fingers = await touch.page.context().newCDPSession(touch.page);
    /** Put down as many fingers as there are ways, draw them along, and lift them. */
    const move = async (...ways: readonly (readonly [from: number, to: number])[]): Promise<void> => {
      const at = (part: number) => ways.map(([from, to], id) => ({ x: from + (to - from) * part, y: 300 + id * 60, id }));
      await fingers.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: at(0) });
      for (let step = 1; step <= 8; step += 1) {
        await fingers.send("Input.dispatchTouchEvent", { type: "touchMove", touchPoints: at(step / 8) });
        await touch.page.waitForTimeout(30);
      }
      await fingers.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
    };
    const before = await corner.innerText();
    await move([150, 250]);
    await expect.poll(() => corner.innerText()).not.toContain("W 1,200 L 40");
    const zoom = /Zoom ([\d,]+)/.exec(before)?.[1] ?? "";
    await move([180, 100], [220, 330]);
    await expect.poll(() => corner.innerText()).not.toContain(`Zoom ${zoom} %`);
    expect(touch.complaints).toEqual([]);
    await touch.page.context().close();
  });
});

describe("what cannot be shown", () => {
  it("names the image that cannot be decoded and goes on with the others", async () => {
    await open("damaged");
    await page.keyboard.press("ArrowDown");
    const alert = page.locator(".vp-stage").getByRole("alert");
    await alert.waitFor();
    expect(await alert.innerText()).toContain("Image 2 cannot be decoded");
    expect(await page.locator(".vp-canvas").isVisible()).toBe(false);
    // which file it is, its attributes, and the file itself
    await alert.getByText(scratch.path("world/files/damaged/IM0002")).waitFor();
    await alert.getByRole("button", { name: "All attributes" }).click();
    await alert.getByLabel("Find in the attributes").fill("series description");
    await alert.getByRole("cell", { name: "damaged", exact: true }).waitFor();
    await alert.getByRole("button", { name: "Hide attributes" }).click();
    const [kept] = await Promise.all([page.waitForEvent("download"), alert.getByRole("link", { name: "Save the file" }).click()]);
    expect(readFileSync(await kept.path()).equals(readFileSync(scratch.path("world/files/damaged/IM0002")))).toBe(true);
    await page.keyboard.press("h"); // folders are called after people, too
    await alert.getByText(scratch.path("world/files/damaged/IM0002")).waitFor({ state: "detached" });
    await page.keyboard.press("h");
    await page.keyboard.press("ArrowDown");
    await drawn(page, 3);
    await expectFrame(page, truth("damaged"), 2);
    // the refusals of the server are what the console complains of, and nothing else
    expect(complained(watched).filter((text) => !text.includes("422"))).toEqual([]);
  });

  it("says that files are out of reach, and goes on when they are back", async () => {
    renameSync(scratch.path("world/files/jpegls"), scratch.path("world/away"));
    await page.goto(`${server.origin}/series/${idOf("jpegls")}`);
    const alert = page.locator(".vp-stage").getByRole("alert");
    await expect.poll(() => alert.innerText()).toContain("The file of image 1 cannot be reached");
    await alert.getByText(scratch.path("world/files/jpegls/IM0001")).waitFor();
    renameSync(scratch.path("world/away"), scratch.path("world/files/jpegls"));
    await alert.getByRole("button", { name: "Try again" }).click();
    await drawn(page, 1);
    await expectFrame(page, truth("jpegls"), 0);
    await page.keyboard.press("End");
    await drawn(page, 3);
    expect(complained(watched).filter((text) => !text.includes("503"))).toEqual([]);
  });

  it("tells what a series without images is", async () => {
    await page.goto(`${server.origin}/series/${idOf("report")}`);
    await page.locator("main.vp").getByRole("heading", { name: "report" }).waitFor();
    await page.getByText("Basic Text SR Storage").waitFor();
    await page.getByRole("link", { name: "Save the file" }).waitFor();
  });

  it("says that there is no such series", async () => {
    await page.goto(`${server.origin}/series/s00000000000000000000000000000000`);
    await expect.poll(() => page.locator(".vp-notice").innerText()).toContain("This series is not in the archive");
    complained(watched);
  });
});

describe("without a graphics card", () => {
  const note = (of: Page) => of.locator(".vp-strip .vp-software");

  /** The stack of a series, in a browser whose WebGL calls what draws by this name. */
  async function drawnBy(renderer: string): Promise<Watched> {
    const other = await openPage(browser);
    await other.page.context().addCookies(await page.context().cookies());
    await other.page.addInitScript((name) => {
      const { getParameter } = WebGL2RenderingContext.prototype as unknown as Record<string, (this: WebGL2RenderingContext, asked: number) => unknown>;
      const UNMASKED_RENDERER_WEBGL = 0x9246;
      WebGL2RenderingContext.prototype.getParameter = function (asked: number) {
        return asked === UNMASKED_RENDERER_WEBGL ? name : getParameter?.call(this, asked);
      };
    }, renderer);
    await other.page.goto(`${server.origin}/series/${idOf("ct")}`);
    await drawn(other.page, 1);
    return other;
  }

  it("the stack says once that the processor draws, beside the images and never over them", async () => {
    const other = await drawnBy("Google SwiftShader");
    await note(other.page).getByText("Drawn without a graphics card").waitFor();
    const canvas = await other.page.locator(".vp-canvas").boundingBox();
    const said = await note(other.page).boundingBox();
    expect((said?.x ?? 0) + (said?.width ?? 0)).toBeLessThanOrEqual(canvas?.x ?? -1);
    await note(other.page).getByRole("button", { name: "Do not say this again" }).click();
    await note(other.page).waitFor({ state: "detached" });
    // nor at the next visit
    await other.page.reload();
    await drawn(other.page, 1);
    await expectFrame(other.page, truth("ct"), 0);
    expect(await note(other.page).count()).toBe(0);
    expect(other.complaints).toEqual([]);
    await other.page.context().close();
  });

  it("nothing is said where there is one", async () => {
    const other = await drawnBy("NVIDIA GeForce RTX 3060");
    await expectFrame(other.page, truth("ct"), 0);
    expect(await note(other.page).count()).toBe(0);
    await other.page.context().close();
  });
});

describe("without WebGL", () => {
  it.each(["ct", "lossless", "cine", "coronal"])("%s is drawn by the processor, and just so", async (key) => {
    const plain = await launch({ webgl: false });
    try {
      const other = await openPage(plain);
      await other.page.context().addCookies(await page.context().cookies());
      await other.page.goto(`${server.origin}/series/${idOf(key)}`);
      await drawn(other.page, 1);
      expect(await other.page.evaluate(() => document.createElement("canvas").getContext("webgl2"))).toBeNull();
      await expectFrame(other.page, truth(key), 0);
      await other.page.locator(".vp-software").waitFor();
      expect(other.complaints).toEqual([]);
    } finally {
      await plain.close();
    }
  });
});
