/** Cornerstone, started once for all viewers of the page. */
import { cache, init, metaData, registerImageLoader, utilities } from "@cornerstonejs/core";
import { init as initDecoders } from "@cornerstonejs/dicom-image-loader";
import { init as initTools } from "@cornerstonejs/tools";

import { loadImage } from "./images.ts";
import { provideMetadata } from "./metadata.ts";
import { WORKERS } from "./native.ts";
import { addTools } from "./tools.ts";

/** Decoded images that are kept; the least recently used go first. A quarter of what the browser says the machine has. */
export const CACHE_BYTES = Math.min(2, Math.max(0.5, memoryGiB() / 4)) * 1024 ** 3;

/** Device memory is told in steps up to 8, and not by all browsers. */
function memoryGiB(): number {
  const { deviceMemory = 4 } = navigator as { deviceMemory?: number };
  return deviceMemory;
}

let started = false;

export function start(): void {
  if (started) return;
  started = true;
  utilities.logger.getRootLogger("cs3d").setLevel("error");
  // each viewport has an engine of its own, and a browser keeps sixteen contexts
  init({ rendering: { webGlContextCount: 1 }, debug: { statsOverlay: false } });
  initDecoders({ maxWebWorkers: WORKERS });
  initTools();
  addTools();
  cache.setMaxCacheSize(CACHE_BYTES);
  metaData.addProvider(provideMetadata, 10_000);
  registerImageLoader("fileroom", loadImage);
}
