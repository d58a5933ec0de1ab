import { defineConfig } from "vitest/config";

/** Tests in a real Chromium against the real server: `npm run e2e`. The viewer must be built (`npm run build`). */
export default defineConfig({
  root: import.meta.dirname,
  test: {
    include: ["**/*.e2e.ts"],
    environment: "node",
    // one browser and one server at a time: these tests are about pixels and focus, not about load
    fileParallelism: false,
    // a machine that is shared may take several times what it takes alone
    testTimeout: 120_000,
    expect: { poll: { timeout: 15_000 } },
    hookTimeout: 180_000,
    reporters: ["verbose"],
  },
});
