/** Planes of a volume as they are drawn: where a place of the patient is on them, and what stands there. */
import type { Page } from "playwright-core";

export type Vec3 = readonly [number, number, number];
export type PlaneName = "axial" | "coronal" | "sagittal";

/** What a plane says it shows: the middle of its viewport, its directions, and millimetres from top to bottom. */
export interface Aim {
  readonly eye: Vec3;
  readonly right: Vec3;
  readonly down: Vec3;
  readonly height: number;
  readonly width: number;
  readonly pixels: number;
}

const dot = (a: Vec3, b: Vec3): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

/** Wait until all planes stand on the screen. */
export async function planesDrawn(page: Page, ...names: readonly (PlaneName | "solid")[]): Promise<void> {
  for (const name of names.length > 0 ? names : (["axial", "coronal", "sagittal"] as const)) await page.locator(`.vp-cell[data-cell="${name}"][data-drawn="true"]`).waitFor({ timeout: 60_000 });
  await settled(page);
}

/** What was asked for has been drawn: two frames later it is on the canvas. */
export async function settled(page: Page): Promise<void> {
  await page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        let left = 4;
        const next = (): void => {
          left -= 1;
          if (left === 0) resolve();
          else requestAnimationFrame(next);
        };
        requestAnimationFrame(next);
      }),
  );
}

export async function aimOf(page: Page, name: PlaneName): Promise<Aim> {
  return page.locator(`.vp-cell[data-cell="${name}"]`).evaluate((cell) => {
    const n = (cell.getAttribute("data-aim") ?? "").split(" ").map(Number);
    const canvas = cell.querySelector("canvas");
    const at = (from: number): [number, number, number] => [n[from] ?? NaN, n[from + 1] ?? NaN, n[from + 2] ?? NaN];
    return { eye: at(0), right: at(3), down: at(6), height: n[9] ?? NaN, width: canvas?.width ?? 0, pixels: canvas?.height ?? 0 };
  });
}

/** The pixel of the canvas on which a place of the patient is seen. */
export function pixelOf({ eye, right, down, height, width, pixels }: Aim, place: Vec3): readonly [number, number] {
  const from: Vec3 = [place[0] - eye[0], place[1] - eye[1], place[2] - eye[2]];
  const scale = pixels / height;
  return [width / 2 + dot(from, right) * scale, pixels / 2 + dot(from, down) * scale];
}

/** The greys of a plane, by rows. */
export async function greysOf(page: Page, name: PlaneName | "solid"): Promise<{ readonly width: number; readonly height: number; readonly greys: readonly number[] }> {
  return page.locator(`.vp-cell[data-cell="${name}"] canvas`).first().evaluate((canvas) => {
    if (!(canvas instanceof HTMLCanvasElement)) throw new Error("no canvas");
    const copy = new OffscreenCanvas(canvas.width, canvas.height);
    const context = copy.getContext("2d");
    context?.drawImage(canvas, 0, 0);
    const data = context?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
    const greys: number[] = [];
    for (let at = 0; at < data.length; at += 4) greys.push(Math.max(data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0));
    return { width: canvas.width, height: canvas.height, greys };
  });
}

/** The grey at a place of the patient. */
export async function greyAt(page: Page, name: PlaneName, place: Vec3): Promise<number> {
  const [x, y] = pixelOf(await aimOf(page, name), place);
  return page.locator(`.vp-cell[data-cell="${name}"] canvas`).first().evaluate((canvas, at) => {
    if (!(canvas instanceof HTMLCanvasElement)) throw new Error("no canvas");
    const copy = new OffscreenCanvas(1, 1);
    const context = copy.getContext("2d");
    context?.drawImage(canvas, -Math.floor(at[0]), -Math.floor(at[1]));
    return context?.getImageData(0, 0, 1, 1).data[0] ?? NaN;
  }, [x, y] as const);
}

/** Where on the page a place of the patient is seen. */
export async function spotOf(page: Page, name: PlaneName, place: Vec3): Promise<readonly [number, number]> {
  const box = await page.locator(`.vp-cell[data-cell="${name}"] .vp-plane`).boundingBox();
  const aim = await aimOf(page, name);
  const [x, y] = pixelOf(aim, place);
  return [(box?.x ?? 0) + (x * (box?.width ?? 0)) / aim.width, (box?.y ?? 0) + (y * (box?.height ?? 0)) / aim.pixels];
}
