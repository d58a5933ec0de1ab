import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";

import type { Browser, Locator, Page } from "playwright-core";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { cleanup } from "./driver/cleanup.ts";
import { abroad, complained, openPage, pictureOnFailure, type Watched } from "./driver/page.ts";
import { python, REPOSITORY, Scratch, type Server } from "./driver/server.ts";
import { begin } from "./driver/stage.ts";
import { drawn, expectFrame, type Truth } from "./driver/viewport.ts";

/** The whole path, once, as a person walks it: the tests of this file go on where the one before has ended. */
const atEnd = cleanup();
const scratch = new Scratch();
const MANY = 2500;
let browser: Browser;
let server: Server;
let truths: Readonly<Record<string, Truth>>;
let watched: Watched;
let page: Page;

const truth = (key: string): Truth => truths[key] ?? expect.fail(`no series ${key} in the world`);
const search = (): Locator => page.getByRole("textbox", { name: "Search the archive" });
const patients = (): Locator => page.locator("#patients .grid-body").getByRole("row");
const jacket = (): Locator => page.getByRole("treegrid");
/** The names in the list, once they are these. */
const listed = (...names: readonly RegExp[]): Promise<void> =>
  expect.poll(() => patients().allInnerTexts()).toEqual(names.map((name) => expect.stringMatching(name) as string));
const EVERYBODY = [/BIANCHI, Anna Maria/, /MOLTI, Tanti/, /ROSSI, Mario/] as const;

beforeAll(async () => {
  atEnd(() => {
    scratch.remove();
  });
  python("viewer/e2e/world.py", scratch.path("world"), String(MANY));
  truths = JSON.parse(readFileSync(scratch.path("world/truth.json"), "utf8")) as Record<string, Truth>;
  ({ server, browser, watched } = await begin(atEnd, scratch.path("archive")));
  page = watched.page;
});

beforeEach(() => {
  pictureOnFailure(page);
});

describe("without the token of the address", () => {
  it("nothing is shown but how to get in", async () => {
    const stranger = await openPage(browser);
    await stranger.page.goto(server.origin);
    await expect.poll(() => stranger.page.locator("main").innerText()).toContain("Not signed in");
    for (const at of ["/api/patients", "/api/status", "/dicomweb/studies", "/api/folder?path=/"]) {
      expect(await stranger.page.evaluate(async (address) => (await fetch(address)).status, at)).toBe(401);
    }
    // a bookmark shows no more
    await stranger.page.goto(`${server.origin}/series/s00000000000000000000000000000000`);
    await expect.poll(() => stranger.page.locator("main").innerText()).toMatch(/not signed in/i);
    await stranger.page.context().close();
  });

  it("an address lets in once, and only the one who opens it first", async () => {
    await page.goto(server.url);
    await page.getByRole("heading", { name: "The room is empty" }).waitFor();
    expect(page.url()).toBe(`${server.origin}/`);
    const second = await openPage(browser);
    await second.page.goto(server.url);
    await expect.poll(() => second.page.locator("main").innerText()).toContain("Not signed in");
    await second.page.context().close();
    complained(watched);
  });
});

describe("the fence around the pages", () => {
  it("is the one that docs/http-api.md promises", async () => {
    const promised = /Content-Security-Policy: ([^`]+)`/.exec(readFileSync(path.join(REPOSITORY, "docs/http-api.md"), "utf8"))?.[1];
    const headers = (await page.request.get(server.origin)).headers();
    expect(headers["content-security-policy"]).toBe(promised?.replace(/\s+/g, " "));
    expect(headers["x-content-type-options"]).toBe("nosniff");
    expect(headers["referrer-policy"]).toBe("no-referrer");
  });

  it("holds against a page that would call home", async () => {
    const guarded = await openPage(browser);
    await guarded.page.goto(server.origin);
    const sent = await guarded.page.evaluate(async () => {
      try {
        await fetch("http://192.0.2.1/"); // an address of no network (RFC 5737)
        return "sent";
      } catch {
        return "refused";
      }
    });
    expect(sent).toBe("refused");
    await expect.poll(() => guarded.complaints.join("\n")).toContain("CSP: connect-src http://192.0.2.1");
    await guarded.page.context().close();
  });
});

describe("the whole path", () => {
  afterEach(() => {
    expect(complained(watched)).toEqual([]);
    expect(abroad(watched.asked, server.origin)).toEqual([]);
  });

  it("imports a folder that is chosen on the page, and shows how far it is", async () => {
    await page.evaluate(() => {
      const seen = new Set<string>();
      new MutationObserver(() => {
        const dialog = document.querySelector("dialog");
        if (dialog?.querySelector("[role=progressbar]") !== null) seen.add(dialog?.querySelector("[role=status]")?.textContent ?? "");
        document.body.dataset["progress"] = [...seen].join("|");
      }).observe(document.body, { subtree: true, childList: true, characterData: true });
    });
    await page.getByRole("banner").getByRole("button", { name: "Import DICOM" }).click();
    const dialog = page.getByRole("dialog");
    const field = dialog.getByRole("textbox", { name: "Folder or file" });
    await expect.poll(() => field.inputValue()).not.toBe(""); // where the chooser begins
    await field.fill(scratch.path("world"));
    await page.keyboard.press("Enter");
    await dialog.getByRole("option", { name: "files" }).dblclick();
    await expect.poll(() => field.inputValue()).toBe(scratch.path("world", "files"));
    await dialog.getByRole("button", { name: "Import this folder" }).click();
    await dialog.getByRole("heading", { name: "Import finished" }).waitFor();
    const told = await dialog.innerText();
    const files = readdirSync(scratch.path("world/files"), { recursive: true, withFileTypes: true }).filter((one) => one.isFile()).length;
    expect(told).toContain(`${files.toLocaleString("en-GB")} files in `);
    expect(told).toContain("3 patients");
    expect(told).toMatch(/1 file[^\n]*not DICOM|not DICOM/);
    expect(await page.locator("body").getAttribute("data-progress")).toMatch(/Looking for files|Reading headers/);
    await dialog.getByRole("link", { name: "See what became of every file" }).click();
    await page.getByRole("button", { name: /not DICOM/ }).click();
    await expect.poll(() => page.locator("main").innerText()).toMatch(/readme\.txt\s+not DICOM\s+not a DICOM file/);
    await page.goBack();
  });

  it("finds a person by name while one types", async () => {
    await listed(...EVERYBODY);
    await search().pressSequentially("bianchi an");
    await listed(/BIANCHI, Anna Maria/);
    await search().fill("nobody of this name");
    await expect.poll(() => page.locator("main").innerText()).toContain("Nobody found");
    await search().fill("1962-03-14");
    await listed(/BIANCHI, Anna Maria/);
    await search().fill("");
    await listed(...EVERYBODY);
  });

  it("opens a series of theirs, and the pixels are those of the file", async () => {
    await search().fill("rossi");
    await listed(/ROSSI, Mario/);
    await patients().first().click();
    await jacket().getByRole("row", { name: /lossless/ }).getByRole("button", { name: "Open", exact: true }).click();
    await drawn(page, 1);
    await expectFrame(page, truth("lossless"), 0);
    const before = page.url();
    await page.getByRole("option", { name: /^ct/ }).click();
    await page.waitForURL((address) => address.href !== before);
    await drawn(page, 1);
    await expectFrame(page, truth("ct"), 0);
    await page.getByRole("button", { name: "Back to the archive" }).click();
  });

  it("comes back to where one left the archive", async () => {
    await expect.poll(() => search().inputValue()).toBe("rossi");
    await listed(/ROSSI, Mario/);
    await jacket().getByRole("row", { name: /lossless/ }).waitFor();
  });

  it("opens a bookmark cold", async () => {
    const { items } = await page.evaluate(async () => (await (await fetch("/api/series?q=rle")).json()) as { items: { id: string }[] });
    const fresh = await page.context().newPage();
    await fresh.goto(`${server.origin}/series/${items[0]?.id ?? ""}`);
    await drawn(fresh, 1);
    await expectFrame(fresh, truth("rle"), 0);
    await fresh.keyboard.press("Escape");
    await fresh.getByRole("grid", { name: "Patients" }).waitFor();
    expect(new URL(fresh.url()).pathname).not.toContain("series");
    await fresh.close();
  });
});

describe("by keyboard alone", () => {
  afterEach(() => {
    expect(complained(watched)).toEqual([]);
  });

  it("searches, walks, opens, scrolls, and comes back to the same place", async () => {
    await page.goto(server.origin);
    await listed(...EVERYBODY);
    await page.keyboard.press("/");
    await page.keyboard.type("rossi");
    await listed(/ROSSI, Mario/);
    await page.keyboard.press("ArrowDown");
    await jacket().getByRole("row", { name: /rle/ }).waitFor();
    await page.keyboard.press("ArrowRight");
    const chosen = jacket().getByRole("row", { selected: true });
    // the first row is the study; its series follow
    for (let step = 0; step < 3; step += 1) {
      await chosen.waitFor();
      await page.keyboard.press("ArrowDown");
    }
    await expect.poll(() => chosen.innerText()).toContain("rle");
    const left = await chosen.getAttribute("id");
    await page.keyboard.press("Enter");
    await drawn(page, 1);
    await page.keyboard.press("ArrowDown");
    await drawn(page, 2);
    await expectFrame(page, truth("rle"), 1);
    await page.keyboard.press("Escape");
    await expect.poll(() => chosen.getAttribute("id")).toBe(left);
    expect(await search().inputValue()).toBe("rossi");
    // the hand is where it was, too: the next key goes on from there
    await page.keyboard.press("ArrowDown");
    await expect.poll(() => chosen.innerText()).toContain("jpegls");
  });

  it("goes through the toolbar with one stop, and reads the keys", async () => {
    await page.keyboard.press("Enter");
    await drawn(page, 1);
    const toolbar = page.getByRole("toolbar");
    await toolbar.getByRole("button").first().focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Enter");
    expect(await toolbar.getByRole("button", { pressed: true }).first().getAttribute("aria-keyshortcuts")).toBe("S");
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keys and mouse" }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.keyboard.press("Escape");
    await page.getByRole("grid", { name: "Patients" }).waitFor();
  });
});

describe("removing", () => {
  it("says that the files stay, and they do", async () => {
    const file = scratch.path("world/files/cine/US0001");
    const before = readFileSync(file);
    await search().fill("bianchi");
    await listed(/BIANCHI, Anna Maria/);
    await patients().first().click();
    await page.getByRole("grid", { name: "Patients" }).press("Delete");
    const dialog = page.getByRole("dialog");
    expect(await dialog.innerText()).toContain("The files stay where they are.");
    await dialog.getByRole("button", { name: "Remove" }).click();
    await search().fill("");
    await listed(/MOLTI, Tanti/, /ROSSI, Mario/);
    expect(existsSync(file)).toBe(true);
    expect(readFileSync(file).equals(before)).toBe(true);
    await page.getByRole("button", { name: "Undo" }).click();
    await listed(...EVERYBODY);
  });
});

describe("light, dark, Italian", () => {
  it.each(["light", "dark"] as const)("is %s throughout, and the room around the image is always dark", async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    await page.goto(server.origin);
    await listed(...EVERYBODY);
    const lightness = (selector: string): Promise<number> =>
      page
        .locator(selector)
        .first()
        .evaluate((element) => {
          const [red = 0, green = 0, blue = 0] = getComputedStyle(element).backgroundColor.match(/[\d.]+/g)?.map(Number) ?? [];
          return (red + green + blue) / 3;
        });
    const ground = await lightness("body");
    expect(ground > 128).toBe(colorScheme === "light");
    await patients().first().click();
    await jacket().getByRole("row", { name: /cine/ }).dblclick();
    await drawn(page, 1);
    expect((await lightness(".vp")) > 128).toBe(colorScheme === "light");
    expect(await lightness(".vp-stage")).toBe(0);
    await page.keyboard.press("Escape");
    await page.getByRole("grid", { name: "Patients" }).waitFor();
  });

  it("opens a study by a double click on its row, at its first series with images", async () => {
    await page.goto(server.origin);
    await listed(...EVERYBODY);
    await patients().filter({ hasText: "BIANCHI" }).click();
    await jacket().locator('[role="row"][aria-level="1"]', { hasText: "Ecografia" }).dblclick();
    await drawn(page, 1);
    const chosen = page.getByRole("option", { selected: true });
    expect(await chosen.locator(".vp-series-name").innerText()).toBe("cine");
    await expectFrame(page, truth("cine"), 0);
    await page.keyboard.press("Escape");
    await page.getByRole("grid", { name: "Patients" }).waitFor();
  });

  it("speaks Italian to who prefers it", async () => {
    const answer = await page.context().cookies();
    const italian = await openPage(browser, { locale: "it-IT" });
    await italian.page.context().addCookies(answer);
    await italian.page.goto(server.origin);
    await italian.page.getByRole("banner").getByRole("button", { name: "Importa DICOM" }).waitFor();
    expect(await italian.page.locator("html").getAttribute("lang")).toBe("it");
    await italian.page.locator("#patients .grid-body").getByRole("row", { name: /BIANCHI/ }).click();
    await italian.page.getByRole("treegrid").getByRole("row", { name: /cine/ }).dblclick();
    await drawn(italian.page, 1);
    expect(await italian.page.locator(".vp").innerText()).toContain("Immagine 1 di 8");
    expect(await italian.page.getByRole("button", { name: "Torna all'archivio" }).isVisible()).toBe(true);
    expect(italian.complaints).toEqual([]);
    await italian.page.context().close();
  });
});
