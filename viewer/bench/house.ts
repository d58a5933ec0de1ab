/** What the measures of a loaded series share: an archive of it, a server, a browser, and pages of our own on the server's origin. */
import { readFileSync } from "node:fs";
import { extname } from "node:path";

import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { build } from "vite";
import { expect } from "vitest";

import { fewerCodecs } from "../dev/codecs.ts";
import { launch } from "../e2e/driver/chromium.ts";
import { openPage, type Watched } from "../e2e/driver/page.ts";
import { fileroom, python, Scratch, type Server, serve } from "../e2e/driver/server.ts";

export const ROUNDS = Number(process.env["FILEROOM_ROUNDS"] ?? "5");
export const SLICES = process.env["FILEROOM_SLICES"] ?? "300";
/** What the long series is called. */
export const VOLUME = "volume";
/** Where pages of our own are, on the server's own origin: the same cookies, the same connections. */
const OWN = "/bench-own/";
const TYPES: Readonly<Record<string, string>> = { ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm" };

export interface House {
  readonly server: Server;
  readonly seriesId: string;
  /** A browser that knows nothing, but is signed in. */
  readonly page: (options?: BrowserContextOptions) => Promise<Watched>;
  /** The same, at a page of our own. */
  readonly own: (name: "floor" | "bare") => Promise<Page>;
}

export async function house(atEnd: (end: () => unknown) => void): Promise<House> {
  const scratch = new Scratch();
  atEnd(() => {
    scratch.remove();
  });
  python("viewer/bench/series.py", scratch.path("files"), SLICES);
  fileroom("import", scratch.path("files"), "--archive", scratch.path("archive"), "--json");
  await build({
    configFile: false,
    root: import.meta.dirname,
    base: OWN,
    logLevel: "error",
    plugins: [fewerCodecs()],
    worker: { format: "es", plugins: () => [fewerCodecs()] },
    build: {
      outDir: scratch.path("own"),
      target: "es2023",
      assetsInlineLimit: 0,
      chunkSizeWarningLimit: 6000,
      rolldownOptions: { input: ["floor", "bare"].map((name) => `${import.meta.dirname}/${name}.html`) },
    },
  });
  const server = await serve(["serve", "--archive", scratch.path("archive")]);
  atEnd(server.stop);
  const answer = await fetch(`${server.origin}/api/series?limit=10`, { headers: { Authorization: `Bearer ${server.token}` } });
  const { items } = (await answer.json()) as { readonly items: readonly { readonly id: string; readonly description: string }[] };
  const browser: Browser = await launch();
  atEnd(() => browser.close());
  const first = await openPage(browser);
  await first.page.goto(server.url);
  const cookies = await first.page.context().cookies();
  await first.page.context().close();
  const page = async (options: BrowserContextOptions = {}): Promise<Watched> => {
    const watched = await openPage(browser, options);
    await watched.page.context().addCookies(cookies);
    return watched;
  };
  const own = async (name: string): Promise<Page> => {
    const { page: opened } = await page();
    await opened.route(`${server.origin}${OWN}**`, (route) => {
      const path = new URL(route.request().url()).pathname.slice(OWN.length);
      return route.fulfill({ body: readFileSync(scratch.path("own", path)), contentType: TYPES[extname(path)] ?? "application/octet-stream" });
    });
    await opened.goto(`${server.origin}${OWN}${name}.html`);
    return opened;
  };
  return { server, seriesId: items.find(({ description }) => description === VOLUME)?.id ?? expect.fail("no volume"), page, own };
}
