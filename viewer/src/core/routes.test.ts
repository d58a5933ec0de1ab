import { describe, expect, it } from "vitest";

import { parseRoute, routePath } from "./routes.ts";
import { tokenOf } from "./session.ts";

describe("addresses", () => {
  it.each([
    ["/", { page: "archive" }],
    ["/patient/p1", { page: "archive", entry: "p1" }],
    ["/study/s1", { page: "study", id: "s1" }],
    ["/series/e%2F1", { page: "series", id: "e/1" }],
    ["/imports", { page: "imports" }],
    ["/folders", { page: "folders" }],
    ["/matches", { page: "matches" }],
    ["/imports/12", { page: "ledger", id: 12 }],
    ["/check", { page: "check" }],
    ["/upkeep", { page: "upkeep" }],
  ] as const)("%s both ways", (path, route) => {
    expect(parseRoute(path)).toEqual(route);
    expect(routePath(route)).toBe(path);
  });

  it.each(["/nothing", "/imports/x", "/folders/1", "/matches/1", "/series/1/2", "/study"])("%s is no page", (path) => {
    expect(parseRoute(path)).toEqual({ page: "unknown", path });
  });

  it("with a lone per cent sign are taken as they stand", () => {
    expect(parseRoute("/series/100%")).toEqual({ page: "series", id: "100%" });
  });
});

describe("a token", () => {
  it.each([
    ["abc-123_X", "abc-123_X"],
    ["  abc \n", "abc"],
    ["http://127.0.0.1:8042/?token=abc", "abc"],
    ["http://127.0.0.1:8042/?x=1&token=abc#there", "abc"],
    ["", ""],
  ])("in %j is %j", (typed, expected) => {
    expect(tokenOf(typed)).toBe(expected);
  });
});
