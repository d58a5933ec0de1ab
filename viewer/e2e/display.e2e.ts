import { readFileSync } from "node:fs";

import type { Browser, Page } from "playwright-core";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { launch } from "./driver/chromium.ts";
import { cleanup } from "./driver/cleanup.ts";
import { complained, openPage, pictureOnFailure, type Watched } from "./driver/page.ts";
import { fileroom, python, Scratch, type Server, serve } from "./driver/server.ts";
import { drawn, expected, expectFrame, seen, type Truth, wrong } from "./driver/viewport.ts";

interface Series {
  readonly id: string;
  readonly description: string;
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
  python("viewer/e2e/display.py", scratch.path("world"));
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
  expect(complained(watched)).toEqual([]);
});

/** Open a series as for the first time: alone in its window, whatever was chosen before. */
async function open(key: string): Promise<void> {
  await page.evaluate(() => {
    for (const modality of ["CT", "MR", "DX", "XA"]) localStorage.setItem(`fileroom.layout.${modality}`, "1x1");
  });
  await page.goto(`${server.origin}/series/${idOf(key)}`);
  await drawn(page, 1);
}

const pane = (key: string) => page.locator(`.vp-stage[data-series="${idOf(key)}"]`);

describe("what is drawn", () => {
  it.each(["sigmoid", "exact", "table", "tableinverse", "modality", "inverse", "aspect"])("%s is as the standard's formulas say", async (key) => {
    await open(key);
    await expect.poll(async () => wrong(await seen(page, truth(key)), expected(truth(key), 0), 1)).toBe(0);
    await expectFrame(page, truth(key), 0);
  });

  it("is of each frame as its own groups say", async () => {
    await open("groups");
    for (const frame of [0, 1, 2, 3, 2, 0]) {
      await page.keyboard.press("Home");
      for (let step = 0; step < frame; step += 1) await page.keyboard.press("ArrowDown");
      await drawn(page, frame + 1);
      await expect.poll(async () => wrong(await seen(page, truth("groups")), expected(truth("groups"), frame), 1)).toBe(0);
    }
  });

  it("goes from a table to a window by dragging, and back", async () => {
    await open("table");
    const corner = page.locator(".vp-corner.bottom.right");
    expect(await corner.innerText()).toContain("Table · Root");
    await page.mouse.move(600, 400);
    await page.mouse.down();
    await page.mouse.move(640, 380, { steps: 4 });
    await page.mouse.up();
    await expect.poll(() => corner.innerText()).toMatch(/W [\d,]+ L/);
    await page.keyboard.press("0");
    await expect.poll(() => corner.innerText()).toContain("Table · Root");
    expect(wrong(await seen(page, truth("table")), expected(truth("table"), 0), 1)).toBe(0);
    await page.keyboard.press("i");
    const inverted = expected(truth("table"), 0).map(([level]) => [255 - level, 255 - level, 255 - level] as const);
    await expect.poll(async () => wrong(await seen(page, truth("table")), inverted, 1)).toBe(0);
  });

  it("has the letters of an X-ray, also when it is turned", async () => {
    await open("aspect");
    const letters = async (): Promise<string> =>
      (await Promise.all(["top", "right", "bottom", "left"].map((side) => page.locator(`.vp-letter.${side}`).innerText()))).join(" ");
    expect(await letters()).toBe("H L F R");
    await page.keyboard.press("t");
    await expect.poll(letters).toBe("R H L F");
    await page.keyboard.press("r");
    await page.keyboard.press("m");
    await expect.poll(letters).toBe("H R F L");
  });

  it.each(["overlay", "second"])("lays overlays over the image, in their place, and takes them away: %s", async (key) => {
    await open(key);
    await page.locator("canvas.vp-overlay").waitFor();
    expect(wrong(await seen(page, truth(`${key} drawn`)), expected(truth(`${key} drawn`), 0), 1)).toBe(0);
    await page.keyboard.press("o");
    await page.locator("canvas.vp-overlay").waitFor({ state: "detached" });
    expect(wrong(await seen(page, truth(key)), expected(truth(key), 0), 1)).toBe(0);
    await page.keyboard.press("o");
  });

  it("magnifies what the pointer is held over", async () => {
    await open("exact");
    await page.keyboard.press("g");
    const box = await page.locator(".vp-canvas").boundingBox();
    if (box === null) throw new Error("no image");
    const at = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    await page.mouse.move(at.x, at.y);
    await page.mouse.down();
    await page.locator(".vp-loupe").waitFor();
    await page.mouse.up();
    await page.locator(".vp-loupe").waitFor({ state: "detached" });
    await page.keyboard.press("w");
  });
});

describe("a fourth dimension", () => {
  it("goes through the slices of one echo, and through the echoes of one slice", async () => {
    await open("echoes");
    const corner = page.locator(".vp-corner.bottom.left");
    expect(await corner.innerText()).toContain("Image 1 of 4");
    expect(await corner.innerText()).toContain("TE 4.6 ms");
    expect(await page.locator(".vp-phases").innerText()).toBe("TE 4.6 ms · 1 of 2");
    // the shorter echo of each place was written second
    expect(wrong(await seen(page, truth("echoes")), expected(truth("echoes"), 1), 1)).toBe(0);
    await page.keyboard.press("ArrowDown");
    await drawn(page, 2);
    expect(wrong(await seen(page, truth("echoes")), expected(truth("echoes"), 3), 1)).toBe(0);
    await page.keyboard.press(".");
    await drawn(page, 6);
    expect(await page.locator(".vp-phases").innerText()).toBe("TE 9.2 ms · 2 of 2");
    expect(wrong(await seen(page, truth("echoes")), expected(truth("echoes"), 2), 1)).toBe(0);
    await page.keyboard.press("End");
    await drawn(page, 8);
  });

  it("has its slider below the image and its texts, in a small viewport, too", async () => {
    await open("echoes");
    await page.evaluate(() => {
      localStorage.setItem("fileroom.layout.MR", "2x2");
    });
    await page.setViewportSize({ width: 900, height: 640 });
    await page.goto(`${server.origin}/series/${idOf("echoes")}`);
    await drawn(page, 1);
    await expect.poll(() => page.locator(".vp-stage").count()).toBe(4);
    const small = pane("echoes");
    const bottom = (part: string): Promise<number> => small.locator(part).first().evaluate((element) => element.getBoundingClientRect().bottom);
    const foot = await small.locator(".vp-foot").evaluate((element) => element.getBoundingClientRect().top);
    for (const part of [".vp-canvas", ".vp-corner.bottom.left", ".vp-corner.bottom.right", ".vp-letter.bottom", ".vp-scrubber"]) expect(await bottom(part), part).toBeLessThanOrEqual(foot);
    const sizes = (): Promise<boolean> => small.locator(".vp-canvas canvas").evaluate((canvas) => canvas instanceof HTMLCanvasElement && canvas.height === canvas.clientHeight && canvas.clientHeight === canvas.parentElement?.parentElement?.clientHeight);
    await expect.poll(sizes).toBe(true);
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  it("is drawn in its proportions where the series before had the whole viewport", async () => {
    for (let round = 0; round < 3; round += 1) {
      await open("axial");
      await page.getByRole("option", { name: /echoes/ }).click();
      await drawn(page, 1);
      expect(wrong(await seen(page, truth("echoes")), expected(truth("echoes"), 1), 1)).toBe(0);
    }
  });

  it("splits what lies in two directions", async () => {
    await open("mixed");
    const parts = page.getByRole("combobox", { name: "Part of the series" });
    expect(await parts.locator("option").allInnerTexts()).toEqual(["axial · 2 images", "coronal · 3 images"]);
    await parts.selectOption({ label: "coronal · 3 images" });
    await page.locator(".vp-letter.top", { hasText: "H" }).waitFor();
    expect(await page.locator(".vp-corner.bottom.left").innerText()).toContain("Image 1 of 3");
  });
});

describe("several viewports", () => {
  it("takes a series that is dragged into one, scrolls in step, and draws where it is", async () => {
    await open("axial");
    await page.keyboard.press("d");
    await expect.poll(() => page.locator(".vp-stage").count()).toBe(2);
    const second = page.locator(".vp-stage").nth(1);
    await page.getByRole("option", { name: /thick/ }).dragTo(second);
    await pane("thick").locator(".vp-corner.bottom.left").waitFor();
    await page.waitForURL(`**/series/${idOf("thick")}`);
    // the one that is in hand leads
    await pane("axial").locator(".vp-canvas").hover();
    await page.mouse.click(400, 300);
    await page.waitForURL(`**/series/${idOf("axial")}`);
    await page.keyboard.press("PageDown");
    await page.locator(`.vp-stage[data-series="${idOf("axial")}"][data-drawn="11"]`).waitFor();
    await page.locator(`.vp-stage[data-series="${idOf("thick")}"][data-drawn="3"]`).waitFor(); // both at 10 mm
    await page.getByRole("option", { name: /coronal/ }).dragTo(second);
    await pane("coronal").locator(".vp-corner.bottom.left").waitFor();
    await pane("axial").locator(".vp-canvas").hover();
    await page.mouse.click(400, 300);
    const line = pane("coronal").locator(".vp-reference");
    await line.waitFor({ state: "attached" });
    const height = Number(await line.getAttribute("y1"));
    await page.keyboard.press("Home");
    await expect.poll(async () => Number(await line.getAttribute("y1"))).toBeGreaterThan(height + 20); // feet are below
  });

  it("remembers the layout for the modality", async () => {
    await open("axial");
    await page.evaluate(() => {
      localStorage.setItem("fileroom.layout.CT", "2x2");
    });
    await page.reload();
    await page.locator(".vp-stage[data-drawn='1']").nth(3).waitFor();
    expect(await page.locator(".vp-stage").first().getAttribute("data-series")).toBe(idOf("axial"));
  });

  it("shows an earlier study of the region beside, in step", async () => {
    await open("axial");
    await page.getByRole("option", { name: /earlier/ }).waitFor();
    await page.getByRole("button", { name: "Layout" }).click();
    await page.getByRole("menuitem", { name: /Earlier study/ }).click();
    await pane("earlier").locator(".vp-corner.bottom.left").waitFor();
    await page.locator(`.vp-stage[data-series="${idOf("earlier")}"][data-drawn="1"]`).waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await page.locator(`.vp-stage[data-series="${idOf("axial")}"][data-drawn="5"]`).waitFor();
    await page.locator(`.vp-stage[data-series="${idOf("earlier")}"][data-drawn="3"]`).waitFor(); // 4 mm on
  });

  it("outlives many changes of the layout", async () => {
    await open("axial");
    for (let round = 0; round < 18; round += 1) await page.keyboard.press("d");
    await expect.poll(() => page.locator(".vp-stage").count()).toBe(1);
    await page.keyboard.press("Home"); // planes that stood there for a moment have led the stack to their middle
    await drawn(page, 1);
    await page.keyboard.press("ArrowDown");
    await drawn(page, 2);
    expect(wrong(await seen(page, truth("axial")), expected(truth("axial"), 1), 1)).toBe(0);
  });

  it("has the next series ready before it is asked for", async () => {
    await open("axial");
    const frames = (): number => watched.asked.filter((address) => address.includes("/frames/")).length;
    await expect.poll(() => watched.asked.some((address) => address.includes(`/series/${idOf("thick")}/images`)), { timeout: 10_000 }).toBe(true);
    await expect.poll(async () => {
      const before = frames();
      await page.waitForTimeout(400);
      return frames() - before;
    }, { timeout: 10_000 }).toBe(0);
    const asked = watched.asked.length;
    await page.keyboard.press("ArrowRight");
    await page.waitForURL(`**/series/${idOf("thick")}`);
    await drawn(page, 1);
    const own = watched.asked.slice(asked).filter((address) => address.includes(`/series/${idOf("thick")}/images`));
    expect(own).toEqual([]);
  });

  it("hides names from those who look on", async () => {
    await open("axial");
    expect(await page.locator("main").innerText()).toContain("VERDI");
    await page.keyboard.press("h");
    await expect.poll(() => page.locator("main").innerText()).not.toContain("VERDI");
    expect(await page.locator("main").innerText()).toContain("Name hidden");
    await page.keyboard.press("h");
  });
});

describe("measuring", () => {
  /** Where a pixel of the image is on the page: the image is fitted into its element. */
  async function screen(key: string, column: number, row: number): Promise<{ x: number; y: number }> {
    const { columns, rows, spacing } = truth(key);
    // a panel that comes or goes changes the size of the image, which is drawn anew a little later
    await expect
      .poll(async () => {
        const [a = 0, , , , x = 0] = ((await page.locator(".vp-stage").getAttribute("data-seen")) ?? "").split(" ").slice(-6).map(Number);
        const width = (await page.locator(".vp-canvas").boundingBox())?.width ?? 0;
        return Math.abs(x + (a * (columns - 1)) / 2 - width / 2);
      })
      .toBeLessThan(1);
    const box = await page.locator(".vp-canvas").boundingBox();
    if (box === null) throw new Error("no image");
    const scale = Math.min(box.width / (columns * spacing[1]), box.height / (rows * spacing[0]));
    return {
      x: box.x + box.width / 2 + (column + 0.5 - columns / 2) * spacing[1] * scale,
      y: box.y + box.height / 2 + (row + 0.5 - rows / 2) * spacing[0] * scale,
    };
  }

  async function drag(key: string, from: readonly [number, number], to: readonly [number, number]): Promise<void> {
    const [a, b] = [await screen(key, ...from), await screen(key, ...to)];
    await page.mouse.move(a.x, a.y);
    await page.mouse.down();
    await page.mouse.move((a.x + b.x) / 2, (a.y + b.y) / 2);
    await page.mouse.move(b.x, b.y);
    await page.mouse.up();
  }

  const label = (kind: string) => page.locator(`.vp-one[data-kind="${kind}"] .vp-value`);
  const kept = (key: string) =>
    page.evaluate(async (id) => ((await (await fetch(`/api/series/${id}/measurements`)).json()) as { measurements: { kind: string; points: number[][]; values: { name: string; value: number; unit: string }[] }[] }).measurements, idOf(key));

  it("tells a length in millimetres, to half a pixel, and keeps it", async () => {
    await open("axial");
    await page.keyboard.press("l");
    await drag("axial", [10, 10], [40, 30]);
    await label("length").waitFor();
    expect(await label("length").textContent()).toMatch(/^3[56]\.?\d* mm$/);
    await expect.poll(async () => (await kept("axial")).length, { timeout: 5000 }).toBe(1);
    const [one] = await kept("axial");
    expect(one?.values[0]?.unit).toBe("mm");
    expect(Math.abs((one?.values[0]?.value ?? 0) - Math.hypot(30, 20))).toBeLessThan(0.5);
    expect(Math.abs((one?.points[0]?.[0] ?? 0) - 10)).toBeLessThan(0.5);
    await page.reload();
    await drawn(page, 1);
    await label("length").waitFor();
    // only on its own image
    await page.keyboard.press("ArrowDown");
    await drawn(page, 2);
    await label("length").waitFor({ state: "detached" });
    await page.keyboard.press("Home");
    await drawn(page, 1);
  });

  it("tells mean and extremes of a region, in the unit of the values", async () => {
    await page.keyboard.press("q");
    await drag("axial", [9.6, 1.6], [14.4, 6.4]);
    await expect.poll(async () => (await kept("axial")).length, { timeout: 5000 }).toBe(2);
    const found = Object.fromEntries((await kept("axial"))[1]?.values.map(({ name, value }) => [name, value]) ?? []);
    const block = truth("axial").frames[0]?.[0]?.[1];
    expect(found).toMatchObject({ mean: block, min: block, max: block, sd: 0 });
  });

  it("undoes, does again, and deletes", async () => {
    const count = async (): Promise<number> => page.locator(".vp-one").count();
    await page.keyboard.press("v");
    await drag("axial", [20, 40], [10, 40]);
    const end = await screen("axial", 10, 30);
    await page.mouse.move(end.x, end.y);
    await page.mouse.click(end.x, end.y);
    await expect.poll(() => label("angle").textContent()).toBe("90°");
    expect(await count()).toBe(3);
    await page.keyboard.press("Control+z");
    await expect.poll(count).toBe(2);
    await page.keyboard.press("Control+y");
    await expect.poll(count).toBe(3);
    await page.keyboard.press("Escape");
    await page.keyboard.press("Escape");
    await page.keyboard.press("8");
    await page.getByRole("complementary", { name: "Measurements" }).getByRole("button", { name: /Angle/ }).click();
    await page.keyboard.press("Delete");
    await expect.poll(count).toBe(2);
  });

  it("draws one end to another place", async () => {
    await page.keyboard.press("8");
    await page.getByRole("complementary", { name: "Measurements" }).waitFor({ state: "detached" });
    await page.keyboard.press("w");
    const at = await screen("axial", 25, 20);
    await page.mouse.click(at.x, at.y); // on the line
    await page.locator(".vp-one.chosen .vp-handle").nth(1).waitFor();
    await drag("axial", [40, 30], [10, 40]);
    await expect.poll(() => label("length").textContent()).toMatch(/^30(\.\d)? mm$|^29\.\d mm$/);
    await page.keyboard.press("Escape");
  });

  it("lists all of a series, goes to them, and hands them out", async () => {
    await page.keyboard.press("8");
    const list = page.getByRole("complementary", { name: "Measurements" });
    expect(await list.getByRole("listitem").count()).toBe(2);
    await page.keyboard.press("End");
    await drawn(page, 20);
    await list.getByRole("button", { name: /Length/ }).click();
    await drawn(page, 1);
    for (const [form, type] of [
      ["csv", "text/csv"],
      ["sr", "application/dicom"],
    ] as const) {
      const answer = await page.request.get(`${server.origin}/api/series/${idOf("axial")}/measurements/${form}`);
      expect(answer.status()).toBe(200);
      expect(answer.headers()["content-type"]).toContain(type);
    }
    await page.keyboard.press("8");
  });

  it("says pixels where the file has no size, and takes words for an arrow", async () => {
    await open("exact");
    await page.keyboard.press("l");
    await drag("exact", [10, 10], [40, 10]);
    await expect.poll(() => label("length").textContent()).toMatch(/^30(\.\d)? px$|^29\.\d px$/);
    await page.keyboard.press("j");
    await page.locator('.vp-drawing[data-kind="arrow"]').waitFor();
    await drag("exact", [20, 20], [30, 30]);
    await page.getByRole("textbox", { name: "Text" }).fill("Nodulo");
    await page.keyboard.press("Enter");
    await expect.poll(() => label("arrow").textContent()).toBe("Nodulo");
    await page.keyboard.press("w");
  });
});
