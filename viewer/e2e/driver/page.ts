/** A page that is watched: where it sends requests, and what it complains about. */
import path from "node:path";

import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { onTestFailed } from "vitest";

export interface Watched {
  readonly page: Page;
  /** Every address that was asked for over the network. */
  readonly asked: string[];
  /** Errors of the console and of scripts, and violations of the Content-Security-Policy. */
  readonly complaints: string[];
}

export async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<Watched> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: "en-GB", colorScheme: "light", ...options });
  context.setDefaultTimeout(15_000); // what has not come by then will not come: say so soon
  const asked: string[] = [];
  const complaints: string[] = [];
  // of the context, so that workers are heard too
  context.on("request", (request) => asked.push(request.url()));
  context.on("console", (message) => {
    if (message.type() === "error") complaints.push(`${message.text()} ${message.location().url}`.trim());
  });
  context.on("weberror", (error) => complaints.push(String(error.error())));
  await context.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      // eslint-disable-next-line no-console -- this is how the test hears of it
      console.error(`CSP: ${event.violatedDirective} ${event.blockedURI}`);
    });
  });
  return { page: await context.newPage(), asked, complaints };
}

/** Addresses that leave the machine: all but the server's own, and what never goes over the network. */
export function abroad(asked: readonly string[], origin: string): string[] {
  return asked.filter((address) => !address.startsWith(`${origin}/`) && !/^(data|blob|about):/.test(address));
}

/** What the page complained about since it was asked last: what one test found is not held against the next. */
export const complained = ({ complaints }: Watched): string[] => complaints.splice(0);

/** Leave a picture of the page behind when this test fails. */
export function pictureOnFailure(page: Page): void {
  onTestFailed(async ({ task }) => {
    const name = task.name.replace(/[^\p{L}\p{N}]+/gu, "-");
    await page.screenshot({ path: path.join(import.meta.dirname, "../../test-results", `${name}.png`) });
  });
}

/** `PICTURES=folder` keeps pictures of the pages, to be looked at. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  const folder = process.env["PICTURES"];
  if (folder !== undefined) await page.screenshot({ path: path.join(folder, `${name}.png`) });
}
