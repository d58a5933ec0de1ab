import { readFileSync } from "node:fs";

import type { Locator, Page } from "playwright-core";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { cleanup } from "./driver/cleanup.ts";
import { complained, pictureOnFailure, type Watched } from "./driver/page.ts";
import { fileroom, python, Scratch, type Server } from "./driver/server.ts";
import { begin } from "./driver/stage.ts";
import { drawn } from "./driver/viewport.ts";

/** Finding people, telling them apart, and what one says of them. The tests go on where the one before has ended. */
const atEnd = cleanup();
const scratch = new Scratch();
let server: Server;
let watched: Watched;
let page: Page;

const search = (): Locator => page.getByRole("textbox", { name: "Search the archive" });
const people = (): Locator => page.locator("#patients .grid-body").getByRole("row");
const listed = (...names: readonly RegExp[]): Promise<void> =>
  expect.poll(() => people().allInnerTexts()).toEqual(names.map((name) => expect.stringMatching(name) as string));
const marks = (where: Locator): Promise<string[]> => where.locator("mark").allInnerTexts();

beforeAll(async () => {
  atEnd(() => {
    scratch.remove();
  });
  python("viewer/e2e/people.py", scratch.path("people"));
  fileroom("import", scratch.path("people"), "--archive", scratch.path("archive"));
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

describe("a search", () => {
  it("marks what was found in the row", async () => {
    await search().fill("ross 42");
    await listed(/ROSSI, Mario/, /ROSSI, Mario/);
    expect(await marks(people().first())).toEqual(["ROSS", "42"]);
    await search().fill("muller");
    await listed(/MÜLLER, Hans/);
    expect(await marks(people().first())).toEqual(["MÜLLER"]);
    await search().fill("太郎");
    await listed(/Yamada, Tarou/);
    expect(await marks(people().first())).toEqual(["太郎"]);
  });

  it("says where it was found when the row does not show it, and opens and marks it in the jacket", async () => {
    await search().fill("ginoc");
    await listed(/ROSSI, Mario[^]*Description: RM ginocchio/);
    expect(await marks(people().first())).toEqual(["ginoc"]);
    const tree = page.getByRole("treegrid");
    await tree.getByRole("row", { name: /T2 sag/ }).waitFor(); // the older study is the one that is open
    expect(await tree.getByRole("row", { name: /Torace basale/ }).count()).toBe(0);
    expect(await marks(tree)).toEqual(["ginoc"]);
  });

  it("forgives a slip, and says so", async () => {
    await search().fill("rosssi");
    await page.getByText("Nothing has “rosssi”: shown is what has “rossi”.").waitFor();
    await listed(/ROSSI, Mario/, /ROSSI, Mario/);
  });

  it("is explained by examples that can be tried", async () => {
    await page.getByRole("button", { name: "What can be searched for" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "name:rossi" }).click();
    await expect.poll(() => search().inputValue()).toBe("name:rossi");
    await listed(/ROSSI, Mario/, /ROSSI, Mario/);
    await page.getByRole("dialog").waitFor({ state: "hidden" });
  });
});

describe("possible matches", () => {
  const group = (name: RegExp): Locator => page.getByRole("region", { name });
  const count = (): Promise<string> => page.getByRole("banner").getByRole("link", { name: /Matches/ }).innerText();

  it("stand side by side with what differs", async () => {
    await search().fill("");
    await expect.poll(count).toMatch(/2$/);
    await page.getByRole("banner").getByRole("link", { name: /Matches/ }).click();
    const rossi = group(/^ROSSI, Mario \/ ROSSI, Mario Luigi$/);
    await rossi.getByRole("heading", { name: "One patient ID, but another name or birth date" }).waitFor();
    expect(await marks(rossi)).toEqual(["ROSSI, Mario", "ROSSI, Mario Luigi"]);
    expect(await marks(group(/VERDI, Anna/))).toEqual(["V-1", "W-9"]);
  });

  it("become one entry under the name that was chosen, and come apart again", async () => {
    const rossi = group(/ROSSI/);
    await rossi.getByRole("radio").nth(1).check();
    await rossi.getByRole("button", { name: "Same person" }).click();
    await rossi.waitFor({ state: "detached" });
    await page.getByRole("region", { name: "What you said" }).getByText(/ROSSI, Mario Luigi[^]*is also[^]*ROSSI, Mario/).waitFor();
    await page.getByRole("banner").getByRole("button", { name: "Archive" }).click();
    await search().fill("rossi");
    await listed(/ROSSI, Mario Luigi/);
    await page.getByRole("treegrid").getByRole("row", { name: /TC torace/ }).waitFor(); // of the other entry
    await page.getByRole("button", { name: "Undo" }).click();
    await listed(/ROSSI, Mario/, /ROSSI, Mario/);
  });

  it("that are not the same are left alone, until that is taken back", async () => {
    await page.getByRole("banner").getByRole("link", { name: /Matches/ }).click();
    await group(/VERDI/).getByRole("button", { name: "Not the same" }).click();
    await group(/VERDI/).waitFor({ state: "detached" });
    await page.getByRole("region", { name: "What you said" }).getByRole("button", { name: "Take back" }).click();
    await group(/VERDI/).waitFor();
    expect(await page.getByRole("region", { name: "What you said" }).count()).toBe(0);
    await page.getByRole("banner").getByRole("button", { name: "Archive" }).click();
  });
});

describe("what one says of an entry", () => {
  const details = (): Locator => page.getByRole("complementary", { name: "Details" });

  it("is kept with it, shown on its row, and found", async () => {
    await search().fill("muller");
    await listed(/MÜLLER, Hans/);
    await people().first().click();
    await page.getByRole("button", { name: "Show details (I)" }).click();
    await details().getByRole("combobox", { name: "Add a label…" }).fill("urgent");
    await page.keyboard.press("Enter");
    await listed(/MÜLLER, Hans[^]*urgent/);
    await details().getByRole("textbox", { name: "Note" }).fill("call back on Monday");
    await details().getByRole("button", { name: "Save" }).click();
    await page.getByText("Note saved.").waitFor();
    await search().fill("label:urg monday");
    await listed(/MÜLLER, Hans[^]*Note: call back on Monday/);
    expect(await marks(people().first())).toEqual(["urg", "Monday"]);
    await details().getByRole("button", { name: "Take away the label urgent" }).click();
    await listed();
  });

  it("names whom nobody knows", async () => {
    await search().fill("encefalo");
    await listed(/Anonymous/);
    await people().first().click();
    await details().getByRole("textbox", { name: "Note" }).fill("The skull of the course");
    await page.keyboard.press("Control+Enter");
    await listed(/The skull of the course/);
  });
});

describe("all attributes of an image", () => {
  it("are found as one types", async () => {
    await search().fill("knee");
    await listed(/ROSSI, Mario/);
    const series = page.getByRole("treegrid").getByRole("row", { name: /T2 sag/ });
    await series.click({ button: "right" });
    await page.getByRole("menuitem", { name: "All attributes…" }).click();
    const dialog = page.getByRole("dialog", { name: "All attributes of an image" });
    await dialog.getByRole("row", { name: /\(0020,0013\).*Instance Number.*1/ }).waitFor();
    await dialog.getByRole("textbox").fill("body part");
    await expect.poll(() => dialog.getByRole("row").allInnerTexts()).toEqual([expect.stringMatching(/\(0018,0015\)\s+CS\s+Body Part Examined\s+KNEE/)]);
    await dialog.getByRole("textbox").fill("instance number");
    await dialog.getByRole("button", { name: "Next image" }).click();
    await expect.poll(() => dialog.getByRole("row").allInnerTexts()).toEqual([expect.stringMatching(/Instance Number\s+2/)]);
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
  });
});

describe("the list", () => {
  const bar = (name: string): Locator => page.getByRole("main").getByRole("button", { name });
  const pick = (name: string): Promise<void> => page.getByRole("menu").getByText(name, { exact: true }).click();

  it("is narrowed by menus that write words, and by where the files are", async () => {
    await search().fill("rossi");
    await bar("Modality").click();
    await pick("MR");
    await expect.poll(() => search().inputValue()).toBe("rossi mod:MR");
    await listed(/ROSSI, Mario/);
    await bar("Modality: MR").click();
    await pick("Any");
    await listed(/ROSSI, Mario/, /ROSSI, Mario/);
    await bar("State").click();
    await pick("offline");
    await page.getByRole("heading", { name: "Nobody found" }).waitFor();
    await bar("State: offline").click();
    await pick("Any");
    await listed(/ROSSI, Mario/, /ROSSI, Mario/);
  });

  it("keeps a search under a name, finds by it, and forgets it", async () => {
    await search().fill("rossi ginocchio");
    await bar("Saved searches").click();
    await pick("Save or forget…");
    await page.getByRole("dialog").getByRole("textbox", { name: "Name of the search" }).fill("the knee");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await search().fill("");
    await bar("Saved searches").click();
    await pick("the knee");
    await expect.poll(() => search().inputValue()).toBe("rossi ginocchio");
    await listed(/ROSSI, Mario/);
    await bar("Saved searches").click();
    await pick("Save or forget…");
    await page.getByRole("dialog").getByRole("button", { name: "Forget “the knee”" }).click();
    await expect.poll(() => page.getByRole("dialog").getByRole("listitem").count()).toBe(0);
    await page.keyboard.press("Escape");
  });

  it("leads back to what was opened last", async () => {
    await page.getByRole("treegrid").getByRole("row", { name: /T2 sag/ }).dblclick();
    await page.waitForURL("**/series/*");
    await drawn(page, 1);
    const opened = page.url();
    await page.keyboard.press("Escape");
    await bar("Recently opened").click();
    await page.getByRole("menuitem", { name: "ROSSI, Mario · T2 sag · 10 May 2022" }).click();
    await expect.poll(() => page.url()).toBe(opened);
    await drawn(page, 1);
    await page.keyboard.press("Escape");
  });

  it("is saved as a file, as it is narrowed", async () => {
    await search().fill("rossi mod:CR");
    await listed(/ROSSI, Mario Luigi/);
    await bar("Save this list as a file").click();
    const [download] = await Promise.all([page.waitForEvent("download"), pick("Their studies as a table (CSV)")]);
    expect(download.suggestedFilename()).toBe("studies.csv");
    const table = readFileSync(await download.path(), "utf8").trimEnd().split("\n");
    expect(table).toHaveLength(2);
    expect(table[1]).toContain("Torace AP");
  });
});

describe("a jacket", () => {
  it("hides what was made from other series, and leads along the years", async () => {
    await search().fill("rossi");
    await listed(/ROSSI, Mario/, /ROSSI, Mario/);
    await people().first().click();
    const tree = page.getByRole("treegrid");
    await tree.getByRole("row", { name: /TC torace/ }).getByRole("button", { name: "Show the series" }).click();
    await tree.getByRole("row", { name: /MPR coronale/ }).waitFor();
    await page.getByRole("button", { name: "Hide derived and reformatted series" }).click();
    await tree.getByText("1 derived series is hidden").waitFor();
    expect(await tree.getByRole("row", { name: /MPR coronale/ }).count()).toBe(0);
    await page.getByRole("button", { name: "Show derived and reformatted series" }).click();
    await tree.getByRole("row", { name: /MPR coronale/ }).waitFor();
    await page.getByTitle("10 May 2022 · RM ginocchio · MR").click();
    await tree.getByRole("row", { name: /RM ginocchio/, selected: true }).waitFor();
  });
});
