import { describe, expect, it } from "vitest";

import type { Route } from "../core/routes.ts";
import { nextViewing, type Viewing } from "./viewing.ts";

const after = (...routes: readonly Route[]): Viewing | undefined =>
  routes.reduce<Viewing | undefined>((before, at) => nextViewing(before, at), undefined);

describe("the viewer", () => {
  it("is not there before something is opened", () => {
    expect(after({ page: "archive" })).toBeUndefined();
  });

  it("stays one while one goes from series to series in it", () => {
    expect(after({ page: "study", id: "s" }, { page: "series", id: "a" }, { page: "series", id: "b" })).toEqual({
      page: "series",
      id: "b",
      aside: false,
      visit: 1,
    });
  });

  it("stands aside for the lists, and is the same when the same series is opened again", () => {
    const aside = after({ page: "series", id: "a" }, { page: "archive" });
    expect(aside).toEqual({ page: "series", id: "a", aside: true, visit: 1 });
    expect(nextViewing(aside, { page: "series", id: "a" })).toEqual({ page: "series", id: "a", aside: false, visit: 1 });
  });

  it("is another one for another series", () => {
    expect(after({ page: "series", id: "a" }, { page: "archive" }, { page: "series", id: "b" })?.visit).toBe(2);
  });
});
