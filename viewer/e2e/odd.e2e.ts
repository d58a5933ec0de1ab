import { renameSync } from "node:fs";

import type { Locator, Page } from "playwright-core";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { cleanup } from "./driver/cleanup.ts";
import { complained, pictureOnFailure, type Watched } from "./driver/page.ts";
import { fileroom, python, Scratch, type Server } from "./driver/server.ts";
import { begin } from "./driver/stage.ts";

/** What is not as it should be: letters, files in conflict, files that went. The tests go on where the one before has ended. */
const atEnd = cleanup();
const scratch = new Scratch();
const GREEK = "Παπαδόπουλος, Νίκος";
let server: Server;
let watched: Watched;
let page: Page;

const people = (): Locator => page.locator("#patients .grid-body").getByRole("row");
const names = (): Promise<string[]> => people().locator(".patient-name").allInnerTexts();
const dialog = (): Locator => page.getByRole("dialog");

beforeAll(async () => {
  atEnd(() => {
    scratch.remove();
  });
  python("viewer/e2e/odd.py", scratch.path("odd"));
  fileroom("import", scratch.path("odd"), "--archive", scratch.path("archive"));
  ({ server, watched } = await begin(atEnd, scratch.path("archive")));
  page = watched.page;
  await page.goto(server.url);
});

beforeEach(() => {
  pictureOnFailure(page);
});

afterEach(() => {
  expect(complained(watched)).toEqual([]);
});

describe("letters", () => {
  it("of a page are letters only", async () => {
    await people().filter({ hasText: "<b onclick>Bold, <script>alert(1)</script>" }).click();
    await page.getByRole("heading", { name: "<b onclick>Bold" }).waitFor();
    await page.getByRole("treegrid").getByText("<b onclick>Bold^<script>alert(1)</script>").waitFor();
    expect(await page.locator("#patients b, #patients i, main script").count()).toBe(0);
  });

  it("that were guessed have a mark that says so, in the list and in the jacket", async () => {
    await people().filter({ hasText: "Иванов" }).click();
    await people().getByRole("img", { name: "Decoded as windows-1251: a guess" }).waitFor();
    await page.getByRole("button", { name: "Decoded as windows-1251: a guess" }).click();
    await dialog().getByText("Иванов, Иван Иванович").waitFor();
    await expect.poll(() => dialog().getByRole("combobox").inputValue()).toBe("windows-1251");
    await dialog().getByRole("button", { name: "Cancel" }).click();
  });

  it("are what the user says: the name follows, and so does the hand", async () => {
    expect((await names()).join()).not.toContain(GREEK);
    await people().nth((await names()).findIndex((name) => !/Иванов|ROSSI|Bold/.test(name))).click();
    await page.locator(".jacket-head").getByRole("button", { name: "More" }).click();
    await page.getByRole("menuitem", { name: "Character set…" }).click();
    await dialog().getByRole("combobox").selectOption("iso-8859-7");
    await dialog().getByRole("button", { name: "Read again" }).click();
    await page.getByText("Read as iso-8859-7").waitFor();
    await expect.poll(async () => (await names()).join()).toContain(GREEK);
    await page.getByRole("heading", { name: GREEK }).waitFor();
  });

  it("of a whole folder are said on the page of folders", async () => {
    await page.getByRole("link", { name: "Folders" }).click();
    await page.getByRole("button", { name: /What can be done/ }).click();
    await page.getByRole("menuitem", { name: "Character set…" }).click();
    await dialog().getByRole("combobox").selectOption("windows-1251");
    await dialog().getByRole("button", { name: "Read again" }).click();
    await page.getByRole("row", { name: /odd.*Read as windows-1251/ }).waitFor();
    await page.getByRole("link", { name: "fileroom" }).first().click();
    await expect.poll(async () => (await names()).join()).toContain("Иванов");
    expect(await page.getByRole("img", { name: /a guess/ }).count()).toBe(0);
    expect((await names()).join()).toContain(GREEK); // a patient's own goes before the folder's
  });

  it("are read again with all else when one asks for it", async () => {
    await page.getByRole("link", { name: "Folders" }).click();
    await page.getByRole("button", { name: "Read all files again" }).click();
    await dialog().getByRole("heading", { name: "All of it has been read again" }).waitFor();
    await dialog().getByRole("button", { name: "Close" }).last().click();
    await page.getByRole("link", { name: "fileroom" }).first().click();
  });
});

describe("the lists", () => {
  it("show the columns that were chosen, and go on doing so", async () => {
    const heads = (): Promise<string[]> => page.locator("#patients").getByRole("columnheader").allInnerTexts();
    expect(await heads()).not.toContain("Images");
    await page.getByRole("button", { name: "Columns" }).click();
    await dialog().getByRole("group", { name: "Patient" }).getByLabel("Images").check();
    await dialog().getByRole("group", { name: "Patient" }).getByLabel("Sex").uncheck();
    await dialog().getByRole("group", { name: "Patient" }).getByLabel("Modalities").uncheck();
    await dialog().getByRole("button", { name: "Close" }).last().click();
    await expect.poll(heads).toContain("Images");
    await page.reload();
    await expect.poll(heads).toContain("Images");
    expect(await heads()).not.toContain("Sex");
  });

  it("are narrowed to days that one types", async () => {
    await page.getByRole("button", { name: "Study date" }).click();
    await page.getByRole("menuitemradio", { name: "From … to …" }).click();
    await dialog().getByLabel("From").fill("2024-01-31");
    await dialog().getByLabel("To", { exact: true }).fill("2024-02-01");
    await dialog().getByRole("button", { name: "Show" }).click();
    await expect.poll(() => page.getByRole("textbox", { name: "Search the archive" }).inputValue()).toBe("date:2024-01-31..2024-02-01");
    await expect.poll(() => people().count()).toBe(4);
    await page.getByRole("textbox", { name: "Search the archive" }).fill("date:..2020-01-01");
    await page.getByText("Nobody found").waitFor();
    await page.getByRole("textbox", { name: "Search the archive" }).fill("");
    await expect.poll(() => people().count()).toBe(4);
  });

  it("show what another program brought in when one comes back", async () => {
    python("-c", "import sys; from pathlib import Path; from tests.world import *; plant(Path(sys.argv[1]), {'1': instance(patient_name='NUOVI^Nina', patient_id='9', study=9)})", scratch.path("more"));
    fileroom("import", scratch.path("more"), "--archive", scratch.path("archive"));
    await page.evaluate(() => dispatchEvent(new Event("focus")));
    await people().filter({ hasText: "NUOVI" }).waitFor();
  });
});

describe("files in conflict", () => {
  it("are shown with what differs, and one is chosen", async () => {
    await people().filter({ hasText: "ROSSI" }).click();
    await page.getByRole("treegrid").getByRole("button", { name: /conflict/ }).click();
    await dialog().getByRole("heading", { name: "Files in conflict" }).waitFor();
    await dialog().getByText("Image 1").waitFor();
    expect(await dialog().innerText()).toContain("second");
    await dialog().getByRole("button", { name: "Show this one" }).click();
    await dialog().getByText("chosen by you").waitFor();
    await dialog().getByRole("button", { name: "Take it back" }).click();
    await dialog().getByText("chosen by you").waitFor({ state: "hidden" });
    await dialog().getByRole("button", { name: "Close" }).last().click();
  });
});

describe("the check", () => {
  const check = async (how?: RegExp): Promise<void> => {
    if (how !== undefined) await page.getByLabel(how).check();
    await page.getByRole("button", { name: /Start the check|Check again/ }).click();
  };

  it("says that all is well", async () => {
    await page.getByRole("link", { name: "Check" }).click();
    await page.getByText("This archive has not been checked yet").waitFor();
    await check(/Read the data too/);
    await page.getByRole("heading", { name: "All is as it was recorded" }).waitFor();
    await page.getByText(/files read/).waitFor();
  });

  it("names what is not where it was, and leads to it", async () => {
    renameSync(scratch.path("odd/ivanov/1"), scratch.path("away"));
    await check(/Quick/);
    await page.getByRole("heading", { name: "1 thing is not as it was" }).waitFor();
    await page.getByText("Not where it was").waitFor();
    await page.getByText(/odd\/ivanov\/1/).waitFor();
    renameSync(scratch.path("away"), scratch.path("odd/ivanov/1"));
    await check();
    await page.getByRole("heading", { name: "All is as it was recorded" }).waitFor();
  });
});
