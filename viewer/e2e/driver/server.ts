/** The real server over an archive of the test's own, started and ended by the test. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

export const REPOSITORY = path.resolve(import.meta.dirname, "../../..");
const PYTHON = process.env["FILEROOM_PYTHON"] ?? path.join(REPOSITORY, ".venv/bin/python");

const ENVIRONMENT = {
  ...process.env,
  // a key of the test's own, in a file beside the catalog
  FILEROOM_KEYRING: "off",
  // works in a checkout that is not installed, too; the tests' own makers of DICOM files lie in the root
  PYTHONPATH: [path.join(REPOSITORY, "src"), REPOSITORY].join(path.delimiter),
};

/** A temporary folder that goes when the test is over. */
export class Scratch {
  readonly folder = mkdtempSync(path.join(tmpdir(), "fileroom-e2e-"));

  path(...parts: string[]): string {
    return path.join(this.folder, ...parts);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Run a Python program to its end; its output, or an error with what it complained about. */
export function python(...args: readonly string[]): string {
  const done = spawnSync(PYTHON, args, { cwd: REPOSITORY, env: ENVIRONMENT, encoding: "utf8" });
  if (done.status !== 0) throw new Error(`python ${args.join(" ")}: ${done.stderr || String(done.error)}`);
  return done.stdout;
}

export const fileroom = (...args: readonly string[]): string => python("-m", "fileroom", ...args);

export interface Server {
  /** The address with the one-time token. */
  readonly url: string;
  readonly origin: string;
  /** For programs. */
  readonly token: string;
  readonly stop: () => Promise<void>;
  /** As a power cut would end it. */
  readonly kill: () => void;
}

/** Start `fileroom serve` (or `demo`), in `surroundings` of its own, and wait until it says that it is ready. */
export async function serve(args: readonly string[], surroundings: Readonly<Record<string, string>> = {}): Promise<Server> {
  const index = path.join(REPOSITORY, "src/fileroom/web/static/index.html");
  if (!existsSync(index)) throw new Error("the viewer is not built: run `npm run build` (or `make test-browser`) first");
  const child = spawn(PYTHON, ["-m", "fileroom", ...args, "--port", "0", "--json"], {
    cwd: REPOSITORY,
    env: { ...ENVIRONMENT, ...surroundings },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const line = JSON.parse(await firstLine(child)) as { url: string; token: string };
  return {
    url: line.url,
    origin: new URL(line.url).origin,
    token: line.token,
    stop: () => stop(child),
    kill: () => child.kill("SIGKILL"),
  };
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    child.stdout?.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      const line = text.split("\n").find((one) => one.startsWith("{"));
      if (line !== undefined && text.includes("}\n")) resolve(line);
    });
    child.once("error", reject);
    child.once("exit", (code) => {
      reject(new Error(`the server ended before it was ready (${String(code)}): ${text}`));
    });
  });
}

function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once("exit", () => {
      resolve();
    });
    child.kill("SIGTERM");
  });
}
