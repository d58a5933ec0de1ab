import { describe, expect, it } from "vitest";

import { mainName, otherNames, showGroup } from "./names.ts";

const name = (alphabetic: string, ideographic = "", phonetic = "") => ({ alphabetic, ideographic, phonetic });

describe("a Person Name", () => {
  it("without the marks that turn the direction of what follows", () => {
    expect(mainName({ alphabetic: "evil\u202egpj.exe^\u2066Moshe\u2069", ideographic: "", phonetic: "" })).toBe("evilgpj.exe, Moshe");
  });

  it.each([
    ["ROSSI^Mario", "ROSSI, Mario"],
    ["Rossi^Mario^Luigi^Dott.^Jr", "Rossi, Mario Luigi, Dott., Jr"],
    ["ROSSI^^^", "ROSSI"],
    ["^Mario", "Mario"],
    [" ROSSI ^ Mario ", "ROSSI, Mario"],
    ["^^^^", ""],
    ["no carets", "no carets"],
    ["\u001b[2JEVIL^\u0000Eve", "[2JEVIL, Eve"],
  ])("%s is shown as %s", (group, expected) => {
    expect(showGroup(group)).toBe(expected);
  });

  // PS3.5 H.3.1, example 1
  it("has its ideographic and phonetic groups beside it", () => {
    const yamada = name("Yamada^Tarou", "山田^太郎", "やまだ^たろう");
    expect(mainName(yamada)).toBe("Yamada, Tarou");
    expect(otherNames(yamada)).toBe("山田 太郎 · やまだ たろう");
  });

  it("is known by another group when there is no alphabetic one, and is then not said twice", () => {
    expect(mainName(name("", "山田^太郎", "やまだ^たろう"))).toBe("山田 太郎");
    expect(otherNames(name("", "山田^太郎", "やまだ^たろう"))).toBe("やまだ たろう");
    expect(mainName(name(""))).toBe("");
  });
});
