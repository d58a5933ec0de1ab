import { beforeAll, describe, expect, it } from "vitest";

import { cleanup } from "../e2e/driver/cleanup.ts";
import { type House, house, ROUNDS, SLICES, VOLUME } from "./house.ts";
import { median, pressed, rememberPresses, tell } from "./watch.ts";

const atEnd = cleanup();
let here: House;

beforeAll(async () => {
  here = await house(atEnd);
});

/** From pressing a series' row: when its frames begin to come, when the volume is made, and when all three planes stand there. */
async function planes(): Promise<{ readonly began: number; readonly made: number; readonly whole: number }> {
  const { page } = await here.page();
  await page.goto(here.server.origin);
  await page.evaluate(() => {
    localStorage.setItem("fileroom.layout.CT", "mpr");
  });
  await page.locator("#patients .grid-body").getByRole("row", { name: /Bench/ }).click();
  const row = page.getByRole("treegrid").getByRole("row", { name: new RegExp(VOLUME) });
  await row.waitFor();
  await page.waitForLoadState("networkidle");
  await rememberPresses(page);
  await row.click();
  const seen = page.evaluate(
    () =>
      new Promise<readonly [number, number, number]>((resolve) => {
        const now = (): number => performance.timeOrigin + performance.now();
        let [began, made] = [0, 0];
        // looked at when the page changes, and not in each frame of the screen: that alone would make the browser draw
        const observer = new MutationObserver(() => {
          const phase = document.querySelector("[data-volume]")?.getAttribute("data-volume");
          if (phase === "loading" && began === 0) began = now();
          if (phase === "ready" && made === 0) made = now();
          if (document.querySelectorAll('.vp-cell[data-drawn="true"]').length < 3) return;
          observer.disconnect();
          requestAnimationFrame(() => {
            resolve([began, made, now()]);
          });
        });
        observer.observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-volume", "data-drawn"] });
      }),
  );
  await page.keyboard.press("Enter");
  const [began, made, whole] = await seen;
  const start = await pressed(page);
  await page.context().close();
  return { began: began - start, made: made - start, whole: whole - start };
}

async function floor(): Promise<number> {
  const page = await here.own("floor");
  await page.waitForFunction(() => window.floorOf !== undefined);
  const took = await page.evaluate((id) => window.floorOf?.(id) ?? 0, here.seriesId);
  await page.context().close();
  return took;
}

describe("a volume in three planes", () => {
  it("stands there soon after its frames can", async () => {
    const [mine, bare]: [Awaited<ReturnType<typeof planes>>[], number[]] = [[], []];
    for (let round = 0; round < ROUNDS; round += 1) {
      bare.push(await floor());
      mine.push(await planes());
    }
    const of = (part: "began" | "made" | "whole"): number => median(mine.map((one) => one[part]));
    const parts = { mpr_ms: of("whole"), floor_ms: median(bare), loading_from_ms: of("began"), made_ms: of("made") };
    tell(`click to complete volume of ${SLICES} in MPR / its frames fetched and decoded, nothing drawn`, parts.mpr_ms / parts.floor_ms, 1.3, parts);
    expect(bare.every((one) => one > 0)).toBe(true);
  });
});
