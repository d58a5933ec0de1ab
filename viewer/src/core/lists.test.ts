import { describe, expect, it } from "vitest";

import { fitting } from "./columns.ts";
import { moveCursor } from "./gridKeys.ts";
import { toggleOrder } from "./order.ts";
import { PageCache, pagesOf } from "./paging.ts";

describe("pages", () => {
  it.each([
    [{ first: 0, last: 0 }, [0]],
    [{ first: 0, last: 199 }, [0]],
    [{ first: 190, last: 210 }, [0, 1]],
    [{ first: 99_990, last: 99_999 }, [499]],
  ])("that hold rows %j of 200 each are %j", (stretch, expected) => {
    expect(pagesOf(stretch, 200)).toEqual(expected);
  });

  it("say what they hold, and what is missing", () => {
    const cache = new PageCache<string>(2, 10);
    cache.put(1, ["c", "d"]);
    expect([0, 1, 2, 3, 4].map((index) => cache.at(index))).toEqual([undefined, undefined, "c", "d", undefined]);
    expect(cache.touch([0, 1, 2])).toEqual([0, 2]);
    expect(cache.find((item) => item === "d")).toBe(3);
    expect(cache.find((item) => item === "x")).toBeUndefined();
  });

  it("that were looked at longest ago are dropped first", () => {
    const cache = new PageCache<number>(1, 2);
    cache.put(0, [0]);
    cache.put(1, [1]);
    cache.touch([0]);
    cache.put(2, [2]);
    expect([0, 1, 2].map((page) => cache.has(page))).toEqual([true, false, true]);
  });
});

describe("the cursor of a list of 100", () => {
  it.each([
    ["ArrowDown", -1, 0],
    ["ArrowDown", 99, 99],
    ["ArrowUp", 0, 0],
    ["ArrowUp", -1, 99],
    ["PageDown", 5, 25],
    ["PageDown", 90, 99],
    ["PageUp", 5, 0],
    ["Home", 50, 0],
    ["End", 50, 99],
    ["x", 50, undefined],
  ])("goes on %s from %i to %j", (key, from, to) => {
    expect(moveCursor(key, from, 100, 20)).toBe(to);
  });

  it("has nowhere to go in an empty list", () => {
    expect(moveCursor("ArrowDown", -1, 0, 20)).toBeUndefined();
  });
});

describe("a click on a column's head", () => {
  it.each([
    ["name", "birth_date", false, "birth_date"],
    ["name", "name", false, "-name"],
    ["-name", "name", false, "name"],
    ["name", "last_study_date", true, "-last_study_date"],
  ])("when ordered by %s on %s", (order, field, descendingFirst, expected) => {
    expect(toggleOrder(order, field, descendingFirst)).toBe(expected);
  });
});

describe("columns", () => {
  const columns = [
    { key: "name", min: 200, spare: 0 },
    { key: "sex", min: 50, spare: 2 },
    { key: "id", min: 100, spare: 1 },
    { key: "born", min: 100, spare: 0 },
  ];
  it.each([
    [450, ["name", "sex", "id", "born"]],
    [449, ["name", "id", "born"]],
    [399, ["name", "born"]],
    [10, ["name", "born"]],
  ])("that fit into %i", (width, expected) => {
    expect(fitting(columns, width).map((column) => column.key)).toEqual(expected);
  });
});
