import { readFileSync } from "node:fs";
import http from "node:http";
import path from "node:path";

import { beforeAll, describe, expect, it } from "vitest";

import { launch } from "./driver/chromium.ts";
import { cleanup } from "./driver/cleanup.ts";
import { leftOut, packed } from "./driver/packed.ts";
import { openPage } from "./driver/page.ts";
import { Scratch, serve } from "./driver/server.ts";

/** The specs that npm's dicomweb-client carries, as they are but for the address of the server, run by Jasmine in a page of
 * another origin over an empty archive. */
const client = packed("dicomweb-client", "0.11.3");
const jasmine = packed("jasmine-core", "5.1.2");
if (client === undefined || jasmine === undefined) leftOut("npm's dicomweb-client and its specs (npm pack): they were not run");

/** Where they believe their server, and the files they send, to be. */
const THEIR_SERVER = "http://localhost:8008/dcm4chee-arc/aets/DCM4CHEE/rs";
const THEIR_FILES = "http://localhost:9876/base";
const SPECS = 11;

interface Told {
  readonly name: string;
  readonly status: string;
  readonly why: readonly string[];
}

const atEnd = cleanup();
const scratch = new Scratch();
let told: readonly Told[] = [];

/** Runs in the page, after Jasmine and before the specs. */
const REPORT = `
  const told = [];
  jasmine.getEnv().addReporter({
    specDone: (spec) => told.push({ name: spec.fullName, status: spec.status, why: spec.failedExpectations.map((one) => one.message) }),
    jasmineDone: () => { window.told = told; },
  });
`;

describe.skipIf(client === undefined || jasmine === undefined)("npm's dicomweb-client", () => {
  beforeAll(async () => {
    atEnd(() => {
      scratch.remove();
    });
    const files = new Map<string, string>();
    const pages = http.createServer((request, response) => {
      const asked = new URL(request.url ?? "/", "http://localhost").pathname;
      const made = files.get(asked);
      if (made !== undefined) response.writeHead(200, { "content-type": asked.endsWith(".js") ? "text/javascript" : "text/html" }).end(made);
      else if (asked.startsWith("/testData/")) response.writeHead(200).end(readFileSync(path.join(client ?? "", "testData", path.basename(asked))));
      else response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => pages.listen(0, "127.0.0.1", resolve));
    atEnd(() => {
      pages.close();
      pages.closeAllConnections();
    });
    const address = pages.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    const origin = `http://127.0.0.1:${address.port}`;
    const server = await serve(["serve", "--archive", scratch.path("archive"), "--no-auth", "--allow-origin", origin]);
    atEnd(server.stop);

    const of = (folder: string | undefined, ...parts: readonly string[]): string => readFileSync(path.join(folder ?? "", ...parts), "utf8");
    files.set("/jasmine.js", of(jasmine, "lib/jasmine-core/jasmine.js"));
    files.set("/html.js", of(jasmine, "lib/jasmine-core/jasmine-html.js"));
    files.set("/boot.js", of(jasmine, "lib/jasmine-core/boot0.js"));
    files.set("/report.js", REPORT);
    files.set("/client.js", of(client, "build/dicomweb-client.js"));
    files.set("/specs.js", of(client, "test/test.js").replaceAll(THEIR_SERVER, `${server.origin}/dicomweb`).replaceAll(THEIR_FILES, origin));
    const scripts = ["jasmine", "html", "boot", "report", "client", "specs"].map((name) => `<script src="/${name}.js"></script>`).join("");
    files.set("/", `<!doctype html><title>specs</title>${scripts}`);

    const browser = await launch();
    atEnd(() => browser.close());
    const { page } = await openPage(browser);
    await page.goto(origin);
    await page.evaluate("void jasmine.getEnv().execute()");
    await page.waitForFunction("window.told !== undefined", undefined, { timeout: 120_000 });
    told = await page.evaluate<readonly Told[]>("window.told");
  });

  it("runs all specs that it has", () => {
    expect(told).toHaveLength(SPECS);
  });

  it("passes them over our server", () => {
    expect(told.filter((one) => one.status !== "passed")).toEqual([]);
  });
});
