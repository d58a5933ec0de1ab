/** Each way of measuring, by hand, on a phantom whose sizes are known: within half a pixel. */
import { readFileSync } from "node:fs";

import type { Page } from "playwright-core";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { cleanup } from "./driver/cleanup.ts";
import { complained, pictureOnFailure, type Watched } from "./driver/page.ts";
import { fileroom, python, Scratch, type Server } from "./driver/server.ts";
import { begin } from "./driver/stage.ts";
import { drawn } from "./driver/viewport.ts";

type Place = readonly [x: number, y: number];

/** In millimetres from the middle of the first pixel. */
interface Truth {
  readonly pixel: Place;
  readonly size: Place;
  readonly block: { readonly from: Place; readonly to: Place; readonly value: number };
  readonly disc: { readonly middle: Place; readonly radius: number; readonly value: number };
  readonly triangle: { readonly corners: readonly [Place, Place, Place]; readonly value: number };
  readonly bars: { readonly lines: readonly [readonly [Place, Place], readonly [Place, Place]]; readonly slopes: Place; readonly value: number };
  readonly rate: number;
  readonly times: readonly number[];
  /** Of one becquerel in a millilitre. */
  readonly suv: number;
}

interface Kept {
  readonly kind: string;
  readonly points: readonly Place[];
  readonly values: readonly { readonly name: string; readonly value: number; readonly unit: string }[];
}

const atEnd = cleanup();
const scratch = new Scratch();
let server: Server;
let watched: Watched;
let page: Page;
let truth: Truth;
let ids: Readonly<Record<string, string>>;
let shown = "phantom";

beforeAll(async () => {
  atEnd(() => {
    scratch.remove();
  });
  python("viewer/e2e/measure.py", scratch.path("world"));
  truth = JSON.parse(readFileSync(scratch.path("world/truth.json"), "utf8")) as Truth;
  fileroom("import", scratch.path("world/files"), "--archive", scratch.path("archive"), "--json");
  ({ server, watched } = await begin(atEnd, scratch.path("archive")));
  page = watched.page;
  await page.goto(server.url);
  const answer = await fetch(`${server.origin}/api/series?limit=10`, { headers: { Authorization: `Bearer ${server.token}` } });
  const { items } = (await answer.json()) as { items: { id: string; description: string }[] };
  ids = Object.fromEntries(items.map(({ id, description }) => [description, id]));
  await page.evaluate(() => {
    for (const modality of ["CT", "US", "PT"]) localStorage.setItem(`fileroom.layout.${modality}`, "1x1");
  });
});

beforeEach(() => {
  pictureOnFailure(page);
});

afterEach(() => {
  expect(complained(watched)).toEqual([]);
});

async function show(name: string): Promise<void> {
  shown = name;
  await page.goto(`${server.origin}/series/${ids[name] ?? ""}`);
  await drawn(page, 1);
}

/** Where a place of the phantom is on the page: the image is fitted into its element, in its true proportions. */
async function spots(places: readonly Place[]): Promise<Place[]> {
  const box = await page.locator(".vp-canvas").boundingBox();
  if (box === null) throw new Error("no image");
  const [across, down] = truth.pixel;
  const [width, height] = [truth.size[0] * across, truth.size[1] * down];
  const scale = Math.min(box.width / width, box.height / height);
  return places.map(([x, y]) => [box.x + box.width / 2 + (x + across / 2 - width / 2) * scale, box.y + box.height / 2 + (y + down / 2 - height / 2) * scale]);
}

/** Take a tool by its key, draw along the places, and hear what the archive keeps. */
async function drag(key: string, ...places: readonly Place[]): Promise<Kept> {
  await page.keyboard.press(key);
  const [first, ...others] = await spots(places);
  await page.mouse.move(...(first ?? [0, 0]));
  await page.mouse.down();
  for (const to of others) await page.mouse.move(...to);
  await page.mouse.up();
  return newest();
}

/** Likewise with a click on each place. */
async function click(key: string, ...places: readonly Place[]): Promise<Kept> {
  await page.keyboard.press(key);
  for (const [x, y] of await spots(places)) {
    await page.mouse.move(x, y);
    await page.mouse.click(x, y);
  }
  return newest();
}

/** What was drawn last; it is deleted again, so that the next one can begin where this one lay. */
async function newest(): Promise<Kept> {
  const all = async (): Promise<readonly Kept[]> =>
    page.evaluate(async (id) => ((await (await fetch(`/api/series/${id}/measurements`)).json()) as { measurements: Kept[] }).measurements, ids[shown] ?? "");
  const soon = { timeout: 10_000 }; // changes are written together, some of them later
  await expect.poll(async () => (await all()).length, soon).toBe(1);
  const [found] = await all();
  await page.keyboard.press("Delete");
  await expect.poll(async () => (await all()).length, soon).toBe(0);
  return found ?? expect.fail("nothing is kept");
}

const valueOf = ({ values }: Kept, name: string, unit: string): number =>
  values.find((one) => one.name === name && one.unit === unit)?.value ?? expect.fail(`no ${name} in ${unit}: ${JSON.stringify(values)}`);

/** All points within half a pixel of where they were drawn. */
function near({ points }: Kept, ...places: readonly Place[]): void {
  expect(points.length).toBe(places.length);
  places.forEach(([x, y], index) => {
    const [column, row] = points[index] ?? [NaN, NaN];
    expect(Math.abs(column - x / truth.pixel[0])).toBeLessThan(0.5);
    expect(Math.abs(row - y / truth.pixel[1])).toBeLessThan(0.5);
  });
}

/** Choose from the menu of what can be taken along, and have the bytes of the file. */
async function taken(name: RegExp): Promise<Buffer> {
  await page.getByRole("button", { name: "Picture, film, surface" }).click();
  const [download] = await Promise.all([page.waitForEvent("download", { timeout: 60_000 }), page.getByRole("menuitem", { name }).click()]);
  return readFileSync(await download.path());
}

/** For how long each picture of an MP4 stays, in ticks of its clock (the box `stts`, ISO/IEC 14496-12 8.6.1.2). */
function durations(mp4: Buffer): number[] {
  const at = mp4.indexOf("stts") + 8;
  return Array.from({ length: mp4.readUInt32BE(at) }, (_, run) => {
    const [count, ticks] = [mp4.readUInt32BE(at + 4 + 8 * run), mp4.readUInt32BE(at + 8 + 8 * run)];
    return Array.from({ length: count }, () => ticks);
  }).flat();
}

const HALF = 0.5; // of a pixel, at the higher side of one: a millimetre

describe("measured by hand on a phantom of known sizes", () => {
  beforeAll(() => show("phantom"));

  it("a length, along rows, columns and across both", async () => {
    const { from, to } = truth.block;
    const across = await drag("l", from, [to[0], from[1]]);
    near(across, from, [to[0], from[1]]);
    expect(Math.abs(valueOf(across, "length", "mm") - 40)).toBeLessThan(HALF * truth.pixel[0]);
    expect(Math.abs(valueOf(await drag("l", from, [from[0], to[1]]), "length", "mm") - 20)).toBeLessThan(HALF * truth.pixel[1]);
    expect(Math.abs(valueOf(await drag("l", from, to), "length", "mm") - Math.hypot(40, 20))).toBeLessThan(HALF * truth.pixel[0]);
  });

  it("an angle, at the corner of a triangle", async () => {
    const [right, far, low] = truth.triangle.corners;
    const found = await click("v", right, far, low);
    near(found, right, far, low);
    // half a pixel at the end of the shorter side
    expect(Math.abs(valueOf(found, "angle", "deg") - (Math.atan(30 / 40) * 180) / Math.PI)).toBeLessThan((Math.atan(0.5 / 40) * 180) / Math.PI);
  });

  it("a Cobb angle, between two bars, whichever way each is drawn", async () => {
    const [upper, lower] = truth.bars.lines;
    const wanted = truth.bars.slopes[0] - truth.bars.slopes[1];
    const off = (Math.atan(0.5 / 50) * 180) / Math.PI;
    const found = await click("b", ...upper, ...lower);
    near(found, ...upper, ...lower);
    expect(Math.abs(valueOf(found, "angle", "deg") - wanted)).toBeLessThan(off);
    expect(Math.abs(valueOf(await click("b", ...upper, lower[1], lower[0]), "angle", "deg") - wanted)).toBeLessThan(off);
  });

  it("a rectangle: its area, and what is in it", async () => {
    const { from, to, value } = truth.block;
    const [across, down] = truth.pixel;
    const found = await drag("q", from, to);
    // half a pixel at each side
    expect(Math.abs(valueOf(found, "area", "mm2") - 800)).toBeLessThan(HALF * across * 20 + HALF * down * 40);
    const inside = await drag("q", [from[0] + across, from[1] + down], [to[0] - across, to[1] - down]);
    expect(inside.values.filter(({ name }) => name !== "area").map(({ value: one, unit }) => [one, unit])).toEqual([[value, "HU"], [0, "HU"], [value, "HU"], [value, "HU"]]);
  });

  it("an ellipse: its area, and what is in it", async () => {
    const { middle: [x, y], radius, value } = truth.disc;
    const found = await drag("e", [x - radius, y - radius], [x + radius, y + radius]);
    const ring = 2 * Math.PI * radius * HALF * truth.pixel[1];
    expect(Math.abs(valueOf(found, "area", "mm2") - Math.PI * radius ** 2)).toBeLessThan(ring);
    const inside = await drag("e", [x - radius + 1, y - radius + 1], [x + radius - 1, y + radius - 1]);
    expect([valueOf(inside, "mean", "HU"), valueOf(inside, "sd", "HU"), valueOf(inside, "min", "HU")]).toEqual([value, 0, value]);
    // wider than the disc it is not it alone any more
    const wider = await drag("e", [x - radius - 4, y - radius - 4], [x + radius + 4, y + radius + 4]);
    expect(valueOf(wider, "min", "HU")).toBeLessThan(0);
  });

  it("a free line: its area, and what is in it", async () => {
    const { middle: [x, y], radius, value } = truth.disc;
    const round = (size: number): Place[] => Array.from({ length: 73 }, (_, step): Place => [x + size * Math.cos((step * Math.PI) / 36), y + size * Math.sin((step * Math.PI) / 36)]);
    const found = await drag("y", ...round(radius));
    expect(Math.abs(valueOf(found, "area", "mm2") - Math.PI * radius ** 2)).toBeLessThan(2 * Math.PI * radius * HALF * truth.pixel[1]);
    const inside = await drag("y", ...round(radius - 1));
    expect([valueOf(inside, "mean", "HU"), valueOf(inside, "sd", "HU"), valueOf(inside, "max", "HU")]).toEqual([value, 0, value]);
    const { corners: [a, b, c], value: other } = truth.triangle;
    const along = (from: Place, to: Place): Place[] => Array.from({ length: 10 }, (_, step): Place => [from[0] + ((to[0] - from[0]) * step) / 10, from[1] + ((to[1] - from[1]) * step) / 10]);
    const corner = await drag("y", ...along(a, b), ...along(b, c), ...along(c, a), a);
    expect(Math.abs(valueOf(corner, "area", "mm2") - 600)).toBeLessThan(HALF * truth.pixel[1] * (40 + 30 + 50));
    expect(valueOf(corner, "max", "HU")).toBe(other);
  });

  it("a probe: the value of the pixel under it", async () => {
    for (const [place, value] of [
      [truth.disc.middle, truth.disc.value],
      [truth.block.from, truth.block.value],
      [[truth.block.from[0] - truth.pixel[0], truth.block.from[1]], -50],
    ] as const) {
      expect(valueOf(await click("u", place), "value", "HU")).toBe(value);
    }
  });
});

describe("measured by hand on ultrasound", () => {
  beforeAll(() => show("ultrasound"));

  it("millimetres inside a calibrated region, pixels beside it and where a spectrum covers it", async () => {
    const { from, to } = truth.block;
    expect(Math.abs(valueOf(await drag("l", from, [to[0], from[1]]), "length", "mm") - 40)).toBeLessThan(HALF * truth.pixel[0]);
    expect(Math.abs(valueOf(await drag("l", from, [from[0] + 80, from[1]]), "length", "px") - 160)).toBeLessThan(HALF);
    expect(Math.abs(valueOf(await drag("l", from, [from[0], 90]), "length", "px") - 160)).toBeLessThan(2 * HALF);
  });
});

describe("measured by hand on PET", () => {
  it("uptake, where the file tells all that it takes", async () => {
    // who draws before it is known what the values are waits for it
    let answer = (): void => undefined;
    const held = new Promise<void>((resolve) => (answer = resolve));
    await page.route(/\/display$/, async (route) => {
      await held;
      await route.continue();
    });
    await show("uptake");
    await page.keyboard.press("u");
    const [[x, y] = [0, 0]] = await spots([truth.disc.middle]);
    await page.mouse.click(x, y);
    answer();
    expect(valueOf(await newest(), "value", "SUVbw")).toBeCloseTo(truth.disc.value * truth.suv, 9);
    await page.unroute(/\/display$/);
    expect(valueOf(await click("u", truth.disc.middle), "value", "SUVbw")).toBeCloseTo(truth.disc.value * truth.suv, 9);
    await page.keyboard.press("+"); // what was asked for stays when the view changes
    await page.keyboard.press("f");
    expect(valueOf(await click("u", truth.disc.middle), "value", "SUVbw")).toBeCloseTo(truth.disc.value * truth.suv, 9);
    await page.keyboard.press("8");
    await page.locator(".vp-measures").waitFor();
    expect(await page.locator(".vp-noUptake").count()).toBe(0);
    await page.keyboard.press("8");
  });

  it("activity where it does not, with the reason", async () => {
    await show("weightless");
    expect(valueOf(await click("u", truth.disc.middle), "value", "Bq/ml")).toBe(truth.disc.value);
    await page.keyboard.press("8");
    expect(await page.locator(".vp-noUptake").innerText()).toBe("No SUV: the weight of the patient is missing.");
    await page.keyboard.press("8");
  });
});

describe("what was drawn a moment before the page is loaded anew", () => {
  it("is there, and can be deleted, taken back and deleted again", async () => {
    await show("phantom");
    await page.keyboard.press("u");
    const [[x, y] = [0, 0]] = await spots([truth.disc.middle]);
    await page.mouse.move(x, y);
    await page.mouse.click(x, y);
    await page.locator(".vp-one").waitFor();
    await page.reload();
    await drawn(page, 1);
    await page.locator('.vp-one[data-kind="probe"]').waitFor();
    await page.keyboard.press("8");
    await page.locator(".vp-measure").click();
    for (const [key, left] of [["Delete", 0], ["Control+z", 1], ["Control+y", 0]] as const) {
      await page.keyboard.press(key);
      await expect.poll(() => page.locator(".vp-one").count()).toBe(left);
    }
    await page.keyboard.press("8");
  });
});

describe("a clip whose frames come unevenly", () => {
  it("leaves as films in which each frame stays for as long as the file says", async () => {
    await show("clip");
    // the last one has no time of its own
    const stays = [...truth.times.slice(1), 1000 / truth.rate];
    const gif = await taken(/Film of the images \(GIF\)/);
    // a Graphic Control Extension before each frame, with hundredths of a second
    const delays = gif.toString("latin1").split("\x21\xf9\x04").slice(1).map((rest) => 10 * (rest.charCodeAt(1) + 256 * rest.charCodeAt(2)));
    expect(delays).toEqual(stays);
    const mp4 = await taken(/Film of the images \(MP4\)/);
    const lengths = durations(mp4);
    expect(lengths.length).toBe(stays.length);
    const whole = lengths.reduce((sum, one) => sum + one, 0);
    lengths.forEach((one, index) => {
      expect(one / whole).toBeCloseTo((stays[index] ?? 0) / stays.reduce((sum, time) => sum + time, 0), 2);
    });
  });

  it("is played at its mean rate", async () => {
    await show("clip");
    await page.keyboard.press(" ");
    await expect.poll(() => page.locator(".vp-rate").innerText()).toBe(String(truth.rate));
    await expect.poll(() => page.locator(".vp-stage").getAttribute("data-drawn"), { interval: 30, timeout: 20_000 }).not.toBe("1"); // it goes on
    await page.keyboard.press(" ");
    await page.locator(".vp-rate").waitFor({ state: "detached" });
  });
});
