import { configDefaults, defineConfig } from "vitest/config";

import { fewerCodecs } from "./dev/codecs.ts";
import { mockServer } from "./dev/mock.ts";
import { firstLoad } from "./dev/size.ts";

/** Where `fileroom serve` listens while one works on the pages: `FILEROOM_URL=http://127.0.0.1:8177 npm run dev`. */
const server = process.env["FILEROOM_URL"] ?? "http://127.0.0.1:8177";

/** What a person waits for before the archive page can be used, gzipped. The viewport is not part of it. */
const FIRST_LOAD_LIMIT = 80 * 1024;

export default defineConfig(({ mode }) => ({
  plugins: [fewerCodecs(), firstLoad(FIRST_LOAD_LIMIT), ...(mode === "mock" ? [mockServer()] : [])],
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  server: {
    host: "127.0.0.1",
    proxy: mode === "mock" ? {} : { "/api": server, "/dicomweb": server },
  },
  preview: { host: "127.0.0.1" },
  build: {
    outDir: "../src/fileroom/web/static",
    emptyOutDir: true,
    target: "es2023",
    // the viewport's chunk is large by nature and loaded only when a series opens; the first load has a limit of its own
    chunkSizeWarningLimit: 6000,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  // the decoders start their own workers, as modules (Content-Security-Policy: worker-src 'self')
  worker: { format: "es", plugins: () => [fewerCodecs()] },
  // pre-bundling would break the decoders' own worker and WASM addresses
  optimizeDeps: { exclude: ["@cornerstonejs/dicom-image-loader"], include: ["dicom-parser", "events", "url"] },
  test: {
    environment: "happy-dom",
    include: ["{src,lint,dev}/**/*.test.{ts,tsx}"],
    exclude: [...configDefaults.exclude, "e2e/**"],
  },
}));
