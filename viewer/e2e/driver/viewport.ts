/** The viewer as a person sees it, and what must be seen. */
import { expect } from "vitest";
import type { Page } from "playwright-core";

/** What `world.py` tells of a series: the stored value (or colour) of each block of each frame. */
export interface Truth {
  readonly rows: number;
  readonly columns: number;
  readonly block: number;
  readonly frames: readonly (readonly (readonly (number | readonly number[])[])[])[];
  readonly slope: number;
  readonly intercept: number;
  readonly window: readonly [center: number, width: number];
  /** Where each image has its own. */
  readonly windows?: readonly (readonly [center: number, width: number])[];
  readonly spacing: readonly [row: number, column: number];
  readonly colour: boolean;
  readonly inverted?: boolean;
}

/** Wait until image `number` stands on the screen; of the series that the address names. */
export async function drawn(page: Page, number: number): Promise<void> {
  await page.waitForURL("**/series/*");
  const series = new URL(page.url()).pathname.split("/").at(-1) ?? "";
  await page.locator(`.vp-stage[data-series="${series}"][data-drawn="${number}"]`).waitFor();
  // one frame later the canvas has been composed, too
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
}

type Colour = readonly [number, number, number];

/** The window of PS3.3 C.11.2.1.2.1, written out here so that it is not the viewer's own. */
export function grey(value: number, [center, width]: readonly [number, number]): number {
  if (value <= center - 0.5 - (width - 1) / 2) return 0;
  if (value > center - 0.5 + (width - 1) / 2) return 255;
  return ((value - (center - 0.5)) / (width - 1) + 0.5) * 255;
}

/** What the blocks of a frame must look like. */
export function expected(truth: Truth, frame: number, window = truth.windows?.[frame] ?? truth.window): Colour[] {
  return (truth.frames[frame] ?? []).flat().map((value): Colour => {
    if (typeof value !== "number") return [value[0] ?? 0, value[1] ?? 0, value[2] ?? 0];
    const shown = grey(value * truth.slope + truth.intercept, window);
    const level = truth.inverted === true ? 255 - shown : shown;
    return [level, level, level];
  });
}

/** Where the middle of each block is on the page, when the image is fitted into its element with its true proportions. */
async function middles(page: Page, truth: Truth): Promise<{ x: number; y: number }[]> {
  const box = await page.locator(".vp-canvas").boundingBox();
  if (box === null) throw new Error("there is no image on the page");
  const [rowSpacing, columnSpacing] = truth.spacing;
  const scale = Math.min(box.width / (truth.columns * columnSpacing), box.height / (truth.rows * rowSpacing));
  const [width, height] = [truth.columns * columnSpacing * scale, truth.rows * rowSpacing * scale];
  const [left, top] = [box.x + (box.width - width) / 2, box.y + (box.height - height) / 2];
  const [across, down] = [truth.columns / truth.block, truth.rows / truth.block];
  return Array.from({ length: across * down }, (_, index) => ({
    x: left + ((index % across) + 0.5) * (width / across),
    y: top + (Math.floor(index / across) + 0.5) * (height / down),
  }));
}

/** The colours of the blocks, from a picture of the page as it is on the screen. */
export async function seen(page: Page, truth: Truth): Promise<Colour[]> {
  const corners = page.locator(".vp-corner");
  const hidden = (await corners.count()) > 0;
  if (hidden) await page.keyboard.press("c"); // the text in the corners lies over the image
  await corners.first().waitFor({ state: "detached" });
  const points = await middles(page, truth);
  const picture = await page.screenshot({ type: "png", scale: "css" });
  if (hidden) await page.keyboard.press("c");
  return readPixels(page, picture, points);
}

/** Pixels of a PNG; a browser is the best decoder at hand. Done in a page without a policy against data: addresses. */
export async function readPixels(page: Page, picture: Buffer, points: readonly { x: number; y: number }[]): Promise<Colour[]> {
  const blank = await page.context().newPage();
  try {
    return await blank.evaluate(
      async ([data, places]) => {
        const image = new Image();
        image.src = `data:image/png;base64,${data}`;
        await image.decode();
        const canvas = new OffscreenCanvas(image.width, image.height);
        const context = canvas.getContext("2d");
        context?.drawImage(image, 0, 0);
        return places.map(({ x, y }): [number, number, number] => {
          const [red = 0, green = 0, blue = 0] = context?.getImageData(Math.round(x), Math.round(y), 1, 1).data ?? [];
          return [red, green, blue];
        });
      },
      [picture.toString("base64"), points] as const,
    );
  } finally {
    await blank.close();
  }
}

/** How many blocks are further from what is expected than `tolerance` in any colour. */
export function wrong(found: readonly Colour[], wanted: readonly Colour[], tolerance = 2): number {
  if (found.length !== wanted.length) return Math.max(found.length, wanted.length);
  return found.filter((colour, index) => colour.some((part, place) => Math.abs(part - (wanted[index]?.[place] ?? 999)) > tolerance)).length;
}

/** The image on the screen is frame `frame`, and the test would have noticed if it were not. */
export async function expectFrame(page: Page, truth: Truth, frame: number): Promise<void> {
  const found = await seen(page, truth);
  const blocks = found.length;
  expect(blocks).toBe(((truth.rows / truth.block) * truth.columns) / truth.block);
  expect(wrong(found, expected(truth, frame))).toBe(0);
  // the same picture held against what it must not be
  const other = (frame + 1) % truth.frames.length;
  if (other !== frame) expect(wrong(found, expected(truth, other))).toBeGreaterThan(blocks / 2);
  const inverted = expected(truth, frame).map(([red, green, blue]): Colour => [255 - red, 255 - green, 255 - blue]);
  expect(wrong(found, inverted)).toBeGreaterThan(blocks / 2);
}
