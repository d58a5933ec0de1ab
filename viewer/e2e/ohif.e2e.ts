import type { Browser, Page } from "playwright-core";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";

import { ohifFolder, serveOhif } from "../bench/ohif.ts";
import { launch } from "./driver/chromium.ts";
import { cleanup } from "./driver/cleanup.ts";
import { leftOut } from "./driver/packed.ts";
import { keepPicture, openPage, pictureOnFailure } from "./driver/page.ts";
import { fileroom, python, Scratch, type Server, serve } from "./driver/server.ts";

/** OHIF as npm has it, over our DICOMweb: only its app-config.js is ours. */
const dist = ohifFolder();
if (dist === undefined) leftOut("OHIF (npm pack @ohif/app, or FILEROOM_OHIF): whether it shows our studies was not tried");

const atEnd = cleanup();
const scratch = new Scratch();
let browser: Browser;
let server: Server;
let page: Page;
let origin: string;

describe.skipIf(dist === undefined)("OHIF over our DICOMweb", () => {
  beforeAll(async () => {
    atEnd(() => {
      scratch.remove();
    });
    python("viewer/bench/series.py", scratch.path("files"), "5");
    fileroom("import", scratch.path("files"), "--archive", scratch.path("archive"), "--json");
    server = await serve(["serve", "--archive", scratch.path("archive")]);
    atEnd(server.stop);
    browser = await launch();
    atEnd(() => browser.close());
    const ohif = await serveOhif(dist ?? "", server);
    atEnd(ohif.stop);
    origin = ohif.origin;
    page = (await openPage(browser)).page;
    page.setDefaultTimeout(50_000);
  });

  beforeEach(() => {
    pictureOnFailure(page);
  });

  it("lists the study", async () => {
    await page.goto(origin);
    await page.getByText("Bench, Mark").first().waitFor();
  });

  it("shows its images: a body that is brighter than the air around it", async () => {
    await page.getByText("Bench, Mark").first().click();
    await page.getByRole("button", { name: "Basic Viewer" }).click();
    const canvas = page.locator("canvas.cornerstone-canvas").first();
    await canvas.waitFor();
    const greys = (): Promise<readonly [number, number]> =>
      canvas.evaluate((element) => {
        const { width, height } = element as HTMLCanvasElement;
        const copy = new OffscreenCanvas(width, height).getContext("2d");
        copy?.drawImage(element as HTMLCanvasElement, 0, 0);
        const grey = (x: number, y: number): number => copy?.getImageData(x, y, 1, 1).data[0] ?? 0;
        return [grey(Math.trunc(width / 2), Math.trunc(height / 2)), grey(2, 2)] as const;
      });
    await expect.poll(async () => (await greys())[0], { timeout: 45_000 }).toBeGreaterThan(60);
    const [middle, corner] = await greys();
    expect(middle).toBeGreaterThan(corner + 40);
    await keepPicture(page, "ohif");
  });

  it("finds what the series holds in its panel", async () => {
    await page.getByText("volume", { exact: true }).first().waitFor();
    await page.getByText("other", { exact: true }).first().waitFor();
  });
});
