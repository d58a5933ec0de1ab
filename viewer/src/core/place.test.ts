import { afterEach, describe, expect, it } from "vitest";

import { address, arriveAt, pathWithin, sessionHere } from "./place.ts";
import { parseRoute, routePath } from "./routes.ts";

afterEach(() => {
  arriveAt("/");
});

describe("the archive itself", () => {
  it("has its paths as they are", () => {
    arriveAt("/series/e1");
    expect(sessionHere()).toBeUndefined();
    expect(address("/api/status")).toBe("/api/status");
    expect(pathWithin("/series/e1")).toBe("/series/e1");
  });

  it("leaves the pages of sessions to the browser", () => {
    expect(parseRoute("/sessions/abc/").page).toBe("unknown");
    expect(parseRoute("/sessions/abc").page).toBe("unknown");
  });
});

describe("a session", () => {
  it("has the same pages and routes below an address of its own", () => {
    arriveAt("/sessions/a-B_1/study/s1");
    expect(sessionHere()).toBe("a-B_1");
    expect(address("/api/status")).toBe("/sessions/a-B_1/api/status");
    expect(address(address("/api/status"))).toBe("/sessions/a-B_1/api/status");
    expect(parseRoute("/sessions/a-B_1/study/s1")).toEqual({ page: "study", id: "s1" });
    expect(parseRoute("/sessions/a-B_1")).toEqual({ page: "archive" });
    expect(routePath({ page: "series", id: "e2" })).toBe("/sessions/a-B_1/series/e2");
  });

  it("knows what is of the server as a whole", () => {
    arriveAt("/sessions/a/");
    expect(address("/api/sessions/a")).toBe("/api/sessions/a");
    expect(address("/api/session")).toBe("/sessions/a/api/session");
    expect(parseRoute("/").page).toBe("unknown");
    expect(parseRoute("/sessions/ab/").page).toBe("unknown");
  });
});
