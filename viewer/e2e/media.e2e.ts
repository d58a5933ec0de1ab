import { existsSync, mkdirSync, readFileSync } from "node:fs";

import type { Page } from "playwright-core";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";

import { stoppedByCancel } from "./driver/cancel.ts";
import { cleanup } from "./driver/cleanup.ts";
import { keepPicture, pictureOnFailure, type Watched } from "./driver/page.ts";
import { python, Scratch, type Server } from "./driver/server.ts";
import { begin } from "./driver/stage.ts";

/** A disc is looked at: it opens as a session beside the archive, says that nothing is kept, and is gone when closed. */
const atEnd = cleanup();
const scratch = new Scratch();
const disc = scratch.path("disc");
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
  ({ server, watched } = await begin(atEnd, scratch.path("archive")));
  page = watched.page;
});

const picture = (name: string): Promise<void> => keepPicture(page, `media-${name}`);

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
    await picture("refused");
  });

  it("opens a medium as a session, which has the pages of the archive", async () => {
    await page.getByLabel("A folder or the image of a disc").fill(scratch.path("world/files/ct"));
    await page.getByRole("button", { name: "Open" }).click();
    await page.waitForURL(/\/sessions\/[^/]+\//);
    await bar().getByText("Nothing of this is kept.").waitFor();
    await expect.poll(() => people().count()).toBe(1);
    expect(await page.getByRole("button", { name: "Import DICOM" }).count()).toBe(0);
    expect(await page.getByText("in memory only").count()).toBe(1);
    await picture("session");
  });

  it("shows its images", async () => {
    const frame = page.waitForResponse((answer) => /\/sessions\/[^/]+\/api\/instances\/.*\/frames\/1$/.test(answer.url()));
    await people().first().dblclick();
    expect((await frame).headers()["cache-control"]).toBe("no-store");
    await page.locator("canvas").first().waitFor();
    await bar().getByText("Nothing of this is kept.").waitFor();
    await picture("viewer");
    expect(new URL(page.url()).pathname).toMatch(/^\/sessions\/[^/]+\/(study|series)\//);
  });

  it("is copied into memory, so that it can be ejected", async () => {
    await bar().getByRole("button", { name: "Copy into memory" }).click();
    await bar().getByText("In memory: it can be ejected now.").waitFor();
  });

  it("lets a study be kept, and says when it is safe to eject", async () => {
    await bar().getByRole("button", { name: "Keep a study …" }).click();
    const dialog = page.getByRole("dialog", { name: "Keep a study" });
    await dialog.getByRole("button", { name: "Keep", exact: true }).first().click();
    await dialog.getByText("It is in the archive. It is safe to eject the disc.").waitFor();
    await picture("keep");
    await dialog.getByRole("button", { name: "Close" }).click();
    const mine = await page.request.get(`${server.origin}/api/studies`);
    expect(((await mine.json()) as { total: number }).total).toBe(1);
  });

  it("leaves nothing in the browser's own stores", async () => {
    const kept = await page.evaluate(async () => {
      // the stores as a page of the same origin finds them: this one has put its own before them
      const frame = (): HTMLIFrameElement => document.body.appendChild(document.createElement("iframe"));
      return {
      local: frame().contentWindow?.localStorage.length,
      session: frame().contentWindow?.sessionStorage.length,
      databases: (await indexedDB.databases()).length,
      caches: (await caches.keys()).length,
      workers: (await navigator.serviceWorker.getRegistrations()).length,
      };
    });
    expect(kept).toEqual({ local: 0, session: 0, databases: 0, caches: 0, workers: 0 });
  });

  it("is gone when it is closed", async () => {
    const session = page.url();
    await bar().getByText("Close", { exact: true }).click();
    await page.getByRole("heading", { name: "CD / USB" }).waitFor();
    expect(new URL(page.url()).pathname).toBe("/media");
    const again = await page.request.get(`${session.replace(/(\/sessions\/[^/]+)\/.*/, "$1")}/api/patients`);
    expect(again.status()).toBe(404);
  });

  it("is written to a new folder without names, and the report says what was removed", async () => {
    await page.goto(server.origin);
    await people().first().click({ button: "right" });
    await page.getByRole("menuitem", { name: "Write to disc, stick or ZIP…" }).click();
    const dialog = page.getByRole("dialog", { name: "Write to a disc, a stick or a ZIP" });
    await dialog.getByText("TC torace").waitFor();
    await dialog.getByLabel("New folder, on a stick or elsewhere").check();
    await dialog.getByLabel("Path of the new folder").fill(scratch.path("for-a-colleague"));
    await dialog.getByLabel("Without what identifies the patient").check();
    await picture("write");
    await dialog.getByRole("button", { name: "Write", exact: true }).click();
    await dialog.getByText(/files .* of 1 series written, read back and compared\./).waitFor();
    await dialog.getByText(/What was removed or replaced/).click();
    await picture("written");
    expect(existsSync(scratch.path("for-a-colleague", "DICOMDIR"))).toBe(true);
    await dialog.getByRole("button", { name: "Close" }).last().click();
  });

  it("is saved as a ZIP with a password, which must be given twice", async () => {
    await people().first().click({ button: "right" });
    await page.getByRole("menuitem", { name: "Write to disc, stick or ZIP…" }).click();
    const dialog = page.getByRole("dialog", { name: "Write to a disc, a stick or a ZIP" });
    await dialog.getByLabel("Password (may be left empty)").fill("correct horse");
    await dialog.getByLabel("The same password again").fill("wrong horse");
    await dialog.getByRole("button", { name: "Write", exact: true }).click();
    await dialog.getByText("The two passwords differ.").waitFor();
    await dialog.getByLabel("The same password again").fill("correct horse");
    const saved = page.waitForEvent("download");
    await dialog.getByRole("button", { name: "Write", exact: true }).click();
    const file = await (await saved).path();
    expect(readFileSync(file).subarray(0, 4)).toEqual(Buffer.from("PK\u0003\u0004"));
    await dialog.getByRole("button", { name: "Close" }).last().click();
  });

  it("says why a medium cannot be written, and stops when it is told to", async () => {
    await people().first().click({ button: "right" });
    await page.getByRole("menuitem", { name: "Write to disc, stick or ZIP…" }).click();
    const dialog = page.getByRole("dialog", { name: "Write to a disc, a stick or a ZIP" });
    await dialog.getByLabel("New folder, on a stick or elsewhere").check();
    await dialog.getByLabel("Path of the new folder").fill(scratch.path("for-a-colleague"));
    await dialog.getByRole("button", { name: "Write", exact: true }).click();
    await dialog.getByRole("alert").getByText(/^This cannot be done so\. .*there already/).waitFor();
    await picture("write-refused");
    await dialog.getByLabel("Path of the new folder").fill(scratch.path("never-mind"));
    await stoppedByCancel(page, dialog, () => dialog.getByRole("button", { name: "Write", exact: true }).click());
    await dialog.getByRole("alert").getByText("Stopped").waitFor();
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await dialog.waitFor({ state: "detached" });
  });
});
