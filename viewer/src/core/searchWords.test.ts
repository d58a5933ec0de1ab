import { describe, expect, it } from "vitest";

import { daysOf, STRETCHES, stretchWord, withWord, wordOf } from "./searchWords.ts";

describe("a stretch of days", () => {
  it.each([
    ["2024-01-05..2024-02-01", ["2024-01-05", "2024-02-01"]],
    ["2024-01-05..", ["2024-01-05", ""]],
    ["..2024-02-01", ["", "2024-02-01"]],
    ["2024", ["", ""]],
    ["2024..2025", ["", ""]],
    [undefined, ["", ""]],
  ])("of %s has these days", (word, days) => {
    expect(daysOf(word)).toEqual(days);
  });
});

describe("the words of the search box", () => {
  it.each([
    ["rossi mod:CT", "mod", "CT"],
    ["modalità:MR rossi", "mod", "MR"],
    ['date:"2024"', "date", "2024"],
    ["data:2024..2025", "date", "2024..2025"],
    ["rossi", "mod", undefined],
    ["-mod:CT", "mod", undefined],
    ["model:Ingenia", "mod", undefined],
    ['"mod:CT"', "mod", undefined],
  ] as const)("%s: what is asked of a field", (words, field, wanted) => {
    expect(wordOf(words, field)).toBe(wanted);
  });

  it.each([
    ["", "mod", "CT", "mod:CT"],
    ['rossi modality:MR desc:"torace basale" -scout', "mod", "CT", 'rossi desc:"torace basale" -scout mod:CT'],
    ["rossi mod:CT", "mod", undefined, "rossi"],
    ["date:2024 12 marzo", "date", "2025", "12 marzo date:2025"],
  ] as const)("%s: written by a menu", (words, field, value, wanted) => {
    expect(withWord(words, field, value)).toBe(wanted);
  });

  it("say stretches of days", () => {
    const today = new Date(2026, 0, 3);
    expect(STRETCHES.map((one) => stretchWord(one, today))).toEqual(["2025-12-28..", "2025-12-05..", "2026", "2025", "2022.."]);
  });
});
