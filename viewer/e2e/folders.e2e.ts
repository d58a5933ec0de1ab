import { cpSync, mkdirSync, renameSync } from "node:fs";

import type { Page } from "playwright-core";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";

import { cleanup } from "./driver/cleanup.ts";
import { complained, pictureOnFailure, type Watched } from "./driver/page.ts";
import { fileroom, python, Scratch, type Server } from "./driver/server.ts";
import { begin } from "./driver/stage.ts";

/** The list of folders: the switch, a file that appears by itself, an unplugged folder, removing and taking it back. */
const atEnd = cleanup();
const scratch = new Scratch();
const scans = scratch.path("scans");
let server: Server;
let watched: Watched;
let page: Page;

const folder = (name: RegExp) => page.getByRole("row", { name });
const people = () => page.locator("#patients .grid-body").getByRole("row");

beforeAll(async () => {
  atEnd(() => {
    scratch.remove();
  });
  python("viewer/e2e/world.py", scratch.path("world"), "0");
  mkdirSync(scans);
  cpSync(scratch.path("world/files/ct"), `${scans}/ct`, { recursive: true });
  ({ server, watched } = await begin(atEnd, scratch.path("archive")));
  page = watched.page;
});

beforeEach(() => {
  pictureOnFailure(page);
});

describe("the folders", () => {
  it("say what to do when there are none", async () => {
    await page.goto(server.url);
    await page.getByRole("link", { name: "Folders" }).click();
    await page.getByRole("heading", { name: "No folder has been brought in yet" }).waitFor();
    await page.getByRole("main").getByRole("button", { name: "Import DICOM" }).waitFor();
  });

  it("are listed by themselves once something was imported elsewhere", async () => {
    fileroom("import", scans, "--archive", scratch.path("archive"));
    await folder(/scans.*online/).waitFor();
    expect(await page.getByRole("switch").getAttribute("aria-checked")).toBe("false");
  });

  it("are watched when their switch is on: a new file appears in the archive by itself", async () => {
    const told = page.waitForResponse((answer) => answer.request().method() === "PATCH");
    await page.getByRole("switch", { name: /scans/ }).click();
    expect((await told).status()).toBe(200);
    await expect.poll(() => page.getByRole("switch").getAttribute("aria-checked")).toBe("true");
    await page.goto(server.origin);
    await expect.poll(() => people().count()).toBe(1);
    cpSync(scratch.path("world/files/palette"), `${scans}/new`, { recursive: true });
    await expect.poll(() => people().count(), { timeout: 30_000 }).toBe(2);
    await page.getByText("Import finished: 1 image added.").waitFor();
  });

  it("are shown as missing while they are away", async () => {
    await page.getByRole("link", { name: "Folders" }).click();
    await folder(/online/).waitFor();
    renameSync(scans, `${scans}-away`);
    await folder(/missing/).waitFor();
    renameSync(`${scans}-away`, scans);
    await folder(/online/).waitFor();
  });

  it("leave the list when asked, and come back", async () => {
    const leave = async (): Promise<void> => {
      await page.getByRole("button", { name: /What can be done/ }).click();
      await page.getByRole("menuitem", { name: "Remove from the list" }).click();
      await page.getByRole("dialog").getByText("The files stay where they are.").waitFor();
    };
    await leave();
    await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
    await leave();
    await page.getByRole("dialog").getByRole("button", { name: "Remove from the list" }).click();
    await page.getByRole("heading", { name: "No folder has been brought in yet" }).waitFor();
    await page.getByRole("button", { name: "Undo" }).click();
    await folder(/scans.*online/).waitFor();
    expect(complained(watched)).toEqual([]);
  });

  it("are imported again from their menu", async () => {
    await page.getByRole("button", { name: /What can be done/ }).click();
    await page.getByRole("menuitem", { name: "Import again" }).click();
    await page.getByRole("dialog").getByRole("heading", { name: "Import finished" }).waitFor();
    await expect.poll(() => page.getByRole("dialog").innerText()).toMatch(/\d+ files in/);
  });

  it("say when an older version took less from their files, and until they are read again", async () => {
    await page.getByRole("dialog").getByRole("button", { name: "Close", exact: true }).last().click();
    expect(await page.getByText("An older version took less").count()).toBe(0);
    python("viewer/e2e/older.py", scratch.path("archive"));
    await page.reload();
    await page.getByText("An older version took less from these files.").waitFor();
    await page.getByRole("button", { name: "Read all files again" }).click();
    await page.getByRole("dialog").getByRole("heading", { name: "All of it has been read again" }).waitFor();
    await page.getByText("An older version took less").waitFor({ state: "detached" });
    expect(complained(watched)).toEqual([]);
  });
});
