import { readFileSync } from "node:fs";
import path from "node:path";

import { describe, expect, it } from "vitest";

import { DETAILS, OUTCOMES, REASONS } from "./model.ts";

/** The values of one enum of the server's own model. */
function valuesOf(name: string): string[] {
  const source = readFileSync(path.join(import.meta.dirname, "../../../src/fileroom/model/outcomes.py"), "utf8");
  const body = new RegExp(`class ${name}\\(StrEnum\\):([\\s\\S]*?)\\n\\n\\n`).exec(source)?.[1] ?? "";
  return [...body.matchAll(/^ {4}[A-Z_]+ = "(\w+)"/gm)].map((match) => match[1] ?? "");
}

describe("the nouns", () => {
  it("are those of the server", () => {
    expect(valuesOf("Outcome")).toEqual([...OUTCOMES]);
    expect(valuesOf("Reason")).toEqual([...REASONS]);
    expect(valuesOf("Detail")).toEqual([...DETAILS]);
  });
});
