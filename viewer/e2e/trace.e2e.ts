import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";

import type { BrowserContext, Page } from "playwright-core";
import { beforeAll, describe, expect, it } from "vitest";

import { launchWithProfile } from "./driver/chromium.ts";
import { cleanup } from "./driver/cleanup.ts";
import { python, REPOSITORY, Scratch, type Server, serve } from "./driver/server.ts";

/**
 * What a disc leaves behind when it was looked at in a browser with a profile of its own: nothing, in all that the server
 * and the browser wrote, be the session closed or everything killed. A planted trace shows that one would be found.
 */
const atEnd = cleanup();
const scratch = new Scratch();
const shared = process.env["FILEROOM_TEST_DATA"] ?? path.join(REPOSITORY, "../shared/data");
/** Real ones where they are to be had; the folder of the tests' own makes do elsewhere. */
const DISCS = [
  { name: "ours", from: scratch.path("world/files/ct") },
  { name: "cd", from: path.join(shared, "derived/media-cd") },
  { name: "tiny", from: path.join(shared, "media/pydicom-dicomdirtests/TINY_ALPHA") },
  { name: "several", from: path.join(shared, "media/pydicom-dicomdirtests") },
].filter(({ name, from }) => name === "ours" || existsSync(from));

interface Homes {
  readonly home: string;
  readonly temp: string;
  readonly archive: string;
  readonly profile: string;
}
interface Searched {
  readonly looked_for: number;
  readonly files: number;
  readonly found: readonly { readonly path: string; readonly trace: string }[];
}

const homesIn = (folder: string): Homes => {
  const homes = { home: path.join(folder, "home"), temp: path.join(folder, "temp"), archive: path.join(folder, "archive"), profile: path.join(folder, "profile") };
  for (const one of Object.values(homes)) mkdirSync(one, { recursive: true });
  return homes;
};
const search = (disc: string, { home, temp, archive, profile }: Homes): Searched =>
  JSON.parse(python("viewer/e2e/trace.py", disc, scratch.path("nobody"), home, temp, archive, profile)) as Searched;

const people = (page: Page) => page.locator("#patients .grid-body").getByRole("row");

async function open(page: Page, server: Server, disc: string): Promise<void> {
  await page.goto(server.url);
  await page.getByRole("link", { name: "CD / USB" }).click();
  await page.getByLabel("A folder or the image of a disc").fill(disc);
  await page.getByRole("button", { name: "Open" }).click();
  await page.waitForURL(/\/sessions\/[^/]+\//);
}

/** How many people there are, by what the list shows when all was looked through. */
async function everybody(page: Page): Promise<number> {
  await page.getByText("Being looked through …").waitFor({ state: "hidden" });
  const answer = await page.request.get(page.url().replace(/(\/sessions\/[^/]+)\/.*/, "$1/api/patients"));
  const { items } = (await answer.json()) as { items: readonly unknown[] };
  await expect.poll(() => people(page).count(), SOON).toBe(items.length);
  return items.length;
}
const SOON = { timeout: 30_000 };

/** The list, a search, and the images of some people. */
async function lookAtEverything(page: Page): Promise<void> {
  await expect.poll(() => people(page).count(), SOON).toBeGreaterThan(0);
  const count = await everybody(page);
  const box = page.getByRole("textbox", { name: "Search the archive" });
  const [word = ""] = ((await people(page).first().textContent()) ?? "").split(/[,\s]/);
  await box.fill(word);
  await page.locator(".found-line").waitFor();
  await box.fill("");
  await page.locator(".found-line").waitFor({ state: "hidden" });
  const base = page.url().replace(/(\/sessions\/[^/]+\/).*/, "$1");
  for (let number = 0; number < Math.min(3, count); number += 1) {
    await expect.poll(() => people(page).count(), SOON).toBe(count);
    await people(page).nth(number).dblclick();
    await page.locator(".vp-stage[data-drawn]").first().waitFor(SOON);
    for (const key of ["ArrowDown", "ArrowDown", "ArrowUp"]) await page.keyboard.press(key);
    await page.goto(base);
  }
}

type Ending = "closed" | "killed" | "torn out";

async function session(folder: string, disc: string, ending: Ending): Promise<Homes> {
  const homes = homesIn(folder);
  const watching = path.join(folder, "watching");
  mkdirSync(watching);
  writeFileSync(path.join(watching, "sitecustomize.py"), readFileSync(path.join(REPOSITORY, "viewer/e2e/trace_watching.py")));
  const server = await serve(["serve", "--archive", homes.archive], {
    HOME: homes.home,
    TMPDIR: homes.temp,
    TOLD_IN: path.join(folder, "told"),
    PYTHONDONTWRITEBYTECODE: "1",
    PYTHONPATH: [watching, path.join(REPOSITORY, "src")].join(path.delimiter),
  });
  const browser: BrowserContext = await launchWithProfile(homes.profile, { HOME: homes.home, TMPDIR: homes.temp });
  const page = browser.pages()[0] ?? (await browser.newPage());
  try {
    await open(page, server, disc);
    await lookAtEverything(page);
    if (ending === "killed") server.kill();
    else {
      if (ending === "torn out") await tearOut(page, disc);
      await page.getByRole("complementary", { name: "CD / USB" }).getByText("Close", { exact: true }).click();
      await page.getByRole("heading", { name: "CD / USB" }).waitFor();
    }
  } finally {
    await browser.close();
    await server.stop();
  }
  return homes;
}

/** The disc is gone while it is looked at: images that were not fetched yet cannot be. */
async function tearOut(page: Page, disc: string): Promise<void> {
  const base = page.url().replace(/(\/sessions\/[^/]+)\/.*/, "$1");
  const { items } = (await (await page.request.get(`${base}/api/series`)).json()) as { items: readonly { id: string }[] };
  const { instances } = (await (await page.request.get(`${base}/api/series/${items[0]?.id ?? ""}/images`)).json()) as { instances: readonly { frames_url: string }[] };
  renameSync(disc, `${disc}-torn-out`);
  await page.evaluate(async (address) => fetch(address).then((answer) => answer.arrayBuffer()), `${base}${instances.at(-1)?.frames_url ?? ""}/1`);
  await page.reload();
  await everybody(page);
}

/** What the server opened to write outside of its archive. */
const written = (folder: string, homes: Homes): string[] =>
  readFileSync(path.join(folder, "told"), "utf8")
    .split("\n")
    .filter((line) => line !== "" && line !== "/dev/null" && !line.startsWith(`${homes.archive}/`));

beforeAll(() => {
  atEnd(() => {
    scratch.remove();
  });
  python("viewer/e2e/world.py", scratch.path("world"), "0");
});

describe("somebody who looks at another disc", () => {
  it("has a browser with words of ours in its cache: those of our scripts", async () => {
    await session(scratch.path("nobody"), scratch.path("world/files/cine"), "closed");
  }, 120_000);
});

describe.each(DISCS)("the disc $name", ({ name, from }) => {
  const endings: readonly Ending[] = name === "ours" ? ["closed", "killed", "torn out"] : ["closed", "killed"];
  it.each(endings)("leaves nothing when it is %s", async (ending) => {
    const folder = scratch.path(`${name}-${ending}`);
    const disc = path.join(folder, "a-disc-of-somebody");
    cpSync(from, disc, { recursive: true });
    const homes = await session(folder, disc, ending);
    if (ending === "torn out") renameSync(`${disc}-torn-out`, disc); // to know what is to be looked for
    const told = search(disc, homes);
    expect(told.looked_for).toBeGreaterThan(30);
    expect(told.files).toBeGreaterThan(20); // the profile of a browser is many files
    expect(told.found).toEqual([]);
    expect(written(folder, homes)).toEqual([]);
    writeFileSync(path.join(homes.profile, "planted"), Buffer.concat([Buffer.from("x"), Buffer.from(disc, "utf16le")]));
    expect(search(disc, homes).found.map((one) => path.basename(one.path))).toEqual(["planted"]);
  }, 120_000);
});
