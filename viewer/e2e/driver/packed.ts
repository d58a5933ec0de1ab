/** Packages of npm that tests look at and nothing is built with: too large, or too old, for package.json. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";

/** The folder of an unpacked package, fetched once into the user's cache; undefined when it cannot be had. */
export function packed(name: string, version: string): string | undefined {
  const cache = path.join(process.env["XDG_CACHE_HOME"] ?? path.join(homedir(), ".cache"), "fileroom-bench", `${path.basename(name)}-${version}`);
  const folder = path.join(cache, "package");
  if (existsSync(path.join(folder, "package.json"))) return folder;
  mkdirSync(cache, { recursive: true });
  if (spawnSync("npm", ["pack", `${name}@${version}`, "--silent"], { cwd: cache }).status !== 0) return undefined;
  const ball = readdirSync(cache).find((file) => file.endsWith(".tgz"));
  if (ball === undefined || spawnSync("tar", ["xzf", ball], { cwd: cache }).status !== 0) return undefined;
  return folder;
}

/** Say on the terminal that something was left out, so that nobody takes its absence for success. */
export function leftOut(what: string): void {
  process.stderr.write(`\n*** LEFT OUT: ${what}\n\n`);
}
