import { defineConfig } from "vitest/config";

/** The pictures of the documentation, made from the demo archive, and some beside OHIF's: `npm run pictures`. */
export default defineConfig({
  root: import.meta.dirname,
  test: { include: ["pictures.ts", "../bench/beside.ts"], fileParallelism: false, environment: "node", testTimeout: 120_000, hookTimeout: 180_000, reporters: ["verbose"] },
});
