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
    for (const modality of ["CT", "US"]) localStorage.setItem(`fileroom.layout.${modality}`, "1x1");
  });
});

beforeEach(() => {
  pictureOnFailure(page);
});

afterEach(() => {
  expect(complained(watched)).toEqual([]);
});

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
    page.evaluate(async (id) => ((await (await fetch(`/api/series/${id}/measurements`)).json()) as { measurements: Kept[] }).measurements, ids["phantom"] ?? "");
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

const HALF = 0.5; // of a pixel, at the higher side of one: a millimetre

describe("measured by hand on a phantom of known sizes", () => {
  beforeAll(async () => {
    await page.goto(`${server.origin}/series/${ids["phantom"] ?? ""}`);
    await drawn(page, 1);
  });

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

describe("a clip whose frames come unevenly", () => {
  it("is played at its mean rate", async () => {
    await page.goto(`${server.origin}/series/${ids["clip"] ?? ""}`);
    await drawn(page, 1);
    await page.keyboard.press(" ");
    await expect.poll(() => page.locator(".vp-rate").innerText()).toBe(String(truth.rate));
    await expect.poll(() => page.locator(".vp-stage").getAttribute("data-drawn"), { interval: 30, timeout: 20_000 }).not.toBe("1"); // it goes on
    await page.keyboard.press(" ");
    await page.locator(".vp-rate").waitFor({ state: "detached" });
  });
});
