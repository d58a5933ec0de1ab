/** A real Chromium: the one that is named, one that is installed, else the one that npm brings. */
import { existsSync } from "node:fs";

import bundled from "@sparticuz/chromium";
import { type Browser, type BrowserContext, chromium } from "playwright-core";

const PLACES = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/microsoft-edge",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
  "C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe",
  "C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe",
];

async function executable(): Promise<string> {
  const named = process.env["CHROMIUM"];
  if (named !== undefined && named !== "") return named;
  return PLACES.find((path) => existsSync(path)) ?? (await bundled.executablePath());
}

/** Software WebGL, where there is no GPU; root (in containers) has no sandbox. */
const switches = (webgl: boolean): string[] => [
  webgl ? "--enable-unsafe-swiftshader" : "--disable-3d-apis",
  ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
];

/** Start it; without WebGL as on a machine whose graphics are switched off. */
export async function launch({ webgl = true } = {}): Promise<Browser> {
  return chromium.launch({ executablePath: await executable(), headless: true, args: switches(webgl) });
}

/** Start it as a person does: with a profile that stays on the disk, in `surroundings` of its own. */
export async function launchWithProfile(profile: string, surroundings: Readonly<Record<string, string>>): Promise<BrowserContext> {
  const given = Object.entries({ ...process.env, ...surroundings }).filter((one): one is [string, string] => one[1] !== undefined);
  return chromium.launchPersistentContext(profile, {
    executablePath: await executable(),
    headless: true,
    args: switches(true),
    env: Object.fromEntries(given),
    viewport: { width: 1280, height: 800 },
    locale: "en-GB",
  });
}
