import { defineConfig } from "vitest/config";

/** Measures of the viewer in a real Chromium, as ratios of one run: `npm run bench` (or `make bench-viewer`). */
export default defineConfig({
  root: import.meta.dirname,
  test: {
    include: ["**/*.measure.ts"],
    environment: "node",
    globalSetup: "./table.ts",
    fileParallelism: false,
    testTimeout: 900_000,
    hookTimeout: 600_000,
    reporters: ["verbose"],
  },
});
