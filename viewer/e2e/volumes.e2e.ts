import { readFileSync, rmSync } from "node:fs";

import type { Browser, Page } from "playwright-core";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { launch } from "./driver/chromium.ts";
import { cleanup } from "./driver/cleanup.ts";
import { complained, openPage, pictureOnFailure, type Watched } from "./driver/page.ts";
import { aimOf, greyAt, greysOf, pixelOf, type PlaneName, planesDrawn, settled, spotOf, type Vec3 } from "./driver/planes.ts";
import { fileroom, python, Scratch, type Server, serve } from "./driver/server.ts";
import { grey } from "./driver/viewport.ts";

interface Mark {
  readonly place: Vec3;
  readonly radius: number;
  readonly value: number;
}

const atEnd = cleanup();
const scratch = new Scratch();
let browser: Browser;
let server: Server;
let marks: Readonly<Record<"L" | "A" | "H", Mark>>;
let series: readonly { readonly id: string; readonly description: string }[];
let watched: Watched;
let page: Page;

const idOf = (key: string): string => series.find((one) => one.description === key)?.id ?? expect.fail(`no series ${key}`);
/** The window of every slice of this world. */
const shade = (value: number): number => grey(value, [0, 2000]);

beforeAll(async () => {
  atEnd(() => {
    scratch.remove();
  });
  python("viewer/e2e/volumes.py", scratch.path("world"));
  marks = (JSON.parse(readFileSync(scratch.path("world/truth.json"), "utf8")) as { marks: typeof marks }).marks;
  fileroom("import", scratch.path("world/files"), "--archive", scratch.path("archive"), "--json");
  server = await serve(["serve", "--archive", scratch.path("archive")]);
  atEnd(server.stop);
  const answer = await fetch(`${server.origin}/api/series?limit=100`, { headers: { Authorization: `Bearer ${server.token}` } });
  series = ((await answer.json()) as { items: typeof series }).items;
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

async function open(key: string, layout = "mpr", on: Page = page): Promise<void> {
  await on.evaluate((name) => {
    localStorage.setItem("fileroom.layout.CT", name);
  }, layout);
  await on.goto(`${server.origin}/series/${idOf(key)}`);
}

const lettersOf = async (name: PlaneName): Promise<string> =>
  (await Promise.all(["top", "right", "bottom", "left"].map((side) => page.locator(`.vp-cell[data-cell="${name}"] .vp-letter.${side}`).innerText()))).join(" ");

const corner = (name: PlaneName, at: string) => page.locator(`.vp-cell[data-cell="${name}"] .vp-corner.${at}`);

/** Where on the page a place of the patient is seen. */
async function spot(name: PlaneName, place: Vec3): Promise<readonly [number, number]> {
  const box = await page.locator(`.vp-cell[data-cell="${name}"] .vp-plane`).boundingBox();
  const aim = await aimOf(page, name);
  const [x, y] = pixelOf(aim, place);
  return [(box?.x ?? 0) + (x * (box?.width ?? 0)) / aim.width, (box?.y ?? 0) + (y * (box?.height ?? 0)) / aim.pixels];
}

describe("three planes of the patient", () => {
  it.each(["HFS", "HFP", "HFDR", "HFDL", "FFS", "FFP", "FFDR", "FFDL", "tilted"])("are the same however the patient lay: %s", async (key) => {
    await open(key);
    await planesDrawn(page);
    expect(await Promise.all((["axial", "coronal", "sagittal"] as const).map(lettersOf))).toEqual(["A L P R", "H L F R", "H P F A"]);
    // the marks are where the letters say, and nowhere else
    expect(await greyAt(page, "axial", marks.L.place)).toBeCloseTo(shade(700), -0.5);
    const [x] = pixelOf(await aimOf(page, "axial"), marks.L.place);
    expect(x).toBeGreaterThan((await aimOf(page, "axial")).width / 2);
    expect(await greyAt(page, "axial", marks.A.place)).toBeCloseTo(shade(500), -0.5);
    expect(await greyAt(page, "axial", [-34, 6, 0])).toBeCloseTo(shade(40), -0.5);
    expect(await greyAt(page, "sagittal", [0, 6, 36])).toBeCloseTo(shade(300), -0.5);
    expect(await greyAt(page, "coronal", [0, 0, 36])).toBeCloseTo(shade(300), -0.5);
    expect(await greyAt(page, "coronal", [0, 0, -36])).toBeCloseTo(shade(40), -0.5);
    expect(await greyAt(page, "sagittal", [0, -30, -30])).toBeCloseTo(shade(40), -0.5);
  });

  it("are gone through by wheel and keys, and the others' lines follow", async () => {
    await open("HFS");
    await planesDrawn(page);
    expect(await corner("axial", "bottom.left").innerText()).toBe("Position 0 mm\nSlice 21 of 40");
    const [x, y] = await spot("axial", [0, 0, 0]);
    await page.mouse.move(x + 60, y + 60);
    await page.mouse.wheel(0, 120);
    await expect.poll(() => corner("axial", "bottom.left").innerText()).toBe("Position 3 mm\nSlice 22 of 40");
    await page.keyboard.press("End");
    await expect.poll(() => corner("axial", "bottom.left").innerText()).toBe("Position 58.5 mm\nSlice 40 of 40");
    const ends = await page.locator('.vp-cell[data-cell="coronal"] [data-line="axial"] .vp-line-seen').getAttribute("d");
    await page.keyboard.press("Home");
    await expect.poll(() => corner("axial", "bottom.left").innerText()).toBe("Position -58.5 mm\nSlice 1 of 40");
    expect(await page.locator('.vp-cell[data-cell="coronal"] [data-line="axial"] .vp-line-seen').getAttribute("d")).not.toBe(ends);
    await page.keyboard.press("r");
    await expect.poll(() => corner("axial", "bottom.left").innerText()).toContain("Slice 21 of 40");
  });

  it("go through the place that is clicked, and the stack beside them too", async () => {
    await open("HFS");
    await planesDrawn(page);
    await page.mouse.click(...(await spot("axial", marks.L.place)));
    await settled(page);
    expect(await greyAt(page, "sagittal", marks.L.place)).toBeCloseTo(shade(700), -0.5);
    expect(await greyAt(page, "coronal", marks.L.place)).toBeCloseTo(shade(700), -0.5);
    await page.mouse.click(...(await spot("coronal", marks.H.place)));
    await expect.poll(() => page.locator(".vp-stage[data-series]").getAttribute("data-drawn")).toBe("33");
    expect(await greyAt(page, "axial", marks.H.place)).toBeCloseTo(shade(300), -0.5);
  });

  it("are drawn along by their lines and turned by the knobs", async () => {
    await open("HFS");
    await planesDrawn(page);
    // the line of the sagittal plane on the axial one, drawn to the mark at the left
    const [fromX, fromY] = await spot("axial", [0, -20, 0]);
    const [toX] = await spot("axial", [34, 0, 0]);
    await page.mouse.move(fromX, fromY);
    await page.mouse.down();
    await page.mouse.move(toX, fromY, { steps: 6 });
    await page.mouse.up();
    await settled(page);
    expect(await greyAt(page, "sagittal", marks.L.place)).toBeCloseTo(shade(700), -0.5);
    // and its knob, a quarter turn: what was sagittal is coronal then
    await page.keyboard.press("r");
    await settled(page);
    const knob = await page.locator('.vp-cell[data-cell="axial"] [data-line="sagittal"] .vp-line-knob').first().boundingBox();
    const [cx, cy] = await spot("axial", [0, 0, 0]);
    if (knob === null) throw new Error("no knob");
    const radius = Math.abs(cy - (knob.y + knob.height / 2));
    const side = Math.sign(knob.y + knob.height / 2 - cy);
    await page.mouse.move(cx, cy + side * radius);
    await page.mouse.down();
    for (let step = 1; step <= 9; step += 1) {
      const angle = (step * Math.PI) / 18;
      await page.mouse.move(cx - side * radius * Math.sin(angle), cy + side * radius * Math.cos(angle));
    }
    await page.mouse.up();
    await expect.poll(() => lettersOf("sagittal")).toMatch(/^H [LR] F [LR]$/);
    await page.keyboard.press("]"); // by five degrees more
    await settled(page);
    const { right } = await aimOf(page, "sagittal");
    expect(Math.abs(right[1])).toBeGreaterThan(0.05);
  });

  it("are scrolled, moved and zoomed by fingers", async () => {
    const touch = await openPage(browser, { hasTouch: true, viewport: { width: 1280, height: 800 } });
    await touch.page.context().addCookies(await page.context().cookies());
    await touch.page.goto(server.origin);
    await open("HFS", "mpr", touch.page);
    await planesDrawn(touch.page);
    const fingers = await touch.page.context().newCDPSession(touch.page);
    type Way = readonly [from: readonly [number, number], to: readonly [number, number]];
    /** Put down as many fingers as there are ways, draw them along, and lift them. */
    const move = async (...ways: readonly Way[]): Promise<void> => {
      const at = (part: number) => ways.map(([[x, y], [toX, toY]], id) => ({ x: x + (toX - x) * part, y: y + (toY - y) * part, id }));
      await fingers.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: at(0) });
      for (let step = 1; step <= 8; step += 1) await fingers.send("Input.dispatchTouchEvent", { type: "touchMove", touchPoints: at(step / 8) });
      await fingers.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
    };
    const slice = (name: PlaneName) => touch.page.locator(`.vp-cell[data-cell="${name}"] .vp-corner.bottom.left`).innerText();
    const [x, y] = await spotOf(touch.page, "axial", [0, 0, 0]);
    await touch.page.keyboard.press("s");
    await move([[x + 60, y + 40], [x + 60, y + 100]]);
    await expect.poll(() => slice("axial")).toBe("Position 30 mm\nSlice 31 of 40"); // six pixels for each
    await touch.page.keyboard.press("p");
    const before = await spotOf(touch.page, "axial", marks.L.place);
    await move([[x + 60, y + 60], [x + 90, y + 80]]);
    await expect.poll(async () => (await spotOf(touch.page, "axial", marks.L.place))[0]).toBeCloseTo(before[0] + 30, -0.3);
    expect((await spotOf(touch.page, "axial", marks.L.place))[1]).toBeCloseTo(before[1] + 20, -0.3);
    const { height } = await aimOf(touch.page, "axial");
    const others = [await slice("coronal"), await slice("sagittal")];
    await move([[x + 40, y + 70], [x + 20, y + 70]], [[x + 80, y + 70], [x + 100, y + 70]]);
    // twice as far apart; and no finger that is lifted is a click, which would move the other planes
    await expect.poll(async () => height / (await aimOf(touch.page, "axial")).height).toBeCloseTo(2, 1);
    await settled(touch.page);
    expect([await slice("coronal"), await slice("sagittal")]).toEqual(others);
    expect(touch.complaints).toEqual([]);
    await touch.page.context().close();
  });

  it("are as thick as is wished: greatest, least and mean of a slab", async () => {
    await open("HFS");
    await planesDrawn(page);
    const above: Vec3 = [0, 6, 36];
    expect(await greyAt(page, "axial", above)).toBeCloseTo(shade(40), -0.5);
    const slab = async (mode: string, thickness: string): Promise<void> => {
      await page.locator(".vp-desk-bar select").selectOption(mode);
      await page.getByLabel("Thickness of the slab").fill(thickness);
      await settled(page);
      await page.waitForTimeout(200);
    };
    await slab("mip", "90");
    await expect.poll(() => greyAt(page, "axial", above)).toBeCloseTo(shade(300), -0.5);
    await slab("minip", "60");
    expect(await greyAt(page, "axial", [44, -4, 0])).toBeLessThan(3); // where the body ends within the slab there is air
    expect(await greyAt(page, "axial", [20, -4, 0])).toBeCloseTo(shade(40), -0.5);
    await slab("mean", "90");
    // 16 of the 90 mm go through the mark
    const mean = await greyAt(page, "axial", above);
    expect(Math.abs(mean - shade(40 + (16 / 90) * 260))).toBeLessThan(3);
    expect(await corner("axial", "bottom.right").innerText()).toContain("Mean 90 mm");
    await page.locator(".vp-desk-bar select").selectOption("none");
  });

  it("have the window of the stack, by keys and by dragging", async () => {
    await open("HFS");
    await planesDrawn(page);
    await page.keyboard.press("1");
    await expect.poll(() => corner("coronal", "bottom.right").innerText()).toContain("W 400 L 40");
    await settled(page);
    expect(await greyAt(page, "axial", [20, 20, 0])).toBeCloseTo(grey(40, [40, 400]), -0.5);
    const [x, y] = await spot("axial", [20, 20, 0]);
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + 80, y, { steps: 4 });
    await page.mouse.up();
    await expect.poll(() => corner("sagittal", "bottom.right").innerText()).not.toContain("W 400");
    await page.keyboard.press("0");
    await expect.poll(() => corner("sagittal", "bottom.right").innerText()).toContain("W 2,000 L 0");
    await page.keyboard.press("i");
    await expect.poll(() => greyAt(page, "axial", marks.L.place)).toBeCloseTo(255 - shade(700), -0.5);
  });

  it("are those of the phase at hand, where there are several", async () => {
    await open("dynamic");
    await planesDrawn(page);
    expect(await corner("axial", "bottom.left").innerText()).toContain("of 4");
    await page.keyboard.press(".");
    await expect.poll(() => page.locator(".vp-stage[data-series]").getAttribute("data-drawn")).toMatch(/[5-8]/);
    await planesDrawn(page);
    expect(await corner("axial", "bottom.left").innerText()).toContain("of 4");
  });

  it("are those of a series that is dragged onto any of them", async () => {
    await open("HFS");
    await planesDrawn(page);
    const before = await greyAt(page, "axial", marks.L.place);
    expect(before).toBeCloseTo(shade(700), -0.5);
    await page.getByRole("option", { name: /tilted/ }).dragTo(page.locator('.vp-cell[data-cell="coronal"]'));
    await page.waitForURL(`**/series/${idOf("tilted")}`);
    await page.locator(`.vp-stage[data-series="${idOf("tilted")}"]`).waitFor();
    await planesDrawn(page);
    expect(await page.locator(".vp-cell").count()).toBe(3);
  });

  it("show no names when others look on", async () => {
    await open("HFS");
    await planesDrawn(page);
    expect(await corner("axial", "top.right").innerText()).toBe("NERI, Ada");
    await page.keyboard.press("h");
    await expect.poll(() => corner("axial", "top.right").innerText()).toBe("Name hidden");
    await page.keyboard.press("h");
  });
});

describe("the solid", () => {
  /** How many pixels are not black, once it is drawn finely. */
  async function bright(): Promise<number> {
    await page.locator('.vp-cell[data-cell="solid"][data-still="true"]').waitFor({ timeout: 60_000 });
    await settled(page);
    const { greys } = await greysOf(page, "solid");
    return greys.filter((level) => level > 20).length;
  }
  /** How many rows of the picture show anything. */
  async function tall(): Promise<number> {
    const { width, height, greys } = await greysOf(page, "solid");
    return Array.from({ length: height }, (_, row) => greys.slice(row * width, (row + 1) * width).some((level) => level > 20)).filter(Boolean).length;
  }
  const letters = async (): Promise<string> =>
    (await Promise.all(["top", "right", "bottom", "left"].map((side) => page.locator(`.vp-cell[data-cell="solid"] .vp-letter.${side}`).innerText()))).join(" ");

  it("stands beside the planes: bones are bright, soft tissue covers more", async () => {
    await open("HFS", "mpr3d");
    await planesDrawn(page, "axial", "solid");
    const bone = await bright();
    expect(bone).toBeGreaterThan(500);
    await page.locator('[data-control="preset"]').selectOption("soft");
    await expect.poll(bright).toBeGreaterThan(3 * bone);
    // the front half is cut away, then all but a sliver
    await page.getByRole("button", { name: "Cut box" }).click();
    const whole = await bright();
    const height = await tall();
    await page.getByLabel("F – H, to").fill("0.3");
    await expect.poll(bright).toBeLessThan(0.5 * whole);
    // of a body from -52 to 52 mm, in a box from -58.5 to 58.5, to within half a voxel at either end
    const left = -58.5 + 0.3 * 117 + 52;
    expect(Math.abs((await tall()) / height - left / 104)).toBeLessThan(3 / 104);
    await page.getByRole("button", { name: "Cut box" }).click();
    await expect.poll(bright).toBeGreaterThan(0.9 * whole);
  });

  it("is seen from any side, turned by dragging and by keys", async () => {
    await open("HFDL", "3d");
    await planesDrawn(page, "solid");
    await page.locator('[data-control="preset"]').selectOption("soft");
    const front = await bright();
    expect(await letters()).toBe("H L F R");
    await page.getByRole("button", { name: "From the left" }).click();
    await expect.poll(letters).toBe("H P F A");
    await expect.poll(bright).toBeLessThan(0.95 * front); // a body is narrower from its side
    const box = await page.locator(".vp-turning").boundingBox();
    const [x, y] = [(box?.x ?? 0) + (box?.width ?? 0) / 2, (box?.y ?? 0) + (box?.height ?? 0) / 2];
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + 210, y, { steps: 4 }); // a quarter: what was at the left of the picture is in front
    await page.mouse.up();
    await expect.poll(letters).toBe("H L F R");
    for (let tenths = 0; tenths < 6; tenths += 1) await page.keyboard.press("ArrowUp"); // some 60°
    await expect.poll(letters).not.toBe("H L F R");
    await page.locator('[data-look="A"]').click();
    await page.locator('[data-control="preset"]').selectOption("mip");
    await expect.poll(bright).toBeGreaterThan(front * 0.8);
  });

  it("hides more when its opacities are shifted", async () => {
    await open("HFS", "3d");
    await planesDrawn(page, "solid");
    await page.locator('[data-control="preset"]').selectOption("soft");
    const before = await bright();
    const box = await page.locator(".vp-turning").boundingBox();
    await page.keyboard.down("Control");
    await page.mouse.move((box?.x ?? 0) + 100, (box?.y ?? 0) + 200);
    await page.mouse.down();
    await page.mouse.move((box?.x ?? 0) + 500, (box?.y ?? 0) + 200, { steps: 4 });
    await page.mouse.up();
    await page.keyboard.up("Control");
    await expect.poll(bright).toBeLessThan(0.5 * before);
  });

  it("is a layout of the menu, kept for the modality, and gives way to the stack", async () => {
    await open("HFS", "1x1");
    await page.locator('.vp-stage[data-series][data-drawn="1"]').waitFor();
    await page.getByRole("button", { name: "Layout" }).click();
    await page.getByRole("menuitem", { name: "Three planes and 3D" }).or(page.getByRole("menuitemradio", { name: "Three planes and 3D" })).or(page.getByRole("menuitemcheckbox", { name: "Three planes and 3D" })).click();
    await planesDrawn(page, "axial", "coronal", "sagittal", "solid");
    expect(await page.evaluate(() => localStorage.getItem("fileroom.layout.CT"))).toBe("mpr3d");
    await page.getByRole("option", { name: /tilted/ }).click();
    await page.waitForURL(`**/series/${idOf("tilted")}`);
    await planesDrawn(page, "axial", "coronal", "sagittal", "solid");
    await page.keyboard.press("d");
    await planesDrawn(page, "solid");
    await page.keyboard.press("d");
    await page.locator(".vp-stage[data-series]").waitFor({ state: "visible" });
    expect(await page.locator(".vp-cell").count()).toBe(0);
  });
});

describe("what makes no volume", () => {
  it.each([
    ["missing", "2 slices are missing"],
    ["uneven", "not evenly spaced"],
    ["single", "one image"],
    ["colour", "in colour"],
    ["nowhere", "do not say where they lie"],
  ])("%s: says so, and the stack stays", async (key, words) => {
    await open(key);
    const alert = page.locator(".vp-refused").getByRole("alert");
    await alert.waitFor();
    expect(await alert.innerText()).toContain(words);
    expect(await page.locator(".vp-plane").count()).toBe(0);
    await page.locator('.vp-stage[data-series][data-drawn="1"]').waitFor();
  });

  it("a file is lost: says so and stays with it, whatever else comes, and the other images can be looked at", async () => {
    const asked = await fetch(`${server.origin}/api/series/${idOf("FFDL")}/images`, { headers: { Authorization: `Bearer ${server.token}` } });
    const { instances } = (await asked.json()) as { readonly instances: readonly { readonly frames_url: string; readonly instance_number: number }[] };
    const lost = instances.find((one) => one.instance_number === 20) ?? expect.fail("no such image");
    rmSync(scratch.path("world/files/FFDL/IM0020"));
    let late = 0;
    await page.route("**/frames/1", async (route) => {
      if (!route.request().url().includes(lost.frames_url)) {
        await new Promise((resolve) => setTimeout(resolve, 400)); // long enough for the others to be told of
        late += 1;
      }
      await route.continue();
    });
    try {
      await open("FFDL");
      const alert = page.locator(".vp-refused").getByRole("alert");
      await alert.waitFor();
      expect(await alert.innerText()).toContain("No planes or 3D of this series");
      const before = late;
      await expect.poll(() => late).toBeGreaterThan(before + 6); // more than were on their way
      expect(await alert.isVisible()).toBe(true);
      await page.locator('.vp-stage[data-series][data-drawn="1"]').waitFor();
    } finally {
      await page.unrouteAll({ behavior: "wait" });
    }
    watched.complaints.splice(0); // of the answer 404, which is what was asked for
  });

  it("no WebGL: says so, and the stack stays", async () => {
    const plain = await launch({ webgl: false });
    try {
      const other = await openPage(plain);
      await other.page.context().addCookies(await page.context().cookies());
      await other.page.goto(server.origin);
      await open("HFS", "mpr", other.page);
      const alert = other.page.locator(".vp-refused").getByRole("alert");
      await alert.waitFor();
      expect(await alert.innerText()).toContain("without WebGL");
      await other.page.locator('.vp-stage[data-series][data-drawn="1"]').waitFor();
    } finally {
      await plain.close();
    }
  });
});

describe("what is taken along", () => {
  /** Choose from the menu, and have the bytes of the file. */
  async function taken(name: RegExp): Promise<{ readonly name: string; readonly bytes: Buffer }> {
    await page.getByRole("button", { name: "Picture, film, surface" }).click();
    const [download] = await Promise.all([page.waitForEvent("download", { timeout: 60_000 }), page.getByRole("menuitem", { name }).click()]);
    return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
  }

  it("a picture with its text, and one without", async () => {
    await open("HFS", "mpr");
    await planesDrawn(page);
    const [full, bare] = [await taken(/Picture with its text/), await taken(/Picture without text/)];
    expect(full.name).toBe("fileroom-CT-1.png");
    expect(full.bytes.subarray(1, 4).toString()).toBe("PNG");
    // the text, the lines and the letters make it larger
    expect(full.bytes.length).toBeGreaterThan(bare.bytes.length * 1.15);
  });

  it("a picture without names, when these are hidden", async () => {
    await open("HFS", "1x1");
    await page.locator('.vp-stage[data-series][data-drawn="1"]').waitFor();
    await page.evaluate(() => {
      const words: string[] = [];
      Object.assign(globalThis, { words });
      const { prototype } = CanvasRenderingContext2D;
      const draw = Object.getOwnPropertyDescriptor(prototype, "fillText")?.value as (...all: unknown[]) => void;
      prototype.fillText = function (...all) {
        words.push(all[0]);
        draw.apply(this, all);
      };
    });
    const words = (): Promise<string> => page.evaluate(() => (globalThis as unknown as { words: string[] }).words.splice(0).join("|"));
    const person = await page.locator(".vp-corner.top.left strong").innerText();
    await taken(/Picture with its text/);
    expect(await words()).toContain(person);
    await page.keyboard.press("h");
    await page.getByText("Name hidden").first().waitFor();
    const { name } = await taken(/Picture with its text/);
    expect(name).not.toContain(person);
    const left = await words();
    expect(left).toContain("Name hidden");
    expect(left).not.toContain(person);
    await page.keyboard.press("h");
  });

  it("a whole turn in 3D as GIF, sixty pictures of it", { timeout: 180_000 }, async () => {
    await page.setViewportSize({ width: 420, height: 400 }); // drawn by the processor, sixty times
    await open("HFS", "3d");
    await planesDrawn(page, "solid");
    await page.getByRole("button", { name: "Picture, film, surface" }).click();
    const [download] = await Promise.all([page.waitForEvent("download", { timeout: 150_000 }), page.getByRole("menuitem", { name: /Film of a whole turn \(GIF\)/ }).click()]);
    const bytes = readFileSync(await download.path());
    expect(bytes.subarray(0, 6).toString()).toBe("GIF89a");
    expect(bytes.toString("latin1").split("\x21\xf9\x04").length - 1).toBe(60);
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  it("a film of the images as GIF, with a frame for each", async () => {
    await open("dynamic", "1x1");
    await page.locator('.vp-stage[data-series][data-drawn="1"]').waitFor();
    const { name, bytes } = await taken(/Film of the images \(GIF\)/);
    expect(name).toBe("fileroom-CT-12.gif");
    expect(bytes.subarray(0, 6).toString()).toBe("GIF89a");
    // a Graphic Control Extension before each frame
    expect(bytes.toString("latin1").split("\x21\xf9\x04").length - 1).toBe(8);
  });

  it("a film as MP4, where the browser encodes video", async () => {
    await open("dynamic", "1x1");
    await page.locator('.vp-stage[data-series][data-drawn="1"]').waitFor();
    const { name, bytes } = await taken(/Film of the images \(MP4\)/);
    expect(name).toBe("fileroom-CT-12.mp4");
    expect(bytes.subarray(4, 8).toString()).toBe("ftyp");
  });

  it("a surface, made by the server", async () => {
    await open("HFS", "mpr");
    await planesDrawn(page);
    await page.getByRole("button", { name: "Picture, film, surface" }).click();
    await page.getByRole("menuitem", { name: "Surface for 3D printers" }).click();
    await page.getByLabel("At the value").fill("-300");
    const [download] = await Promise.all([page.waitForEvent("download", { timeout: 60_000 }), page.getByRole("button", { name: "Make the file" }).click()]);
    const bytes = readFileSync(await download.path());
    expect(bytes.length).toBe(84 + 50 * bytes.readUInt32LE(80));
  });

  it("a surface, with a bar that shows how far it is, and not when one has stopped it", async () => {
    await open("HFS", "mpr");
    await planesDrawn(page);
    // what the server tells is held at a part of the slices, for as long as is looked at it
    let done: number | undefined = 10;
    const asked: string[] = [];
    await page.route("**/api/jobs/*", async (route) => {
      asked.push(route.request().method());
      const answer = await route.fetch();
      if (route.request().method() !== "GET" || done === undefined) return route.fulfill({ response: answer });
      const job = (await answer.json()) as { progress: object };
      return route.fulfill({ response: answer, json: { ...job, state: "running", progress: { ...job.progress, done, total: 40 } } });
    });
    const begin = async (): Promise<void> => {
      await page.getByRole("button", { name: "Picture, film, surface" }).click();
      await page.getByRole("menuitem", { name: "Surface for 3D printers" }).click();
      await page.getByLabel("At the value").fill("-300");
      await page.getByRole("button", { name: "Make the file" }).click();
    };
    const status = page.locator(".vp-export");
    const bar = status.getByRole("progressbar");
    const full = (): Promise<number> => bar.evaluate((element) => (element instanceof HTMLProgressElement ? element.position : NaN));
    const downloads: unknown[] = [];
    page.on("download", (download) => downloads.push(download));
    await begin();
    await expect.poll(full).toBe(0.25);
    done = 30;
    await expect.poll(full).toBe(0.75);
    expect(downloads).toEqual([]);
    const download = page.waitForEvent("download");
    done = undefined;
    expect((await download).suggestedFilename()).toBe("fileroom-CT-1.stl");
    await status.waitFor({ state: "detached" });
    done = 10;
    await begin();
    await expect.poll(full).toBe(0.25);
    await status.getByRole("button", { name: "Cancel" }).click();
    await status.waitFor({ state: "detached" });
    await expect.poll(() => asked.includes("DELETE")).toBe(true);
    expect(downloads).toHaveLength(1);
    await page.unroute("**/api/jobs/*");
  });
});
