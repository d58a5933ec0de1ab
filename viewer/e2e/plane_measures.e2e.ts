/** Measuring in the planes of a volume: sizes and values against the phantom that was scanned. */
import { readFileSync } from "node:fs";

import type { Page } from "playwright-core";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { cleanup } from "./driver/cleanup.ts";
import { complained, pictureOnFailure } from "./driver/page.ts";
import { type PlaneName, planesDrawn, settled, spotOf, type Vec3 } from "./driver/planes.ts";
import { fileroom, python, Scratch } from "./driver/server.ts";
import { begin, type Stage } from "./driver/stage.ts";
import { drawn } from "./driver/viewport.ts";

interface Kept {
  readonly kind: string;
  readonly sop_instance_uid: string;
  readonly points: readonly (readonly [number, number])[];
  readonly values: readonly { readonly name: string; readonly value: number; readonly unit: string }[];
  readonly plane: { readonly name: string; readonly origin: Vec3; readonly right: Vec3; readonly down: Vec3 } | null;
}

const atEnd = cleanup();
const scratch = new Scratch();
let stage: Stage;
let page: Page;
let marks: Readonly<Record<"L" | "A" | "H", { readonly place: Vec3; readonly value: number }>>;
let series: readonly { readonly id: string; readonly description: string }[];

const idOf = (key: string): string => series.find(({ description }) => description === key)?.id ?? expect.fail(`no series ${key}`);

beforeAll(async () => {
  atEnd(() => {
    scratch.remove();
  });
  python("viewer/e2e/volumes.py", scratch.path("world"));
  marks = (JSON.parse(readFileSync(scratch.path("world/truth.json"), "utf8")) as { marks: typeof marks }).marks;
  fileroom("import", scratch.path("world/files"), "--archive", scratch.path("archive"), "--json");
  stage = await begin(atEnd, scratch.path("archive"));
  const answer = await fetch(`${stage.server.origin}/api/series?limit=100`, { headers: { Authorization: `Bearer ${stage.server.token}` } });
  series = ((await answer.json()) as { items: typeof series }).items;
  ({ page } = stage.watched);
  await page.goto(stage.server.url);
});

beforeEach(() => {
  pictureOnFailure(page);
});

afterEach(() => {
  expect(complained(stage.watched)).toEqual([]);
});

async function open(key: string, layout = "mpr"): Promise<void> {
  await page.evaluate((name) => {
    localStorage.setItem("fileroom.layout.CT", name);
  }, layout);
  await page.goto(`${stage.server.origin}/series/${idOf(key)}`);
  if (layout === "mpr") await planesDrawn(page);
  else await drawn(page, 1);
}

async function kept(key: string): Promise<readonly Kept[]> {
  const answer = await page.request.get(`${stage.server.origin}/api/series/${idOf(key)}/measurements`);
  return ((await answer.json()) as { measurements: Kept[] }).measurements;
}

/** The newest of so many. */
async function newest(key: string, count: number): Promise<Kept> {
  await expect.poll(async () => (await kept(key)).length, { timeout: 5000 }).toBe(count);
  return (await kept(key)).at(-1) ?? expect.fail("nothing is kept");
}

/** Go through places of the patient with a tool; the first two by drawing from one to the other. */
async function draw(tool: string, name: PlaneName, ...places: readonly Vec3[]): Promise<void> {
  await page.keyboard.press(tool);
  await page.locator(`.vp-cell[data-cell="${name}"] .vp-drawing`).waitFor();
  const spots = await Promise.all(places.map((place) => spotOf(page, name, place)));
  const [first, second, ...more] = spots;
  if (first === undefined) return;
  if (second === undefined) await page.mouse.click(...first);
  else {
    await page.mouse.move(...first);
    await page.mouse.down();
    await page.mouse.move(...second, { steps: 4 });
    await page.mouse.up();
    for (const spot of more) {
      await page.mouse.move(...spot);
      await page.mouse.click(...spot);
    }
  }
  await page.keyboard.press("w");
}

const label = (name: PlaneName, kind: string) => page.locator(`.vp-cell[data-cell="${name}"] .vp-one[data-kind="${kind}"] .vp-value`);
const valueOf = ({ values }: Kept, name: string): number => values.find((one) => one.name === name)?.value ?? NaN;
/** Millimetres of half a pixel of the phantom. */
const HALF = 1;

describe("measuring in planes", () => {
  it("tells a length in each of them, to half a pixel, at its place in the patient", async () => {
    await open("HFS");
    // from the middle of the mark at the left to that of the mark in front: at the same height
    await draw("l", "axial", [34, 6, 0], [-4, -30, 0]);
    const axial = await newest("HFS", 1);
    expect(Math.abs(valueOf(axial, "length") - Math.hypot(38, 36))).toBeLessThan(HALF);
    expect(axial.values[0]?.unit).toBe("mm");
    expect(axial.plane?.name).toBe("axial");
    const [from = [NaN, NaN]] = axial.points;
    const { origin, right, down } = axial.plane ?? expect.fail("no plane");
    [34, 6, 0].forEach((wanted, axis) => {
      expect(Math.abs((origin[axis] ?? NaN) + (right[axis] ?? NaN) * from[0] + (down[axis] ?? NaN) * from[1] - wanted)).toBeLessThan(HALF);
    });
    await draw("l", "coronal", [-30, 0, -30], [30, 0, 36]);
    expect(Math.abs(valueOf(await newest("HFS", 2), "length") - Math.hypot(60, 66))).toBeLessThan(HALF);
    await draw("l", "sagittal", [0, -30, 0], [0, 20, 24]);
    expect(Math.abs(valueOf(await newest("HFS", 3), "length") - Math.hypot(50, 24))).toBeLessThan(HALF);
    expect(await label("sagittal", "length").textContent()).toMatch(/^55\.\d mm$/);
  });

  it("tells an angle and the value under a probe", async () => {
    await draw("v", "coronal", [20, 0, 0], [0, 0, 0], [0, 0, 20]);
    expect(Math.abs(valueOf(await newest("HFS", 4), "angle") - 90)).toBeLessThan(2);
    await draw("u", "axial", marks.L.place);
    expect((await newest("HFS", 5)).values).toEqual([{ name: "value", value: marks.L.value, unit: "HU" }]);
    await draw("u", "sagittal", [0, 6, 36]);
    expect(valueOf(await newest("HFS", 6), "value")).toBe(marks.H.value);
  });

  it("tells mean, deviation and extremes of a region", async () => {
    await draw("q", "coronal", [30, 0, -4], [38, 0, 4]);
    const inside = await newest("HFS", 7);
    expect(Math.abs(valueOf(inside, "area") - 64)).toBeLessThan(8);
    expect(inside.values.slice(1)).toEqual([
      { name: "mean", value: 700, unit: "HU" },
      { name: "sd", value: 0, unit: "HU" },
      { name: "min", value: 700, unit: "HU" },
      { name: "max", value: 700, unit: "HU" },
    ]);
    // half in the mark at the head, half in the body below: in between
    await draw("e", "coronal", [-3, 0, 24], [3, 0, 36]);
    const across = await newest("HFS", 8);
    expect([valueOf(across, "min"), valueOf(across, "max")]).toEqual([40, 300]);
    expect(valueOf(across, "mean")).toBeGreaterThan(120);
    expect(valueOf(across, "mean")).toBeLessThan(260);
  });

  it("keeps, lists, and goes to them, from images too; each is seen in its own plane alone", async () => {
    await page.reload();
    await planesDrawn(page);
    await label("axial", "length").waitFor();
    await page.locator('.vp-cell[data-cell="axial"]').click({ position: { x: 20, y: 60 } });
    await page.keyboard.press("Home");
    await label("axial", "length").waitFor({ state: "detached" });
    await page.keyboard.press("8");
    const list = page.getByRole("complementary", { name: "Measurements" });
    expect(await list.getByRole("listitem").count()).toBe(8);
    expect(await list.getByRole("button", { name: /Rectangle.*coronal plane/ }).count()).toBe(1);
    await list.getByRole("button", { name: /Length.*axial plane/ }).click();
    await label("axial", "length").waitFor();
    await open("HFS", "1x1");
    expect(await page.locator(".vp-one").count()).toBe(0); // on images there are none of them
    await page.keyboard.press("8");
    await list.getByRole("button", { name: /coronal plane/ }).first().click();
    await planesDrawn(page);
    await label("coronal", "length").waitFor();
    await page.keyboard.press("8");
  });

  it("is drawn to another place, deleted and undone", async () => {
    const shape = page.locator('.vp-cell[data-cell="coronal"] .vp-one[data-kind="length"] .vp-grip-line');
    await shape.waitFor();
    await page.keyboard.press("Escape");
    await page.mouse.click(...(await spotOf(page, "coronal", [15, 0, 19.5])));
    await page.locator('.vp-cell[data-cell="coronal"] .vp-one.chosen .vp-handle').nth(1).waitFor();
    const [from, to] = [await spotOf(page, "coronal", [30, 0, 36]), await spotOf(page, "coronal", [30, 0, -30])];
    await page.mouse.move(...from);
    await page.mouse.down();
    await page.mouse.move(...to, { steps: 4 });
    await page.mouse.up();
    await expect.poll(() => label("coronal", "length").textContent()).toMatch(/^(59\.\d|60(\.\d)?) mm$/);
    await page.keyboard.press("Delete");
    await label("coronal", "length").waitFor({ state: "detached" });
    await page.keyboard.press("Control+z");
    await label("coronal", "length").waitFor();
  });

  it("says that a slab has no values, and measures sizes through it", async () => {
    await open("HFDR");
    await page.locator(".vp-desk-bar select").selectOption("mip");
    await settled(page);
    await page.keyboard.press("u");
    await page.locator('.vp-cell[data-cell="axial"] .vp-plane-note').waitFor();
    await draw("q", "axial", [30, 2, 0], [38, 10, 0]);
    expect((await newest("HFDR", 1)).values.map(({ name }) => name)).toEqual(["area"]);
  });

  it("is true to the patient with a tilted gantry and where a patient lay otherwise", async () => {
    await open("tilted");
    await draw("u", "axial", marks.L.place);
    expect(valueOf(await newest("tilted", 1), "value")).toBe(marks.L.value);
    await draw("u", "sagittal", [0, 6, 36]);
    expect(valueOf(await newest("tilted", 2), "value")).toBe(marks.H.value);
    await open("FFDL");
    await draw("u", "axial", marks.A.place);
    expect(valueOf(await newest("FFDL", 1), "value")).toBe(marks.A.value);
  });

  it("leaves as a table and as a report with places in the patient", async () => {
    const table = await (await page.request.get(`${stage.server.origin}/api/series/${idOf("tilted")}/measurements/csv`)).text();
    const [, first = ""] = table.split("\r\n");
    const points = first.split(",")[4]?.split("\\").map(Number) ?? [];
    expect(points.length).toBe(3);
    marks.L.place.forEach((wanted, axis) => {
      expect(Math.abs((points[axis] ?? NaN) - wanted)).toBeLessThan(HALF);
    });
    const report = await page.request.get(`${stage.server.origin}/api/series/${idOf("tilted")}/measurements/sr`);
    expect(report.status()).toBe(200);
    expect(report.headers()["content-type"]).toContain("application/dicom");
  });
});
