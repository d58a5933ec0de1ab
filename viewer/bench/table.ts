/** All measures of a run, told once more at its end as one table. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    readonly table: string;
  }
}

export interface Row {
  readonly measure: string;
  readonly value: number;
  readonly must: number;
}

export default function begin(project: TestProject): () => void {
  const folder = mkdtempSync(path.join(tmpdir(), "fileroom-bench-"));
  const table = path.join(folder, "rows.jsonl");
  project.provide("table", table);
  return () => {
    let lines: string[] = [];
    try {
      lines = readFileSync(table, "utf8").trim().split("\n");
    } catch {
      // nothing was measured
    }
    const rows = lines.map((line) => JSON.parse(line) as Row);
    const wide = Math.max(0, ...rows.map(({ measure }) => measure.length));
    for (const { measure, value, must } of rows) {
      const verdict = value <= must ? "met" : "MISSED";
      process.stdout.write(`${measure.padEnd(wide)}  ${value.toFixed(2).padStart(9)}  <= ${String(must).padEnd(5)} ${verdict}\n`);
    }
    rmSync(folder, { recursive: true, force: true });
  };
}
