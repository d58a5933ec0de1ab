/** Letters and sides of stacks: one phantom, scanned in the eight ways in which a patient may lie, turned and mirrored. */
import { readFileSync } from "node:fs";

import type { Page } from "playwright-core";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { cleanup } from "./driver/cleanup.ts";
import { complained, pictureOnFailure } from "./driver/page.ts";
import type { Vec3 } from "./driver/planes.ts";
import { fileroom, python, Scratch } from "./driver/server.ts";
import { begin, type Stage } from "./driver/stage.ts";
import { drawn, grey } from "./driver/viewport.ts";

type Marks = Readonly<Record<"L" | "A" | "H", { readonly place: Vec3; readonly value: number }>>;

/** Top, right, bottom, left of the slices as they are stored: what rows and columns lead to (PS3.3 C.7.3.1.1.2). */
const STORED = {
  HFS: "A L P R",
  HFP: "P R A L",
  HFDR: "L P R A",
  HFDL: "R A L P",
  FFS: "A R P L",
  FFP: "P L A R",
  FFDR: "L A R P",
  FFDL: "R P L A",
} as const;

/** What is pressed one after the other, and where the side that was on top (right, bottom, left) has gone by then. */
const TURNS = [
  ["", [0, 1, 2, 3]],
  ["t", [1, 2, 3, 0]],
  ["t", [2, 3, 0, 1]],
  ["t", [3, 0, 1, 2]],
  ["t", [0, 1, 2, 3]],
  ["m", [0, 3, 2, 1]],
  ["t", [1, 0, 3, 2]], // mirrored as it is seen: in the turn that a quarter makes after it, too
] as const;

const atEnd = cleanup();
const scratch = new Scratch();
let stage: Stage;
let page: Page;
let marks: Marks;
let series: readonly { readonly id: string; readonly description: string }[];

beforeAll(async () => {
  atEnd(() => {
    scratch.remove();
  });
  python("viewer/e2e/volumes.py", scratch.path("world"));
  marks = (JSON.parse(readFileSync(scratch.path("world/truth.json"), "utf8")) as { marks: Marks }).marks;
  fileroom("import", scratch.path("world/files"), "--archive", scratch.path("archive"), "--json");
  stage = await begin(atEnd, scratch.path("archive"));
  const { server } = stage;
  const answer = await fetch(`${server.origin}/api/series?limit=100`, { headers: { Authorization: `Bearer ${server.token}` } });
  series = ((await answer.json()) as { items: typeof series }).items;
  ({ page } = stage.watched);
  await page.goto(server.url);
  await page.evaluate(() => {
    localStorage.setItem("fileroom.layout.CT", "1x1");
  });
});

beforeEach(() => {
  pictureOnFailure(page);
});

afterEach(() => {
  expect(complained(stage.watched)).toEqual([]);
});

const SIDES = ["top", "right", "bottom", "left"] as const;

const letters = async (): Promise<string> => (await Promise.all(SIDES.map((side) => page.locator(`.vp-letter.${side}`).innerText()))).join(" ");

/** On which side of the body, as it is seen, what has this value lies; nothing where none of it is seen. */
async function sideOf(value: number): Promise<(typeof SIDES)[number] | undefined> {
  const shown = grey(value, [0, 2000]);
  const found = await page.locator(".vp-stage .vp-canvas canvas").first().evaluate((canvas, level) => {
    if (!(canvas instanceof HTMLCanvasElement)) throw new Error("no canvas");
    const copy = new OffscreenCanvas(canvas.width, canvas.height);
    const context = copy.getContext("2d");
    context?.drawImage(canvas, 0, 0);
    const data = context?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
    let [count, x, y] = [0, 0, 0];
    for (let at = 0; at < data.length; at += 4) {
      if (Math.abs((data[at] ?? 0) - level) > 1.5) continue;
      count += 1;
      x += (at / 4) % canvas.width;
      y += Math.floor(at / 4 / canvas.width);
    }
    return { count, x: x / count - canvas.width / 2, y: y / count - canvas.height / 2 };
  }, shown);
  if (found.count < 500) return undefined; // what lies between two values at an edge
  if (Math.abs(found.x) > Math.abs(found.y)) return found.x > 0 ? "right" : "left";
  return found.y > 0 ? "bottom" : "top";
}

describe("a stack", () => {
  it.each(Object.entries(STORED))("of a patient who lies %s has the letters where left and front are", async (key, stored) => {
    const id = series.find(({ description }) => description === key)?.id ?? expect.fail(`no series ${key}`);
    await page.goto(`${stage.server.origin}/series/${id}`);
    await drawn(page, 1);
    for (let slice = 1; slice < 20; slice += 1) await page.keyboard.press("ArrowDown");
    await drawn(page, 20);
    const sides = stored.split(" ");
    for (const [key, from] of TURNS) {
      if (key !== "") await page.keyboard.press(key);
      // what stands on top now stood at `from` before
      const wanted = SIDES.map((_, side) => sides[from.findIndex((to) => to === side)] ?? "");
      await expect.poll(letters).toBe(wanted.join(" "));
      const at = (letter: string): string | undefined => SIDES[wanted.indexOf(letter)];
      await expect.poll(() => sideOf(marks.L.value)).toBe(at("L"));
      await expect.poll(() => sideOf(marks.A.value)).toBe(at("A"));
    }
    await page.keyboard.press("r");
    await expect.poll(letters).toBe(stored);
  });

  it("of a patient who lies feet first says on which level the head's mark is", async () => {
    const id = series.find(({ description }) => description === "FFS")?.id ?? expect.fail("no series FFS");
    await page.goto(`${stage.server.origin}/series/${id}`);
    await drawn(page, 1);
    const positions: number[] = [];
    for (let slice = 1; slice <= 40; slice += 1) {
      if (slice > 1) await page.keyboard.press("ArrowDown");
      await drawn(page, slice);
      if (await headMark()) positions.push(Number(/Position (-?[\d.]+) mm/.exec(await page.locator(".vp-corner.bottom.left").innerText())?.[1] ?? NaN));
    }
    // the mark is a ball 8 mm in radius, 36 mm above the middle; slices lie 3 mm apart, and at its ends it is too small to be told
    expect(positions.sort((a, b) => a - b)).toEqual([31.5, 34.5, 37.5, 40.5]);
    expect(marks.H.place[2]).toBe(36);
  });
});

/** Whether the mark at the head is on the screen. */
const headMark = async (): Promise<boolean> => (await sideOf(marks.H.value)) !== undefined;
