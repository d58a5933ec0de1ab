/** Real files of other programs, where the shared ones are: their geometry, flags, points in time and labels on the page. */
import { existsSync } from "node:fs";
import path from "node:path";

import type { Page } from "playwright-core";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { cleanup } from "./driver/cleanup.ts";
import { complained, keepPicture, pictureOnFailure, type Watched } from "./driver/page.ts";
import { greyAt, planesDrawn, type Vec3 } from "./driver/planes.ts";
import { python, REPOSITORY, Scratch, type Server } from "./driver/server.ts";
import { begin } from "./driver/stage.ts";

const SHARED = process.env["FILEROOM_TEST_DATA"] ?? path.join(REPOSITORY, "../shared/data");
const FORMATS = path.join(SHARED, "derived/formats");
const OTHER = path.join(SHARED, "other");

const PLACED = ["anat_nifti1.nii.gz", "anat_ASL.nii.gz", "anat_LAS.nii.gz", "anat_PIR.nii.gz", "anat_RPI.nii.gz", "anat_nifti2.nii", "anat_bigendian.nii", "anat.mha", "anat_gz.nrrd", "anat.mgz"] as const;

describe.skipIf(!existsSync(FORMATS))("files of other programs", () => {
  const atEnd = cleanup();
  const scratch = new Scratch();
  let server: Server;
  let watched: Watched;
  let page: Page;
  /** Of each of these, places of one slice from the least value to the greatest. */
  let known: readonly (readonly Vec3[])[];
  let opened = "";

  beforeAll(async () => {
    atEnd(() => {
      scratch.remove();
    });
    known = JSON.parse(python("viewer/e2e/others_real.py", ...PLACED.map((name) => path.join(FORMATS, name)))) as typeof known;
    ({ server, watched } = await begin(atEnd, scratch.path("archive")));
    page = watched.page;
    await page.goto(server.url);
  });
  beforeEach(() => {
    pictureOnFailure(page);
  });
  afterEach(async () => {
    expect(complained(watched)).toEqual([]);
    await page.goto("about:blank");
    await page.request.delete(`${server.origin}/api/sessions/${opened}`, { headers: { Authorization: `Bearer ${server.token}` } }); // a server has but sixteen
  });

  const image = (name: string) => page.locator(".others-image").filter({ has: page.getByText(name, { exact: true }) });

  async function open(...paths: readonly string[]): Promise<void> {
    const answer = await page.request.post(`${server.origin}/api/others`, { data: { paths }, headers: { Authorization: `Bearer ${server.token}` } });
    const said = (await answer.json()) as { page: string; session: string };
    opened = said.session;
    await page.goto(server.origin + said.page);
  }

  it.each(PLACED.map((name, number) => ({ name, number })))(
    "shows $name with each value at its place in the patient",
    async ({ name, number }) => {
      await open(path.join(FORMATS, name));
      await image(name).getByRole("link", { name: "View" }).click();
      await page.locator('.vp-stage[data-drawn="1"]').waitFor();
      const layout = page.getByRole("button", { name: "Layout" });
      await layout.click();
      await page.getByText("Three planes (MPR)", { exact: true }).click();
      await planesDrawn(page);
      for (const plane of ["axial", "coronal", "sagittal"] as const) {
        const at = page.locator(`.vp-cell[data-cell="${plane}"] .vp-letter`);
        expect((await at.allTextContents()).join(" "), plane).toBe({ axial: "A L P R", coronal: "H L F R", sagittal: "H P F A" }[plane]);
      }
      const greys: number[] = [];
      for (const place of known[number] ?? []) greys.push(await greyAt(page, "axial", place));
      // all of one slice, from the least value to the greatest: the window may be any, the order may not
      expect(greys).toEqual([...greys].sort((a, b) => a - b));
      expect((greys.at(-1) ?? 0) - (greys[0] ?? 0)).toBeGreaterThan(50);
    },
    60_000,
  );

  it("flags transforms that do not agree, and says which one is used", async () => {
    await open(path.join(FORMATS, "anat_sform_qform_differ.nii.gz"), path.join(FORMATS, "anat_no_orientation.nii.gz"), path.join(FORMATS, "anat_analyze75.hdr"));
    await image("anat_sform_qform_differ.nii.gz").getByText("do not agree").waitFor();
    expect(await image("anat_sform_qform_differ.nii.gz").getByText("sform", { exact: true }).count()).toBe(1);
    await image("anat_no_orientation.nii.gz").getByText("no letters are shown, none are guessed").waitFor();
    await image("anat_analyze75.hdr").getByText("does not say left from right").waitFor();
    await keepPicture(page, "others-flags");
    await image("anat_no_orientation.nii.gz").getByRole("link", { name: "View" }).click();
    await page.locator('.vp-stage[data-drawn="1"]').waitFor();
    expect((await page.locator(".vp-letter").allTextContents()).join("").trim()).toBe("");
  });

  it.each([
    { name: "example4d.nii.gz", times: 2 },
    { name: "functional.nii", times: 20 },
    { name: "minc2_4d.mnc", times: 2 },
    { name: "example4d+orig.HEAD", times: 3 },
    { name: "phantom_EPI_asc_CLEAR_2_1.PAR", times: 3 },
  ])("goes through the points in time of $name by a slider", async ({ name, times }) => {
    await open(path.join(OTHER, "nibabel", name));
    await image(name).getByRole("link", { name: "View" }).click();
    await page.locator('.vp-stage[data-drawn="1"]').waitFor();
    const slider = page.locator(".vp-phases").getByRole("slider");
    expect([await slider.getAttribute("min"), await slider.getAttribute("max"), await slider.inputValue()]).toEqual(["1", String(times), "1"]);
    await slider.fill(String(times));
    await expect.poll(() => slider.inputValue()).toBe(String(times));
    const slices = Number(await page.locator(".vp-scrubber").getByRole("slider").getAttribute("max"));
    expect(slices).toBeGreaterThan(1);
    await keepPicture(page, `others-4d-${name}`);
  });

  it("lays a map of labels over the volume that it belongs to", async () => {
    await open(path.join(FORMATS, "anat_nifti1.nii.gz"), path.join(FORMATS, "anat_label_uint8.nii.gz"));
    await image("anat_label_uint8.nii.gz").getByText("It looks like a map of labels").waitFor();
    await image("anat_label_uint8.nii.gz").getByRole("button", { name: "Show over" }).click();
    await page.getByRole("menuitem", { name: "anat_nifti1.nii.gz" }).click();
    await page.locator('.vp-stage[data-drawn="1"]').waitFor();
    await page.locator(".mk-panel").getByRole("listitem").first().waitFor();
    const painted = (): Promise<number> =>
      page.locator("canvas.mk-mask").first().evaluate((canvas) => {
        if (!(canvas instanceof HTMLCanvasElement)) throw new Error("no canvas");
        const data = canvas.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height).data ?? new Uint8ClampedArray();
        return data.reduce((sum, value, at) => sum + (at % 4 === 3 && value > 0 ? 1 : 0), 0);
      });
    for (let step = 2; step <= 12; step += 1) {
      await page.keyboard.press("ArrowDown");
      await page.locator(`.vp-stage[data-drawn="${step}"]`).waitFor();
    }
    await expect.poll(painted).toBeGreaterThan(100);
    await keepPicture(page, "others-labels");
  });
});
