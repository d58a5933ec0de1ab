/** A real Chromium: the one that is named, one that is installed, else the one that npm brings. */
import { existsSync } from "node:fs";

import bundled from "@sparticuz/chromium";
import { type Browser, chromium } from "playwright-core";

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

/** Start it; without WebGL as on a machine whose graphics are switched off. */
export async function launch({ webgl = true } = {}): Promise<Browser> {
  return chromium.launch({
    executablePath: await executable(),
    headless: true,
    // software WebGL, where there is no GPU; root (in containers) has no sandbox
    args: [...(webgl ? ["--enable-unsafe-swiftshader"] : ["--disable-3d-apis"]), ...(process.getuid?.() === 0 ? ["--no-sandbox"] : [])],
  });
}
