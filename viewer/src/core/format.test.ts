import { describe, expect, it } from "vitest";

import { formats, parseDate } from "./format.ts";
import { translator } from "./messages.ts";

const british = formats("en-GB", translator("en"));
const italian = formats("it", translator("it"));

describe("dates", () => {
  it.each([
    ["19620314", "14 Mar 1962", "14 mar 1962"],
    ["1962.03.14", "14 Mar 1962", "14 mar 1962"],
    ["00010101", "01 Jan 1", "01 gen 1"],
  ])("%s is %s, in Italian %s", (da, inEnglish, inItalian) => {
    expect(british.date(da)).toBe(inEnglish);
    expect(italian.date(da)).toBe(inItalian);
  });

  it.each(["", "***", "19620231", "1962", "1990/01/", "20241301"])("%j is no date, and is shown as it stands", (text) => {
    expect(parseDate(text)).toBeUndefined();
    expect(british.date(text)).toBe(text);
  });

  it.each([
    ["101530.500000", "10:15"],
    ["1015", "10:15"],
    ["10", "10:00"],
    ["10:15:30", "10:15"],
    ["", ""],
    ["late", "late"],
  ])("the time %j is %j", (tm, expected) => {
    expect(british.time(tm)).toBe(expected);
  });

  it("joins a date and a time, and says only what there is", () => {
    expect(british.dateTime("20240301", "0930")).toBe("01 Mar 2024, 09:30");
    expect(british.dateTime("20240301", "")).toBe("01 Mar 2024");
    expect(british.dateTime("", "")).toBe("");
  });
});

describe("sizes", () => {
  it.each([
    [0, "0 B"],
    [999, "999 B"],
    [1000, "1 kB"],
    [999_499, "999 kB"],
    [999_500, "1 MB"],
    [1_440_000, "1.44 MB"],
    [41_000_000_000_000, "41 TB"],
  ])("%i bytes are %s", (bytes, expected) => {
    expect(british.bytes(bytes).replace("\u00a0", " ")).toBe(expected);
  });

  it("have the comma of their language", () => {
    expect(italian.bytes(1_440_000)).toContain("1,44");
    expect(italian.length(0.703125)).toBe("0,7031");
  });
});

describe("durations", () => {
  it.each([
    [0, "0 s"],
    [0.4, "under 1 s"],
    [59.4, "59 s"],
    [59.6, "1 min 0 s"],
    [250, "4 min 10 s"],
    [3900, "1 h 5 min"],
    [-3, "0 s"],
  ])("%d seconds are %s", (seconds, expected) => {
    expect(british.duration(seconds)).toBe(expected);
  });
});
