import { existsSync, readdirSync, readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

import type { Browser } from "playwright-core";
import { afterEach, beforeAll, describe, expect, it } from "vitest";

import { launch } from "./driver/chromium.ts";
import { cleanup } from "./driver/cleanup.ts";
import { abroad, complained, keepPicture, openPage, pictureOnFailure, type Watched } from "./driver/page.ts";
import { fileroom, python, Scratch, serve } from "./driver/server.ts";

/** The pages of a written medium, as somebody finds them who has nothing but a browser: from the disc, without a server. */
const atEnd = cleanup();
const scratch = new Scratch();
let browser: Browser;
let watched: Watched;

const address = (path: string): string => pathToFileURL(scratch.path("medium", path)).href;

beforeAll(async () => {
  atEnd(() => {
    scratch.remove();
  });
  python("viewer/e2e/written.py", scratch.path("in"));
  fileroom("--archive", scratch.path("archive"), "import", scratch.path("in"));
  const listed = JSON.parse(fileroom("--archive", scratch.path("archive"), "list", "patients", "--json")) as { items: { id: string }[] };
  fileroom("--archive", scratch.path("archive"), "write-media", ...listed.items.map((one) => one.id), scratch.path("medium"), "--viewer");
  browser = await launch();
  atEnd(() => browser.close());
});

afterEach(async () => {
  expect(complained(watched)).toEqual([]);
  expect(abroad(watched.asked, "file://")).toEqual([]);
  await watched.page.context().close();
});

/** How wide the picture is that came; which one it is the page says. */
const widthShown = async (): Promise<number> =>
  watched.page.locator("#picture").evaluate(async (image) => {
    if (!(image instanceof HTMLImageElement)) throw new Error("no picture");
    await image.decode();
    return image.naturalWidth;
  });
const count = async (): Promise<string> => (await watched.page.locator("#count").textContent()) ?? "";

describe("a written medium", () => {
  it("lists everybody on it, and shows a series by wheel, keys and slider", async () => {
    watched = await openPage(browser);
    const { page } = watched;
    pictureOnFailure(page);
    await page.goto(address("INDEX.HTM"));
    expect(await page.locator("h2").allTextContents()).toEqual(["NERI, <b>Anna", "ROSSI, Mario"]);
    expect(await page.getByText("Not for diagnosis").isVisible()).toBe(true);
    expect(await page.locator("b b").count()).toBe(0);
    await keepPicture(page, "medium-en-light");
    await page.getByRole("link", { name: /HEAD/ }).click();
    await page.locator("#picture").waitFor();
    expect(await count()).toBe("4 / 6");
    expect(await page.locator(".side").allTextContents()).toEqual(["R", "L", "A", "P"]);
    expect(await widthShown()).toBe(64);
    await keepPicture(page, "medium-series-en");
    await page.keyboard.press("Home");
    expect(await count()).toBe("1 / 6");
    await page.keyboard.press("ArrowDown");
    expect(await count()).toBe("2 / 6");
    await page.mouse.move(400, 300);
    await page.mouse.wheel(0, 100);
    await expect.poll(count).toBe("3 / 6");
    await page.mouse.wheel(0, -100);
    await expect.poll(count).toBe("2 / 6");
    await page.locator("#step").fill("6");
    expect(await count()).toBe("6 / 6");
    await page.locator("#step").press("PageUp");
    expect(await count()).toBe("1 / 6");
    await page.getByRole("button", { name: "Play" }).click();
    await expect.poll(count).not.toBe("1 / 6");
    await page.keyboard.press("End");
    expect(await page.locator("#play").getAttribute("aria-pressed")).toBe("false");
    await page.getByRole("link", { name: "All series" }).click();
    await page.getByRole("heading", { name: "Medical images" }).waitFor();
  });

  it("speaks Italian to an Italian browser, and goes on in the language that was chosen", async () => {
    watched = await openPage(browser, { locale: "it-IT", colorScheme: "dark" });
    const { page } = watched;
    pictureOnFailure(page);
    await page.goto(address("INDEX.HTM"));
    await page.getByRole("heading", { name: "Immagini mediche" }).waitFor();
    expect(await page.getByText("Not for diagnosis").isVisible()).toBe(false);
    await keepPicture(page, "medium-it-dark");
    await page.getByRole("link", { name: /HEAD/ }).click();
    await page.getByText("Non per uso diagnostico").waitFor();
    expect(await page.locator("#step").getAttribute("aria-label")).toBe("Immagine");
    await page.getByRole("link", { name: "English" }).click();
    await page.getByText("Not for diagnosis").waitFor();
    await page.getByRole("link", { name: "All series" }).click();
    await page.getByRole("heading", { name: "Medical images" }).waitFor();
  });

  it("is printed with the picture, the name and the warning, and nothing to press", async () => {
    watched = await openPage(browser, { colorScheme: "dark" });
    const { page } = watched;
    pictureOnFailure(page);
    const series = readdirSync(scratch.path("medium/VIEWER")).filter((name) => name.endsWith(".HTM")).find((name) => readFileSync(scratch.path("medium/VIEWER", name), "utf8").includes("HEAD"));
    await page.goto(address(`VIEWER/${series ?? ""}`));
    await page.emulateMedia({ media: "print" });
    expect(await page.locator("body").evaluate((body) => getComputedStyle(body).backgroundColor)).toBe("rgb(255, 255, 255)");
    expect(await page.getByRole("button").count()).toBe(0);
    expect(await page.getByText("ROSSI, Mario").isVisible()).toBe(true);
    expect(await page.getByText("Not for diagnosis").isVisible()).toBe(true);
    expect((await page.locator("#picture").boundingBox())?.height).toBeGreaterThan(200);
    await keepPicture(page, "medium-print");
  });

  it("shows a picture without scripts, too", async () => {
    watched = await openPage(browser, { javaScriptEnabled: false });
    const { page } = watched;
    await page.goto(address("INDEX.HTM"));
    await page.getByRole("link", { name: /HEAD/ }).click();
    await page.locator("#picture").waitFor(); // emulated like this, Chromium hides what is for those without scripts
    expect((await page.locator("#picture").boundingBox())?.width).toBeGreaterThan(200);
  });
});

describe("the page that writes one", () => {
  it("puts several patients onto it, and the pages that show them", async () => {
    const server = await serve(["serve", "--archive", scratch.path("archive")]);
    atEnd(server.stop);
    watched = await openPage(browser, { locale: "it-IT", colorScheme: "dark" });
    watched.asked.length = 0;
    const { page } = watched;
    pictureOnFailure(page);
    await page.goto(server.url);
    await page.getByRole("row").filter({ hasText: "ROSSI" }).click({ button: "right" });
    await page.getByRole("menuitem", { name: /disco, chiavetta o ZIP/ }).click();
    const dialog = page.getByRole("dialog", { name: "Scrivi su disco, chiavetta o ZIP" });
    await dialog.getByText("Aggiungi altri pazienti o studi").click();
    await dialog.getByLabel("Nome, ID, data o descrizione").fill("neri");
    await dialog.getByRole("button", { name: /^Aggiungi NERI[^·]*$/ }).click();
    await dialog.getByLabel("Con pagine che mostrano").check();
    await dialog.getByLabel("Nuova cartella").check();
    await dialog.getByLabel("Percorso della nuova cartella").fill(scratch.path("both"));
    await keepPicture(page, "write-it-dark");
    await dialog.getByRole("button", { name: "Scrivi", exact: true }).click();
    await dialog.getByText("7 immagini nelle pagine").waitFor();
    await keepPicture(page, "written-it-dark");
    const index = readFileSync(scratch.path("both/INDEX.HTM"), "utf8");
    expect(["ROSSI, Mario", "NERI, &lt;b&gt;Anna"].filter((name) => !index.includes(name))).toEqual([]);
    expect(existsSync(scratch.path("both/VIEWER/S00002.HTM"))).toBe(true);
    watched.asked.length = 0; // of a page of the server, not of the medium
  });
});
