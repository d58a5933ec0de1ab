import { readFileSync } from "node:fs";
import { extname } from "node:path";

import type { Browser, Page } from "playwright-core";
import { build } from "vite";
import { beforeAll, describe, expect, it } from "vitest";

import { fewerCodecs } from "../dev/codecs.ts";
import { launch } from "../e2e/driver/chromium.ts";
import { cleanup } from "../e2e/driver/cleanup.ts";
import { openPage } from "../e2e/driver/page.ts";
import { fileroom, python, Scratch, type Server, serve } from "../e2e/driver/server.ts";
import { median, pressed, rememberPresses, tell } from "./watch.ts";

const ROUNDS = Number(process.env["FILEROOM_ROUNDS"] ?? "5");
const SLICES = process.env["FILEROOM_SLICES"] ?? "300";
/** What the long series is called. */
const VOLUME = "volume";
/** Where the page that draws nothing is, on the server's own origin: the same cookies, the same connections. */
const FLOOR = "/bench-floor/";
const TYPES: Readonly<Record<string, string>> = { ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm" };

const atEnd = cleanup();
const scratch = new Scratch();
let browser: Browser;
let server: Server;
let seriesId: string;
let cookies: Awaited<ReturnType<ReturnType<Page["context"]>["cookies"]>>;

beforeAll(async () => {
  atEnd(() => {
    scratch.remove();
  });
  python("viewer/bench/series.py", scratch.path("files"), SLICES);
  fileroom("import", scratch.path("files"), "--archive", scratch.path("archive"), "--json");
  await build({
    configFile: false,
    root: import.meta.dirname,
    base: FLOOR,
    logLevel: "error",
    plugins: [fewerCodecs()],
    worker: { format: "es", plugins: () => [fewerCodecs()] },
    build: { outDir: scratch.path("floor"), target: "es2023", assetsInlineLimit: 0, chunkSizeWarningLimit: 6000, rolldownOptions: { input: `${import.meta.dirname}/floor.html` } },
  });
  server = await serve(["serve", "--archive", scratch.path("archive")]);
  atEnd(server.stop);
  const answer = await fetch(`${server.origin}/api/series?limit=10`, { headers: { Authorization: `Bearer ${server.token}` } });
  const { items } = (await answer.json()) as { readonly items: readonly { readonly id: string; readonly description: string }[] };
  seriesId = items.find(({ description }) => description === VOLUME)?.id ?? expect.fail("no volume");
  browser = await launch();
  atEnd(() => browser.close());
  const { page } = await openPage(browser);
  await page.goto(server.url);
  cookies = await page.context().cookies();
  await page.context().close();
});

/** From pressing a series' row: when its frames begin to come, when the volume is made, and when all three planes stand there. */
async function planes(): Promise<{ readonly began: number; readonly made: number; readonly whole: number }> {
  const { page } = await openPage(browser);
  await page.context().addCookies(cookies);
  await page.goto(server.origin);
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
        const look = (): void => {
          const phase = document.querySelector("[data-volume]")?.getAttribute("data-volume");
          if (phase === "loading" && began === 0) began = now();
          if (phase === "ready" && made === 0) made = now();
          if (document.querySelectorAll('.vp-cell[data-drawn="true"]').length === 3) resolve([began, made, now()]);
          else requestAnimationFrame(look);
        };
        look();
      }),
  );
  await page.keyboard.press("Enter");
  const [began, made, whole] = await seen;
  const start = await pressed(page);
  await page.context().close();
  return { began: began - start, made: made - start, whole: whole - start };
}

async function floor(): Promise<number> {
  const { page } = await openPage(browser);
  await page.context().addCookies(cookies);
  await page.route(`${server.origin}${FLOOR}**`, (route) => {
    const path = new URL(route.request().url()).pathname.slice(FLOOR.length);
    return route.fulfill({ body: readFileSync(scratch.path(`floor/${path}`)), contentType: TYPES[extname(path)] ?? "application/octet-stream" });
  });
  await page.goto(`${server.origin}${FLOOR}floor.html`);
  await page.waitForFunction(() => window.floorOf !== undefined);
  const took = await page.evaluate((id) => window.floorOf?.(id) ?? 0, seriesId);
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
    tell(`click to complete volume of ${SLICES} in MPR / its frames fetched and decoded, nothing drawn`, parts.mpr_ms / parts.floor_ms, "<= 1.3", parts);
    expect(bare.every((one) => one > 0)).toBe(true);
  });
});
