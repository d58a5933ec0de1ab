/**
 * The tests in a real Chromium: `node e2e/run.js [FILE…]`.
 *
 * A browser aborts what is in flight when the machine's network changes, and is ended when memory is short: nothing that
 * a test can wait for. So a file that fails is run once more, whole, and has failed if it fails again; the end of the
 * output names every test that failed, the first time too, since a log is often kept by its last lines only.
 */
import path from "node:path";
import process from "node:process";

import { startVitest } from "vitest/node";

/** @typedef {{ file: string, told: string[] }} Failed */

/**
 * One run of the files that match; those that failed, with what their tests said.
 * @param {readonly string[]} filters
 * @returns {Promise<Failed[]>}
 */
async function once(filters) {
  const vitest = await startVitest("test", [...filters], { config: path.join(import.meta.dirname, "vitest.config.ts"), run: true, watch: false });
  const failed = vitest.state.getTestModules().filter((module) => !module.ok());
  const lost = vitest.state.getUnhandledErrors().map((error) => firstLines(error));
  await vitest.close();
  const all = failed.map((module) => ({
    file: path.relative(import.meta.dirname, module.moduleId),
    told: [
      ...module.errors().map(({ message }) => short(message)),
      ...[...module.children.allTests("failed")].map((test) => `${test.fullName}: ${short(test.result().errors?.[0]?.message ?? "")}`),
    ],
  }));
  return lost.length === 0 ? all : [...all, { file: "", told: lost }];
}

/** @param {unknown} error */
const firstLines = (error) => short(error instanceof Error ? error.message : String(error));
/** @param {string} text */
const short = (text) => text.slice(0, 400).replaceAll("\n", "\n      ");
/** @param {readonly Failed[]} failed */
const listed = (failed) => failed.map(({ file, told }) => `  ${file}\n${told.map((one) => `    ${one}\n`).join("")}`).join("");

const first = await once(process.argv.slice(2));
const files = first.map(({ file }) => file);
const again = files.length > 0 && !files.includes("") ? await once(files) : first;
process.exitCode = again.length > 0 ? 1 : 0;
if (first.length > 0) process.stderr.write(`Failed the first time:\n${listed(first)}`);
if (first.length > 0) process.stderr.write(again.length > 0 ? `Failed:\n${listed(again)}` : "All of them passed when their files were run once more.\n");
