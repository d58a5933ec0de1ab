import type { Browser, Page } from "playwright-core";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";

import { cleanup } from "./driver/cleanup.ts";
import { keepPicture, openPage, pictureOnFailure, type Watched } from "./driver/page.ts";
import { fileroom, python, Scratch, type Server, serve } from "./driver/server.ts";
import { begin } from "./driver/stage.ts";

/** Another fileroom is added as a node, searched, and a study fetched from it. */
const atEnd = cleanup();
const scratch = new Scratch();
let there: Server;
let server: Server;
let browser: Browser;
let watched: Watched;
let page: Page;

const rows = () => page.locator(".pacs-table tbody tr");

const picture = (name: string): Promise<void> => keepPicture(page, `pacs-${name}`);

/** How many studies a server has. */
const total = async (of: Server): Promise<number> => {
  const answer = await page.request.get(`${of.origin}/api/studies`, { headers: { authorization: `Bearer ${of.token}` } });
  return ((await answer.json()) as { total: number }).total;
};

beforeAll(async () => {
  atEnd(() => {
    scratch.remove();
  });
  python("viewer/e2e/world.py", scratch.path("world"), "0");
  fileroom("import", "--archive", scratch.path("there"), scratch.path("world/files/ct"), scratch.path("world/files/rle"));
  there = await serve(["serve", "--archive", scratch.path("there")]);
  atEnd(there.stop);
  ({ server, browser, watched } = await begin(atEnd, scratch.path("archive")));
  page = watched.page;
});

beforeEach(() => {
  pictureOnFailure(page);
});

/** Load the page anew while, as the server tells, something goes on with a slow node; call what is answered to end it. */
async function slow(kind: "fetch" | "send", of: object): Promise<() => void> {
  let state = "running";
  const job = () => ({
    job: "f1",
    kind,
    automatic: false,
    of: { peer: "other room", ...of },
    state,
    progress: { phase: "", done: 1, total: 3, outcomes: {}, bytes: 0, seconds: 1 },
    summary: state === "running" ? null : { state, done: 3, failed: 0, had: 0 },
    message: "",
  });
  await page.unroute("**/api/jobs");
  await page.unroute("**/api/jobs/f1");
  await page.route("**/api/jobs", (route) => route.fulfill({ json: [job()] }));
  await page.route("**/api/jobs/f1", (route) => route.fulfill({ json: job() }));
  await page.reload();
  return () => {
    state = "done";
  };
}

describe("PACS", () => {
  it("says how to begin", async () => {
    await page.goto(server.url);
    await page.getByRole("link", { name: "PACS" }).click();
    await page.getByRole("heading", { name: "No other node is known yet" }).waitFor();
    await picture("empty");
  });

  it("says what is no node, and adds one that is", async () => {
    await page.getByRole("button", { name: "Add a node …" }).click();
    const dialog = page.getByRole("dialog", { name: "Add a node" });
    await dialog.getByLabel("Its name here").fill("other room");
    await dialog.getByRole("button", { name: "Add", exact: true }).click();
    await dialog.getByRole("alert").getByText(/address/).waitFor();
    await picture("dialog");
    await dialog.getByLabel("Address of its DICOMweb service").fill(`${there.origin}/dicomweb`);
    await dialog.getByLabel("Token").fill(there.token);
    await dialog.getByRole("button", { name: "Add", exact: true }).click();
    await page.getByRole("button", { name: "Test" }).click();
    await page.getByText("other room answers.").waitFor();
    const kept = await page.request.get(`${server.origin}/api/peers`);
    expect(await kept.text()).not.toContain(there.token);
  });

  it("is searched, and says what is not here", async () => {
    await page.getByRole("textbox", { name: "Search" }).fill("nobody-of-that-name");
    await page.getByRole("button", { name: "Search" }).click();
    await page.getByText("It has nothing like that.").waitFor();
    await page.getByRole("textbox", { name: "Search" }).fill("mod:ct note:x");
    await page.getByRole("button", { name: "Search" }).click();
    await page.getByText("Cannot be looked for there: note:x").waitFor();
    expect(await rows().first().locator(".pacs-here").textContent()).toBe("none");
    await picture("found");
  });

  it("tells its series, and gives one of them", async () => {
    await rows().first().getByRole("button", { name: "Show its series" }).click();
    const series = page.locator(".pacs-series:has(.pacs-here)");
    await series.first().waitFor();
    const many = await series.count();
    expect(many).toBeGreaterThan(1);
    await series.first().getByRole("button", { name: "Fetch" }).click();
    await series.first().locator(".pacs-here.all").waitFor();
    expect(await series.last().locator(".pacs-here").textContent()).toBe("none");
    await rows().first().locator(".pacs-here.part").waitFor();
    await picture("series");
  });

  it("gives a study, which is here then", async () => {
    await rows().first().getByRole("button", { name: "Fetch the rest" }).click();
    await rows().first().getByText(/images? (was|were) fetched\./).waitFor();
    await rows().first().locator(".pacs-here.all").waitFor();
    await picture("fetched");
    const mine = await page.request.get(`${server.origin}/api/studies`);
    expect(((await mine.json()) as { total: number }).total).toBe(1);
  });

  it("finds a fetch again that was under way when the page was loaded anew", async () => {
    const end = await slow("fetch", { study: "2.999.4711", series: [] });
    await page.getByText("Fetching: 1 of 3").waitFor();
    await picture("again");
    end();
    await page.getByText("3 images were fetched.").waitFor();
  });

  it("finds a sending again, too, here and where more would be sent", async () => {
    const end = await slow("send", { ids: ["x"] });
    await page.getByText("To other room").waitFor();
    await page.getByText("Sending: 1 of 3").waitFor();
    await picture("sending-again");
    await page.getByRole("banner").getByText("Archive", { exact: true }).click();
    await page.locator("#patients .grid-body").getByRole("row").first().click({ button: "right" });
    await page.getByRole("menuitem", { name: "Send to another node" }).click();
    const dialog = page.getByRole("dialog", { name: "Send to another node" });
    await dialog.getByText("To other room").waitFor();
    expect(await dialog.getByRole("button", { name: "Send", exact: true }).isDisabled()).toBe(true);
    await dialog.getByRole("button", { name: "Close" }).first().click();
    await page.getByRole("link", { name: "PACS" }).click();
    end();
    await page.getByText("3 images were sent.").waitFor();
  });

  it("is sent what is chosen in the list, when one says so", async () => {
    await page.unroute("**/api/jobs");
    await page.unroute("**/api/jobs/f1");
    fileroom("import", "--archive", scratch.path("archive"), scratch.path("world/files/cine"));
    await page.goto(server.origin);
    const before = await total(there);
    await page.locator("#patients .grid-body").getByRole("row").filter({ hasText: "US" }).first().click({ button: "right" });
    await page.getByRole("menuitem", { name: "Send to another node" }).click();
    const dialog = page.getByRole("dialog", { name: "Send to another node" });
    await dialog.getByLabel("Node").selectOption({ index: 0 });
    await picture("send");
    expect(await total(there)).toBe(before);
    await dialog.getByRole("button", { name: "Send", exact: true }).click();
    await dialog.getByText(/images? (was|were) sent\./).waitFor();
    await picture("sent");
    await expect.poll(() => total(there)).toBe(before + 1);
    await dialog.getByRole("button", { name: "Close" }).first().click();
    await page.getByRole("link", { name: "PACS" }).click();
    await page.getByRole("textbox", { name: "Search" }).fill("mod:ct");
  });

  it("says when nobody answers any more", async () => {
    await there.stop();
    await page.getByRole("button", { name: "Search" }).click();
    await page.getByRole("alert").getByText("The other node").first().waitFor();
    await page.getByRole("alert").getByText("Nobody answers at its address.").waitFor();
    await picture("gone");
  });

  it("says it in Italian to who prefers that, and what is no node", async () => {
    const other = await openPage(browser, { locale: "it-IT", colorScheme: "dark" });
    await other.page.context().addCookies(await page.context().cookies());
    await other.page.goto(server.origin);
    await other.page.getByRole("link", { name: "PACS" }).click();
    await other.page.getByRole("button", { name: "Cerca" }).click();
    const alert = other.page.getByRole("main").getByRole("alert");
    await alert.getByText("Al suo indirizzo non risponde nessuno.").waitFor();
    expect(await alert.innerText()).not.toContain("other");
    await keepPicture(other.page, "pacs-gone-it-dark");
    await other.page.getByRole("button", { name: "Aggiungi un nodo …" }).click();
    const dialog = other.page.getByRole("dialog", { name: "Aggiungi un nodo" });
    await dialog.getByLabel("Il suo nome qui").fill("altro");
    await dialog.getByRole("button", { name: "Aggiungi", exact: true }).click();
    await dialog.getByRole("alert").getByText("Un servizio DICOMweb ha un indirizzo che comincia con http:// o https://.").waitFor();
    await keepPicture(other.page, "pacs-dialog-it-dark");
    await other.page.context().close();
  });
});
