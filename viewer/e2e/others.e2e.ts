import { readFileSync, writeFileSync } from "node:fs";

import type { Page } from "playwright-core";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { stoppedByCancel } from "./driver/cancel.ts";
import { cleanup } from "./driver/cleanup.ts";
import { complained, keepPicture, pictureOnFailure, type Watched } from "./driver/page.ts";
import { greyAt, planesDrawn } from "./driver/planes.ts";
import { python, Scratch, type Server } from "./driver/server.ts";
import { begin } from "./driver/stage.ts";

/** Files of other kinds are looked at: never left on left, nothing guessed, refused with the reason, nothing kept. */
const atEnd = cleanup();
const scratch = new Scratch();
let server: Server;
let watched: Watched;
let page: Page;

const file = (name: string): string => scratch.path(`files/${name}`);
const image = (name: string) => page.locator(".others-image").filter({ hasText: name });
const letters = async (): Promise<string> =>
  (await page.locator(".vp-letter").allTextContents()).map((text) => text.trim()).join(" ");

beforeAll(async () => {
  atEnd(() => {
    scratch.remove();
  });
  python("viewer/e2e/others.py", scratch.path("files"));
  python("viewer/e2e/others_old.py", scratch.path("old"));
  ({ server, watched } = await begin(atEnd, scratch.path("archive")));
  page = watched.page;
  await page.goto(server.url);
});

beforeEach(() => {
  pictureOnFailure(page);
});

afterEach(() => {
  // what is refused is an answer of 422, which Chromium writes to its console
  expect(complained(watched).filter((text) => !text.includes("status of 422"))).toEqual([]);
});

/** Open files by a list of paths, as the page does. */
async function open(...names: readonly string[]): Promise<void> {
  const answer = await page.request.post(`${server.origin}/api/others`, {
    data: { paths: names.map(file) },
    headers: { Authorization: `Bearer ${server.token}` },
  });
  const said = (await answer.json()) as { page: string };
  await page.goto(server.origin + said.page);
}

/** Where the brightest part of the image is on the screen, from its middle: right and down are positive. */
async function brightest(): Promise<readonly [number, number]> {
  return page.locator(".vp-canvas canvas").first().evaluate((canvas) => {
    if (!(canvas instanceof HTMLCanvasElement)) throw new Error("no canvas");
    const copy = new OffscreenCanvas(canvas.width, canvas.height);
    const context = copy.getContext("2d");
    context?.drawImage(canvas, 0, 0);
    const data = context?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
    let [sumX, sumY, count] = [0, 0, 0];
    for (let at = 0; at < data.length; at += 4) {
      if ((data[at] ?? 0) < 250) continue;
      sumX += (at / 4) % canvas.width;
      sumY += Math.floor(at / 4 / canvas.width);
      count += 1;
    }
    return [sumX / count / canvas.width - 0.5, sumY / count / canvas.height - 0.5] as const;
  });
}

const RED = [230, 74, 60] as const;
const GREEN = [77, 175, 74] as const;

/** Where the middle of all that is painted in a colour is, in parts of the image from its own middle. */
async function painted(...colours: readonly (readonly [number, number, number])[]): Promise<(readonly [number, number] | undefined)[]> {
  return page.locator("canvas.mk-mask").first().evaluate((canvas, wanted) => {
    if (!(canvas instanceof HTMLCanvasElement)) throw new Error("no canvas");
    const data = canvas.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
    return wanted.map(([red, green, blue]) => {
      let [sumX, sumY, count] = [0, 0, 0];
      for (let at = 0; at < data.length; at += 4) {
        const near = Math.abs((data[at] ?? 0) - red) + Math.abs((data[at + 1] ?? 0) - green) + Math.abs((data[at + 2] ?? 0) - blue);
        if ((data[at + 3] ?? 0) === 0 || near > 12) continue;
        sumX += (at / 4) % canvas.width;
        sumY += Math.floor(at / 4 / canvas.width);
        count += 1;
      }
      return count === 0 ? undefined : ([sumX / count / canvas.width - 0.5, sumY / count / canvas.height - 0.5] as const);
    });
  }, colours);
}

describe("Open other", () => {
  it("says what it is for, and refuses a file with the reason", async () => {
    await page.getByRole("link", { name: "Open other" }).click();
    await page.getByRole("heading", { name: "Open other" }).waitFor();
    await page.getByLabel("Path of a file or folder").fill(file("text.nii"));
    await page.getByRole("button", { name: "Open", exact: true }).click();
    await page.getByRole("alert").getByText("This is no kind of image that fileroom knows.").waitFor();
  });

  it("tells of each file what it says, and what it leaves open", async () => {
    await page.getByLabel("Path of a file or folder").fill(scratch.path("files"));
    await page.getByRole("button", { name: "Open", exact: true }).click();
    await page.waitForURL(/\/sessions\/[^/]+\/others$/);
    await image("ras.nii.gz").getByText("40 × 40 × 40").waitFor();
    expect(await image("ras.nii.gz").getByText("RAH").count()).toBe(1);
    expect(await image("ras.nii.gz").locator(".serious").count()).toBe(0);
    await image("nowhere.nii").getByText("no letters are shown, none are guessed").waitFor();
    await image("differ.nii").getByText("do not agree").waitFor();
    expect(await image("differ.nii").getByText("sform", { exact: true }).count()).toBe(1);
    const failed = page.locator(".others-failures");
    await failed.getByText("cut.nii").waitFor();
    await failed.getByText("The file ends before its image does.").waitFor();
  });

  it.each(["ras.nii.gz", "lps.nrrd"])("shows %s with the patient's left at the right hand", async (name) => {
    await open(name);
    await image(name).getByRole("link", { name: "View" }).click();
    await page.locator('.vp-stage[data-drawn="1"]').waitFor();
    for (let step = 2; step <= 20; step += 1) {
      await page.keyboard.press("ArrowDown");
      await page.locator(`.vp-stage[data-drawn="${step}"]`).waitFor();
    }
    expect(await letters()).toBe("A L P R"); // from the top, clockwise
    const [right, down] = await brightest();
    expect(right).toBeGreaterThan(0.05);
    expect(Math.abs(down)).toBeLessThan(0.05);
  });

  it("shows planes through it, with the marks where the letters say", async () => {
    await page.getByRole("button", { name: "Layout" }).click();
    await page.getByRole("menuitem", { name: "Three planes (MPR)" }).or(page.getByRole("menuitemradio", { name: "Three planes (MPR)" })).or(page.getByRole("menuitemcheckbox", { name: "Three planes (MPR)" })).click();
    await planesDrawn(page);
    expect(await greyAt(page, "axial", [46, 0, 0])).toBeGreaterThan(240); // at the left
    expect(await greyAt(page, "axial", [-46, 0, 0])).toBeLessThan(120);
    expect(await greyAt(page, "coronal", [46, 0, 0])).toBeGreaterThan(240);
    const front = await greyAt(page, "sagittal", [0, -50, 0]);
    expect(front).toBeGreaterThan(await greyAt(page, "sagittal", [0, 50, 0]));
  });

  it("shows what is older than DICOM, or has lost what a file of DICOM needs", async () => {
    await open("../old");
    await image("nema.ima").getByText("older than DICOM").waitFor();
    await image("numaris.ima").getByText("Siemens Numaris 3").waitFor();
    await keepPicture(page, "others-old");
    const list = page.url();
    for (const name of ["nema.ima", "numaris.ima", "bare", "nobody.dcm"] as const) {
      await image(name).getByRole("link", { name: "View" }).click();
      await page.locator('.vp-stage[data-drawn="1"]').waitFor();
      await keepPicture(page, `others-old-${name}`);
      await page.goto(list);
    }
    await page.goto("about:blank");
    const session = /\/sessions\/([^/]+)\//.exec(list)?.[1] ?? "";
    await page.request.delete(`${server.origin}/api/sessions/${session}`, { headers: { Authorization: `Bearer ${server.token}` } }); // a server has but sixteen
  });

  it("shows no letters where none are known", async () => {
    await open("nowhere.nii");
    await image("nowhere.nii").getByRole("link", { name: "View" }).click();
    await page.locator('.vp-stage[data-drawn="1"]').waitFor();
    expect((await letters()).trim()).toBe("");
  });

  it("lays a map of labels over another volume, each label in its colour and at its place", async () => {
    await open("lps.nrrd", "labels.nii.gz", "coarse.nii", "away.nii");
    await image("labels.nii.gz").getByText("map of labels").waitFor();
    await image("coarse.nii").getByText("It looks like a map of labels").waitFor();
    await image("labels.nii.gz").getByRole("button", { name: "Show over" }).click();
    await page.getByRole("menuitem", { name: "lps.nrrd" }).click();
    await page.locator('.vp-stage[data-drawn="1"]').waitFor();
    const panel = page.locator(".mk-panel");
    await panel.getByRole("listitem").nth(1).waitFor();
    expect(await panel.getByRole("listitem").allTextContents()).toEqual(["1", "2"]);
    for (let step = 2; step <= 20; step += 1) {
      await page.keyboard.press("ArrowDown");
      await page.locator(`.vp-stage[data-drawn="${step}"]`).waitFor();
    }
    await expect.poll(async () => (await painted(RED, GREEN)).every((at) => at !== undefined)).toBe(true);
    const [left, front] = await painted(RED, GREEN);
    expect(left?.[0]).toBeGreaterThan(0.2); // the patient's left is at the right hand
    expect(front?.[1]).toBeLessThan(-0.2);
    await panel.getByRole("listitem").nth(0).getByRole("checkbox").click();
    await expect.poll(async () => (await painted(RED, GREEN)).map((at) => at !== undefined)).toEqual([false, true]);
  });

  it("lays one on another grid as well, says that nobody knows whose it is, and refuses one that lies elsewhere", async () => {
    const panel = page.locator(".mk-panel");
    const row = (name: string) => panel.locator("section").filter({ hasText: name });
    await row("labels.nii.gz").getByRole("checkbox").first().click();
    await row("coarse.nii").getByRole("checkbox").first().click();
    await row("coarse.nii").getByText("Whether it is of the same scan is not known").waitFor();
    await expect.poll(async () => (await painted(RED, GREEN))[0]?.[0] ?? 0).toBeGreaterThan(0.2);
    await row("away.nii").getByRole("checkbox").first().click();
    await row("away.nii").getByText("It lies elsewhere in the patient").waitFor();
  });

  it("takes files that are dropped, and keeps none of them", async () => {
    await page.goto(`${server.origin}/others`);
    await page.setInputFiles('input[type="file"]', file("lps.nrrd"));
    await page.waitForURL(/\/sessions\/[^/]+\/others$/);
    await image("lps.nrrd").getByText("LPH").waitFor();
    await page.getByText("Nothing of this is kept.").waitFor();
    const kept = await page.evaluate(() => JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage)]));
    expect(kept).not.toContain("lps");
  });

  it("saves a series as NIfTI", async () => {
    await page.getByRole("link", { name: "To the list of series" }).click();
    await page.locator("#patients .grid-body").getByRole("row").first().click();
    const row = page.locator("#jacket").getByRole("row").filter({ hasText: "lps.nrrd" }).last();
    await row.hover();
    await row.getByRole("button", { name: "More actions" }).click();
    const download = page.waitForEvent("download");
    await page.getByRole("menuitem", { name: "Save as NIfTI" }).click();
    const saved = await download;
    expect(saved.suggestedFilename()).toBe("lps.nii.gz");
    const path = scratch.path("lps.nii.gz");
    await saved.saveAs(path);
    expect(readFileSync(path).subarray(0, 2)).toEqual(Buffer.from([0x1f, 0x8b]));
    await page.getByText("is ready").waitFor();
    await page.getByRole("dialog").getByRole("button", { name: "Close" }).last().click();
  });

  it("saves nothing when it is cancelled", async () => {
    await open("ras.nii.gz");
    const saved: string[] = [];
    page.on("download", (download) => saved.push(download.suggestedFilename()));
    await image("ras.nii.gz").getByRole("button", { name: "Save as" }).click();
    const dialog = page.getByRole("dialog");
    await stoppedByCancel(page, dialog, () => page.getByRole("menuitem", { name: "NRRD" }).click());
    await dialog.waitFor({ state: "detached" });
    expect(saved).toEqual([]);
  });

  it("saves what was opened as DICOM, which opens again as it was", async () => {
    await open("ras.nii.gz");
    await image("ras.nii.gz").getByRole("button", { name: "Save as" }).click();
    const [saved] = await Promise.all([page.waitForEvent("download"), page.getByRole("menuitem", { name: "DICOM" }).click()]);
    expect(saved.suggestedFilename()).toBe("ras.zip");
    await page.getByText("is ready").waitFor();
    await keepPicture(page, "others-saved");
    await page.getByRole("dialog").getByRole("button", { name: "Close" }).last().click();
    await saved.saveAs(scratch.path("files/ras.zip"));
    await open("ras.zip");
    await page.getByRole("link", { name: "View" }).click();
    await page.locator('.vp-stage[data-drawn="1"]').waitFor();
    expect(await letters()).toBe("A L P R");
  });

  it("keeps the paths of files only where that was switched on", async () => {
    await page.goto(`${server.origin}/others`);
    const keep = page.getByLabel("Keep the paths of the files that are opened here");
    expect(await keep.isChecked()).toBe(false);
    await keep.check();
    await page.getByText("Nothing yet.").waitFor();
    await open("ras.nii.gz");
    await page.goto(`${server.origin}/others`);
    await page.getByRole("button", { name: file("ras.nii.gz") }).click();
    await page.getByRole("heading", { name: "Opened files" }).waitFor();
    await page.goto(`${server.origin}/others`);
    await keepPicture(page, "others-recent");
    await page.getByRole("button", { name: "Forget these" }).click();
    await page.getByText("Nothing yet.").waitFor();
    await open("ras.nii.gz");
    await page.goto(`${server.origin}/others`);
    await page.getByRole("button", { name: file("ras.nii.gz") }).waitFor();
    await page.getByLabel("Keep the paths").uncheck();
    await expect.poll(() => page.getByRole("button", { name: file("ras.nii.gz") }).count()).toBe(0);
  });

  it("plays an MP4, as far as the browser knows what is in it", async () => {
    await open("clip.mp4");
    const video = page.locator("video");
    await video.waitFor();
    expect(await video.getAttribute("src")).toMatch(/\/sessions\/[^/]+\/api\/others\/videos\/0$/);
    // these boxes hold nothing to be shown: the browser has fetched them, and says so by its own error
    await expect.poll(() => video.evaluate((one) => (one instanceof HTMLVideoElement ? one.error?.code : 0))).toBe(4);
    await page.getByText("This browser cannot play what is in it.").waitFor();
    const part = await video.evaluate(async (one) => {
      const answer = await fetch(one.getAttribute("src") ?? "", { headers: { Range: "bytes=4-7" } });
      return [answer.status, await answer.text()];
    });
    expect(part).toEqual([206, "ftyp"]);
    await keepPicture(page, "others-video");
  });

  it("plays an MP4 of its own making, picture after picture", async () => {
    await open("lps.nrrd");
    await image("lps.nrrd").getByRole("link", { name: "View" }).click();
    await page.locator('.vp-stage[data-drawn="1"]').waitFor();
    await page.getByRole("button", { name: "Picture, film, surface" }).click();
    const [film] = await Promise.all([page.waitForEvent("download", { timeout: 60_000 }), page.getByRole("menuitem", { name: /Film of the images \(MP4\)/ }).click()]);
    await film.saveAs(file("film.mp4"));
    await open("film.mp4");
    const video = page.locator("video");
    await expect.poll(() => video.evaluate((one) => one instanceof HTMLVideoElement && one.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA)).toBe(true);
    const seen = await video.evaluate(async (one) => {
      if (!(one instanceof HTMLVideoElement)) throw new Error("no video");
      const pixels = (): Uint8ClampedArray => {
        const copy = new OffscreenCanvas(one.videoWidth, one.videoHeight);
        const context = copy.getContext("2d");
        context?.drawImage(one, 0, 0);
        return context?.getImageData(0, 0, one.videoWidth, one.videoHeight).data ?? new Uint8ClampedArray();
      };
      const first = pixels();
      one.muted = true;
      const over = new Promise((resolve) => { one.addEventListener("ended", resolve); });
      one.playbackRate = 4;
      await one.play();
      await over;
      one.currentTime = one.duration / 2;
      await new Promise((resolve) => { one.addEventListener("seeked", resolve, { once: true }); });
      const middle = pixels();
      return {
        error: one.error?.code,
        played: one.played.length > 0 && one.played.end(one.played.length - 1) / one.duration,
        brightest: middle.reduce((most, value, at) => (at % 4 === 3 ? most : Math.max(most, value)), 0),
        differ: middle.reduce((sum, value, at) => sum + (Math.abs(value - (first[at] ?? 0)) > 40 ? 1 : 0), 0),
      };
    });
    expect(seen.error).toBeUndefined();
    expect(seen.played).toBeGreaterThan(0.9);
    expect(seen.brightest).toBeGreaterThan(200); // the mark at the left side
    expect(seen.differ).toBeGreaterThan(1000); // the first image is empty, that in the middle is not
    await keepPicture(page, "others-film");
  });

  it("notices a file that changes while it is shown", async () => {
    await open("differ.nii");
    await image("differ.nii").getByRole("link", { name: "View" }).waitFor();
    writeFileSync(file("differ.nii"), "changed");
    await image("differ.nii").getByRole("link", { name: "View" }).click();
    await page.getByText(/has changed|could not|cannot/i).first().waitFor();
    complained(watched); // the refusals of its frames
  });
});
