import { describe, expect, it } from "vitest";

import { makeStudy } from "../../dev/mock-data.ts";
import { timeline } from "./timeline.ts";

const study = (id: string, date: string) => ({ ...makeStudy(64), id, date });
const marks = (...dates: readonly string[]) => timeline(dates.map((date, index) => study(String(index), date))).map((one) => [one.study.id, Math.round(one.at * 100)]);

describe("the studies along the years", () => {
  it("stand where their dates lie, the oldest first", () => {
    expect(marks("20240101", "20200101", "20220101")).toEqual([["1", 0], ["2", 50], ["0", 100]]);
  });

  it.each([[["20240101"]], [["20240101", "20240101"]], [["", "20240101", "19701332"]], [[]]])("%j are no line", (dates) => {
    expect(marks(...dates)).toEqual([]);
  });
});
