import { cpSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";

import type { Browser, Page } from "playwright-core";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";

import { cleanup } from "./driver/cleanup.ts";
import { complained, keepPicture, openPage, pictureOnFailure, type Watched } from "./driver/page.ts";
import { fileroom, python, Scratch, type Server } from "./driver/server.ts";
import { begin } from "./driver/stage.ts";

/** A check finds what is gone and what was damaged in silence; of files that contradict each other one is chosen. */
const atEnd = cleanup();
const scratch = new Scratch();
const scans = scratch.path("scans");
const DAMAGED = `${scans}/ct/IM0005`;
const GONE = `${scans}/ct/IM0009`;
const OTHER = `${scans}/other/IM0003`;
let server: Server;
let browser: Browser;
let watched: Watched;
let page: Page;

/** Another last byte, which is one of the pixels, and the time that the file had. */
function damage(file: string, to = file): void {
  const bytes = readFileSync(file);
  bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 0xff;
  writeFileSync(to, bytes);
  utimesSync(to, 1_700_000_000, 1_700_000_000);
}

beforeAll(async () => {
  atEnd(() => {
    scratch.remove();
  });
  python("viewer/e2e/world.py", scratch.path("world"), "0");
  mkdirSync(`${scans}/other`, { recursive: true });
  cpSync(scratch.path("world/files/ct"), `${scans}/ct`, { recursive: true });
  utimesSync(DAMAGED, 1_700_000_000, 1_700_000_000);
  fileroom("import", scans, "--archive", scratch.path("archive"));
  damage(`${scans}/ct/IM0003`, OTHER);
  fileroom("import", scans, "--archive", scratch.path("archive"));
  ({ server, browser, watched } = await begin(atEnd, scratch.path("archive")));
  page = watched.page;
});

beforeEach(() => {
  pictureOnFailure(page);
});

const group = (name: RegExp) => page.locator("details.findings").filter({ has: page.locator("summary", { hasText: name }) });

describe("the check", () => {
  it("says what it is for before there was one", async () => {
    await page.goto(server.url);
    await page.getByRole("link", { name: "Check", exact: true }).click();
    await page.getByRole("heading", { name: "This archive has not been checked yet" }).waitFor();
    expect(await page.getByLabel("How many files").isDisabled()).toBe(true);
    await keepPicture(page, "check-never");
  });

  it("reads all data when asked, and says that all is well", async () => {
    await page.getByLabel(/^Read the data too/).check();
    await page.getByRole("button", { name: "Start the check" }).click();
    await page.getByRole("heading", { name: "All is as it was recorded" }).waitFor();
    await page.getByText(/13 files read .* 13 for the first time/).waitFor();
    expect(await page.locator("details.findings.wrong").count()).toBe(0);
    await keepPicture(page, "check-well");
  });

  it("misses a file at a glance, and no damage that size and time do not show", async () => {
    damage(DAMAGED);
    rmSync(GONE);
    await page.getByLabel(/^Quick/).check();
    await page.getByRole("button", { name: "Check again" }).click();
    await group(/^Not where it was/).getByText(GONE).waitFor();
    expect(await group(/^Damaged/).count()).toBe(0);
  });

  it("names silent damage when it reads the data, and the series it leads to", async () => {
    await page.getByLabel(/^Read the data too/).check();
    await page.getByRole("button", { name: "Check again" }).click();
    await group(/^Damaged/).getByText(DAMAGED).waitFor();
    await group(/^Not where it was/).getByText(GONE).waitFor();
    await keepPicture(page, "check-ill");
    await page.reload(); // the last check is kept
    await group(/^Damaged/).getByText(DAMAGED).waitFor();
    await group(/^Damaged/).getByRole("link").first().click();
    await page.waitForURL((url) => url.pathname !== "/check");
    await page.getByText(/ROSSI/i).first().waitFor();
    expect(complained(watched)).toEqual([]);
  });

  it("speaks Italian, in the dark", async () => {
    const other = await inItalian();
    await other.page.goto(`${server.origin}/check`);
    await other.page.locator("summary", { hasText: DAMAGED_IN_ITALIAN }).waitFor();
    await keepPicture(other.page, "check-ill-it-dark");
    expect(complained(other)).toEqual([]);
  });
});

const DAMAGED_IN_ITALIAN = /^Danneggiat/;

/** A page of somebody who has signed in, and prefers Italian and the dark. */
async function inItalian(): Promise<Watched> {
  const other = await openPage(browser, { locale: "it-IT", colorScheme: "dark" });
  await other.page.context().addCookies(await page.context().cookies());
  return other;
}

describe("files in conflict", () => {
  const dialog = () => page.getByRole("dialog");
  const claimant = (path: string) => dialog().getByRole("listitem").filter({ hasText: path });

  it("are marked on their series, and lead to what differs", async () => {
    await page.goto(server.origin);
    await page.locator("#patients .grid-body").getByRole("row", { name: /ROSSI/ }).click();
    await page.getByRole("treegrid").getByRole("button", { name: "conflict", exact: true }).click();
    await dialog().getByRole("heading", { name: "Image 3" }).waitFor();
    await claimant(OTHER).getByText("Says the same; its pixels, or what follows them, differ.").waitFor();
    expect(await claimant(`${scans}/ct/IM0003`).getByText("shown", { exact: true }).count()).toBe(1);
    await keepPicture(page, "conflict");
  });

  it("change places when one is chosen, and back", async () => {
    await claimant(OTHER).getByRole("button", { name: "Show this one" }).click();
    await dialog().getByText("chosen by you").waitFor();
    await keepPicture(page, "conflict-chosen");
    await claimant(OTHER).getByRole("button", { name: "Take it back" }).click();
    await claimant(`${scans}/ct/IM0003`).getByText("shown", { exact: true }).waitFor();
    expect(await dialog().getByText("chosen by you").count()).toBe(0);
  });

  it("stay as they are when what was to be chosen is gone meanwhile", async () => {
    rmSync(OTHER);
    await claimant(OTHER).getByRole("button", { name: "Show this one" }).click();
    // over the dialog, and not in the shade behind it
    await page.locator(".toasts:popover-open").getByText("The files cannot be reached now:").waitFor();
    expect(await claimant(`${scans}/ct/IM0003`).getByText("shown", { exact: true }).count()).toBe(1);
    await keepPicture(page, "conflict-gone");
    await dialog().getByRole("button", { name: "Close" }).last().click();
    expect(await dialog().count()).toBe(0);
    await page.locator(".toasts").getByRole("button", { name: "Close" }).last().click();
  });

  it("speak Italian, in the dark", async () => {
    damage(`${scans}/ct/IM0003`, OTHER);
    const other = await inItalian();
    await other.page.goto(server.origin);
    await other.page.locator("#patients .grid-body").getByRole("row", { name: /ROSSI/ }).click();
    await other.page.getByRole("treegrid").locator("button.badge.warn").click();
    await other.page.getByRole("dialog").getByText("Dice le stesse cose; differiscono i pixel, o ciò che li segue.").waitFor();
    await keepPicture(other.page, "conflict-it-dark");
    expect(complained(other)).toEqual([]);
  });
});
