import { mkdirSync } from "node:fs";

import type { Browser, Page } from "playwright-core";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";

import { launch } from "./driver/chromium.ts";
import { cleanup } from "./driver/cleanup.ts";
import { openPage, pictureOnFailure, type Watched } from "./driver/page.ts";
import { python, Scratch, type Server, serve } from "./driver/server.ts";

/** A disc is looked at: it opens as a session beside the archive, says that nothing is kept, and is gone when closed. */
const atEnd = cleanup();
const scratch = new Scratch();
const disc = scratch.path("disc");
let browser: Browser;
let server: Server;
let watched: Watched;
let page: Page;

const people = () => page.locator("#patients .grid-body").getByRole("row");
const bar = () => page.getByRole("complementary", { name: "CD / USB" });

beforeAll(async () => {
  atEnd(() => {
    scratch.remove();
  });
  python("viewer/e2e/world.py", scratch.path("world"), "0");
  mkdirSync(disc, { recursive: true });
  server = await serve(["serve", "--archive", scratch.path("archive")]);
  atEnd(server.stop);
  browser = await launch();
  atEnd(() => browser.close());
  watched = await openPage(browser);
  page = watched.page;
});

beforeEach(() => {
  pictureOnFailure(page);
});

describe("CD / USB", () => {
  it("says that nothing is plugged in", async () => {
    await page.goto(server.url);
    await page.getByRole("link", { name: "CD / USB" }).click();
    await page.getByText("No disc and no stick is plugged in.").waitFor();
  });

  it("says what cannot be opened", async () => {
    await page.getByLabel("A folder or the image of a disc").fill("/nowhere/at/all");
    await page.getByRole("button", { name: "Open" }).click();
    await page.getByRole("alert").getByText(/cannot|No such/).waitFor();
  });

  it("opens a medium as a session, which has the pages of the archive", async () => {
    await page.getByLabel("A folder or the image of a disc").fill(scratch.path("world/files/ct"));
    await page.getByRole("button", { name: "Open" }).click();
    await page.waitForURL(/\/sessions\/[^/]+\//);
    await bar().getByText("Nothing of this is kept.").waitFor();
    await expect.poll(() => people().count()).toBe(1);
    expect(await page.getByRole("button", { name: "Import DICOM" }).count()).toBe(0);
    expect(await page.getByText("in memory only").count()).toBe(1);
  });

  it("shows its images", async () => {
    const frame = page.waitForResponse((answer) => /\/sessions\/[^/]+\/api\/instances\/.*\/frames\/1$/.test(answer.url()));
    await people().first().dblclick();
    expect((await frame).headers()["cache-control"]).toBe("no-store");
    await page.locator("canvas").first().waitFor();
    await bar().getByText("Nothing of this is kept.").waitFor();
    expect(new URL(page.url()).pathname).toMatch(/^\/sessions\/[^/]+\/(study|series)\//);
  });

  it("leaves nothing in the browser's own stores", async () => {
    const kept = await page.evaluate(async () => ({
      local: Object.keys(localStorage),
      session: Object.keys(sessionStorage),
      databases: (await indexedDB.databases()).length,
      caches: (await caches.keys()).length,
      workers: (await navigator.serviceWorker.getRegistrations()).length,
    }));
    expect(kept).toEqual({ local: [], session: [], databases: 0, caches: 0, workers: 0 });
  });

  it("is gone when it is closed", async () => {
    const session = page.url();
    await bar().getByRole("button", { name: "Close" }).click();
    await page.getByRole("heading", { name: "CD / USB" }).waitFor();
    expect(new URL(page.url()).pathname).toBe("/media");
    const again = await page.request.get(`${session.replace(/(\/sessions\/[^/]+)\/.*/, "$1")}/api/patients`);
    expect(again.status()).toBe(404);
  });
});
