import { cpSync, existsSync, mkdirSync, readdirSync, renameSync } from "node:fs";

import type { Browser, Page } from "playwright-core";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";

import { launch } from "./driver/chromium.ts";
import { cleanup } from "./driver/cleanup.ts";
import { openPage, pictureOnFailure } from "./driver/page.ts";
import { fileroom, python, Scratch, type Server, serve } from "./driver/server.ts";

/** Files that were moved by hand are found, recorded and taken back; copies are deleted only when one confirms it. */
const atEnd = cleanup();
const scratch = new Scratch();
const archive = ["--archive", scratch.path("archive")] as const;
let browser: Browser;
let server: Server;
let page: Page;
let copies: number;

const own = scratch.path("archive/files");

const files = (folder: string): number => (existsSync(folder) ? readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile()).length : 0);

beforeAll(async () => {
  atEnd(() => {
    scratch.remove();
  });
  python("viewer/e2e/world.py", scratch.path("world"), "0");
  mkdirSync(scratch.path("scans"));
  cpSync(scratch.path("world/files/ct"), scratch.path("scans/ct"), { recursive: true });
  fileroom("import", scratch.path("scans"), ...archive);
  fileroom("import", "--copy", scratch.path("world/files/cine"), ...archive);
  copies = files(own);
  expect(copies).toBeGreaterThan(0);
  renameSync(scratch.path("scans/ct"), scratch.path("elsewhere"));
  server = await serve(["serve", ...archive]);
  atEnd(server.stop);
  browser = await launch();
  atEnd(() => browser.close());
  ({ page } = await openPage(browser));
});

beforeEach(() => {
  pictureOnFailure(page);
});

async function look(path: string): Promise<void> {
  await page.getByLabel("Folder to look in").fill(path);
  await page.getByRole("button", { name: "Look", exact: true }).click();
}

describe("files that were moved by hand", () => {
  it("are looked for from the page of folders, and what is not there is told", async () => {
    await page.goto(server.url);
    await page.getByRole("link", { name: "Folders" }).click();
    await page.getByRole("link", { name: "Moved files and copies" }).click();
    await look(scratch.path("scans"));
    await page.getByText("None of the files that are not at their place is in this folder.").waitFor();
    await page.getByText(/Not found: \d+ files/).waitFor();
  });

  it("are shown before anything is recorded", async () => {
    await look(scratch.path("elsewhere"));
    await page.getByText(/^Found: \d+ files/).waitFor();
    await page.getByRole("cell", { name: scratch.path("elsewhere") }).first().waitFor();
    await page.getByRole("cell", { name: scratch.path("scans/ct") }).first().waitFor();
  });

  it("are recorded there, and taken back", async () => {
    await page.getByRole("button", { name: "Record them there" }).click();
    await page.getByText("Recorded where they are now").waitFor();
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByText("They are recorded where they were before.").waitFor();
    await look(scratch.path("elsewhere"));
    await page.getByRole("button", { name: "Record them there" }).click();
    await page.getByText("Recorded where they are now").waitFor();
    await look(scratch.path("elsewhere"));
    await page.getByText("No file of the archive is missing").waitFor();
  });

  it("say why a folder cannot be looked in", async () => {
    await look(scratch.path("nowhere"));
    await page.getByRole("alert").getByText("may not look at it").waitFor();
  });
});

describe("copies of what was removed", () => {
  it("are none as long as nothing was removed", async () => {
    await page.getByText("There is nothing to delete").waitFor();
  });

  it("are listed by study, and stay when one thinks better of it", async () => {
    await forgetAll();
    await page.reload();
    await page.getByRole("row", { name: /Bianchi.*Ecografia/i }).waitFor();
    await page.getByRole("button", { name: /^Delete \d+ files? / }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("They cannot be brought back.").waitFor();
    await dialog.getByRole("button", { name: "Cancel" }).click();
    expect(files(own)).toBe(copies);
  });

  it("are deleted when one confirms it, and no other file is", async () => {
    const others = files(scratch.path("elsewhere")) + files(scratch.path("world"));
    await page.getByRole("button", { name: /^Delete \d+ files? / }).click();
    await page.getByRole("button", { name: "Delete for good" }).click();
    await page.getByText(/^Deleted: \d+ files?/).waitFor();
    expect(files(own)).toBe(0);
    expect(files(scratch.path("elsewhere")) + files(scratch.path("world"))).toBe(others);
  });
});

/** Remove every patient from the archive. */
async function forgetAll(): Promise<void> {
  const headers = { Authorization: `Bearer ${server.token}` };
  const answer = await page.request.get(`${server.origin}/api/patients`, { headers });
  const { items } = (await answer.json()) as { items: { id: string }[] };
  const gone = await page.request.post(`${server.origin}/api/remove`, { headers, data: { ids: items.map(({ id }) => id) } });
  expect(gone.status()).toBe(200);
}
