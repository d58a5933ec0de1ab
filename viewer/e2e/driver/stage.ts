/** What most files of tests begin with. */
import type { Browser } from "playwright-core";

import { launch } from "./chromium.ts";
import { openPage, type Watched } from "./page.ts";
import { serve, type Server } from "./server.ts";

export interface Stage {
  readonly server: Server;
  readonly browser: Browser;
  readonly watched: Watched;
}

/** A server over `archive`, and a page in a browser of its own; they end with the file's tests. */
export async function begin(atEnd: (end: () => unknown) => void, archive: string): Promise<Stage> {
  const server = await serve(["serve", "--archive", archive]);
  atEnd(server.stop);
  const browser = await launch();
  atEnd(() => browser.close());
  return { server, browser, watched: await openPage(browser) };
}
