/** Real masks over the images that they are of, pixel by pixel where the standard puts them. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";

import type { Page } from "playwright-core";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";

import { type Frame, framesOf } from "../src/core/frames.ts";
import type { SeriesImages } from "../src/core/model.ts";
import { stacksOf } from "../src/core/stacks.ts";
import { cleanup } from "./driver/cleanup.ts";
import { pictureOnFailure } from "./driver/page.ts";
import { fileroom, python, REPOSITORY, Scratch } from "./driver/server.ts";
import { begin, type Stage } from "./driver/stage.ts";

interface Mask {
  readonly name: string;
  readonly series: string;
  /** By image (of a slide by `image/frame`): how many pixels are out of the mask, then in it, then out … */
  readonly over: Readonly<Record<string, readonly number[]>>;
}

const SCANS = process.env["FILEROOM_SCANS"] ?? path.join(REPOSITORY, "../shared/data");
const FOLDERS = ["dicom/dcmqi", "dicom/highdicom", "media"].map((folder) => path.join(SCANS, folder));

const atEnd = cleanup();
const scratch = new Scratch();
let stage: Stage;
let page: Page;

async function told<T>(address: string): Promise<T> {
  const answer = await fetch(`${stage.server.origin}${address}`, { headers: { Authorization: `Bearer ${stage.server.token}` } });
  return (await answer.json()) as T;
}

/** What lies over the picture, as {@link Mask.over}, and how far its corner is from that of the picture; nothing before it is there. */
async function laid(): Promise<{ readonly runs: readonly number[]; readonly off: number } | undefined> {
  const seen = (await page.locator(".vp-stage[data-seen]").first().getAttribute("data-seen")) ?? "";
  return page
    .locator("canvas.mk-mask")
    .first()
    .evaluate((canvas, place) => {
      if (!(canvas instanceof HTMLCanvasElement)) throw new Error("no canvas");
      const data = canvas.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
      const runs = [0];
      for (let at = 3; at < data.length; at += 4) {
        if ((data[at] ?? 0) > 0 === (runs.length % 2 === 0)) runs[runs.length - 1] = (runs.at(-1) ?? 0) + 1;
        else runs.push(1);
      }
      const [a = NaN, b = NaN, c = NaN, d = NaN, e = NaN, f = NaN] = place;
      // the middle of the first pixel lies at 0, 0, and its corner half a pixel before
      const wanted = [a, b, c, d, e - (a + c) / 2, f - (b + d) / 2];
      const found = (/\((.*)\)/.exec(canvas.style.transform)?.[1] ?? "").split(",").map(Number);
      return { runs, off: Math.max(...wanted.map((one, index) => Math.abs(one - (found[index] ?? NaN)))) };
    }, seen.split(" ").slice(6).map(Number));
}

describe.skipIf(!FOLDERS.every((folder) => existsSync(folder)))("a real mask", () => {
  let masks: readonly Mask[];
  beforeAll(async () => {
    atEnd(() => {
      scratch.remove();
    });
    python("viewer/e2e/masks_truth.py", ...FOLDERS, scratch.path("truth.json"));
    masks = (JSON.parse(readFileSync(scratch.path("truth.json"), "utf8")) as readonly Mask[]).filter(({ over }) => Object.keys(over).length > 0);
    fileroom("import", ...FOLDERS, "--archive", scratch.path("archive"), "--json");
    stage = await begin(atEnd, scratch.path("archive"));
    ({ page } = stage.watched);
    await page.goto(stage.server.url);
  });

  beforeEach(() => {
    pictureOnFailure(page);
  });

  it("lies where the standard puts it, over each image", { timeout: 300_000 }, async () => {
    const { items } = await told<{ items: readonly { id: string; series_instance_uid: string }[] }>("/api/series?limit=1000");
    for (const mask of masks) {
      const { id } = items.find((one) => one.series_instance_uid === mask.series) ?? expect.fail(`no series of ${mask.name}`);
      await page.goto(`${stage.server.origin}/series/${id}`);
      await page.locator("canvas.mk-mask").first().waitFor({ state: "attached" });
      const base = (await page.locator(".vp-stage[data-series]").first().getAttribute("data-series")) ?? "";
      const [stack] = stacksOf(framesOf((await told<SeriesImages>(`/api/series/${base}/images`)).instances));
      const frames = stack?.frames ?? [];
      const nameOf = ({ image, number }: Frame): string => (image.frames > 1 ? `${image.sop_instance_uid}/${String(number)}` : image.sop_instance_uid);
      expect(frames.map(nameOf).sort(), mask.name).toEqual(Object.keys(mask.over).sort());
      // twice: what is still on its way on the first round has come by the second
      for (const index of [...frames.keys(), ...frames.keys()]) {
        await page.keyboard.press(index === 0 ? "Home" : "ArrowDown");
        const frame = frames[index] ?? expect.fail("no image");
        await page.locator(`.vp-stage[data-seen^="${frame.image.id} ${String(frame.number)} "]`).waitFor();
        await expect.poll(async () => (await laid())?.runs, { message: `${mask.name} over image ${String(index + 1)}` }).toEqual(mask.over[nameOf(frame)]);
        expect((await laid())?.off).toBeLessThan(0.02);
      }
    }
    const names = masks.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(["seg_image_ct_true_fractional.dcm", "seg_image_cr_binary.dcm", "seg_image_sm_control.dcm", "seg_image_sm_dots_tiled_full.dcm"]));
  });
});
