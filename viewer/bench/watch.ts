/** When something is seen, told by the page itself: the same way for us and for the peer. */
import { appendFileSync } from "node:fs";

import type { Page } from "playwright-core";
import { inject } from "vitest";

import type { Row } from "./table.ts";

declare global {
  interface Window {
    pressedAt?: number;
  }
}

/** From now on the page remembers when it was pressed last. */
export async function rememberPresses(page: Page): Promise<void> {
  await page.evaluate(() => {
    for (const kind of ["pointerdown", "keydown"]) {
      window.addEventListener(
        kind,
        () => {
          window.pressedAt = performance.timeOrigin + performance.now();
        },
        { capture: true },
      );
    }
  });
}

/**
 * Milliseconds since the Unix epoch at which a canvas under `selector` first showed an image: the middle of it holds
 * different greys. Looked at once in every frame of the screen.
 */
export function imageSeen(page: Page, selector: string): Promise<number> {
  return page.evaluate(
    (wanted) =>
      new Promise<number>((resolve) => {
        const probe = new OffscreenCanvas(24, 24).getContext("2d", { willReadFrequently: true });
        const look = (): void => {
          for (const canvas of document.querySelectorAll<HTMLCanvasElement>(wanted)) {
            if (canvas.getClientRects().length === 0) continue; // on a page that is hidden
            if (canvas.width < 100 || canvas.height < 100 || probe === null) continue;
            probe.clearRect(0, 0, 24, 24);
            probe.drawImage(canvas, canvas.width / 4, canvas.height / 4, canvas.width / 2, canvas.height / 2, 0, 0, 24, 24);
            const { data } = probe.getImageData(0, 0, 24, 24);
            const greys = data.filter((_, place) => place % 4 === 0);
            if (Math.max(...greys) - Math.min(...greys) > 40) {
              resolve(performance.timeOrigin + performance.now());
              return;
            }
          }
          requestAnimationFrame(look);
        };
        look();
      }),
    selector,
  );
}

/** When the page was pressed last, on the same clock. */
export const pressed = (page: Page): Promise<number> => page.evaluate(() => window.pressedAt ?? 0);

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] ?? NaN) : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
}

/** One row of the table, as JSON; `must`: what the value may be at most. */
export function tell(measure: string, value: number, must: number, parts: Readonly<Record<string, number>>): void {
  const rounded = Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, Math.round(part * 100) / 100]));
  process.stdout.write(`${JSON.stringify({ measure, value: Math.round(value * 1000) / 1000, must, ...rounded })}\n`);
  appendFileSync(inject("table"), `${JSON.stringify({ measure, value, must } satisfies Row)}\n`);
}
