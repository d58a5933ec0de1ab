import { readFileSync } from "node:fs";
import path from "node:path";

import { describe, expect, it } from "vitest";

import { LANGUAGES } from "./messages.ts";
import { pacs } from "./messages/pacs.ts";
import { PEER_TROUBLES, troubleOf } from "./troubles.ts";

describe("what is the matter with another node", () => {
  it("is what the server says", () => {
    const source = readFileSync(path.join(import.meta.dirname, "../../../src/fileroom/model/peers.py"), "utf8");
    const body = /class PeerTrouble\(StrEnum\):([\s\S]*?)\n\n\n/.exec(source)?.[1] ?? "";
    expect([...body.matchAll(/^ {4}[A-Z_]+ = "(\w+)"/gm)].map((match) => match[1])).toEqual([...PEER_TROUBLES]);
  });

  it.each(LANGUAGES)("has words in %s", (language) => {
    expect(PEER_TROUBLES.filter((one) => !(`trouble.${one}` in pacs[language]))).toEqual([]);
  });

  it("is not made up", () => {
    expect(troubleOf("no_such_code")).toBeUndefined();
  });
});
