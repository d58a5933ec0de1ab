import { readFileSync } from "node:fs";
import path from "node:path";

import { describe, expect, it } from "vitest";

import { scriptOf } from "./charsets.ts";

describe("the scripts of character sets", () => {
  it("are told of all that the server knows, but for the one of all scripts", () => {
    const source = readFileSync(path.join(import.meta.dirname, "../../../src/fileroom/model/rules.py"), "utf8");
    const listed = /CHARSETS: tuple\[str, \.\.\.\] = \(([\s\S]*?)\n\)/.exec(source)?.[1] ?? "";
    const known = [...listed.matchAll(/"([^"]+)"/g)].map((match) => match[1] ?? "");
    expect(known.length).toBeGreaterThan(20);
    expect(known.filter((name) => scriptOf(name) === undefined)).toEqual(["utf-8"]);
    expect(scriptOf("koi8-r")).toBe("Cyrl");
  });
});
