import { afterEach, describe, expect, it, vi } from "vitest";

import { arriveAt } from "../core/place.ts";
import * as api from "./api.ts";
import * as contents from "./contents.ts";
import { ApiError, isAbort, onSignedOut } from "./http.ts";
import { recall, remember } from "./storage.ts";

/** Answer the next request; what was asked is handed back. */
function answer(status: number, body: unknown, type = "application/json"): { asked: () => [string, RequestInit] } {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const fetch = vi.fn((_path: string, _init: RequestInit) =>
    Promise.resolve(new Response(status === 204 ? null : text, { status, headers: { "Content-Type": type } })),
  );
  vi.stubGlobal("fetch", fetch);
  return { asked: () => fetch.mock.calls[0] ?? ["", {}] };
}

const refused = async (what: Promise<unknown>): Promise<unknown> => what.then(() => undefined, (error: unknown) => error);

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("addresses", () => {
  it("say only what is asked, and encode it", async () => {
    const { asked } = answer(200, { items: [], total: 0, offset: 0 });
    await api.patients({ q: "rossi & c*", order: "-birth_date", offset: 200, limit: 200 });
    expect(asked()[0]).toBe("/api/patients?q=rossi+%26+c*&order=-birth_date&offset=200&limit=200");
    expect(api.queryString({ a: "", b: undefined, c: 0 })).toBe("?c=0");
    expect(api.queryString({})).toBe("");
  });

  it("of an entry cannot be broken out of", () => {
    expect(api.thumbnailUrl("../x")).toBe("/api/series/..%2Fx/thumbnail");
    expect(api.frameUrl("i1", 3)).toBe("/api/instances/i1/frames/3");
    expect(api.jobEventsUrl("a/b")).toBe("/api/jobs/a%2Fb/events");
  });
});

describe("what is kept or framed", () => {
  afterEach(() => {
    arriveAt("/");
  });

  it("is had from the session that is shown, as all else is", () => {
    expect([contents.fileUrl("i1"), contents.documentUrl("i1", true)]).toEqual(["/api/instances/i1/file", "/api/instances/i1/document?download=1"]);
    arriveAt("/sessions/s1/series/x");
    expect([contents.fileUrl("i1"), contents.documentUrl("i1")]).toEqual(["/sessions/s1/api/instances/i1/file", "/sessions/s1/api/instances/i1/document"]);
  });
});

describe("requests", () => {
  it("send JSON and unwrap the answer", async () => {
    const { asked } = answer(200, { removed: { studies: 1 } });
    expect(await api.remove(["p1"])).toEqual({ studies: 1 });
    const [path, init] = asked();
    expect([path, init.method, init.body]).toEqual(["/api/remove", "POST", '{"ids":["p1"]}']);
  });

  it("answered by nothing are fine where nothing is expected", async () => {
    answer(204, "");
    await expect(api.signIn("token")).resolves.toBeUndefined();
  });
});

describe("refusals", () => {
  it("carry the code and the words of the problem", async () => {
    answer(409, { title: "Busy", status: 409, detail: "another import is running", code: "busy" }, "application/problem+json");
    const error = await refused(api.startImport(["/x"], false));
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ code: "busy", status: 409, message: "another import is running" });
  });

  it("that are not ours are internal errors", async () => {
    answer(502, "<h1>Bad gateway</h1>", "text/html");
    expect(await refused(api.status())).toMatchObject({ code: "internal", status: 502 });
    answer(500, { code: "no such code", detail: 7 });
    expect(await refused(api.status())).toMatchObject({ code: "internal" });
  });

  it("for want of a sign-in are told to whoever listens", async () => {
    const heard = vi.fn();
    const stop = onSignedOut(heard);
    answer(401, { code: "unauthorized", detail: "" });
    expect(await refused(api.status())).toMatchObject({ code: "unauthorized" });
    expect(heard).toHaveBeenCalledOnce();
    stop();
    await refused(api.status());
    expect(heard).toHaveBeenCalledOnce();
  });

  it("by nobody at all are unreachable; a request given up is neither", async () => {
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("Failed to fetch")));
    expect(await refused(api.status())).toMatchObject({ code: "unreachable" });
    vi.stubGlobal("fetch", () => Promise.reject(new DOMException("given up", "AbortError")));
    expect(isAbort(await refused(api.status()))).toBe(true);
  });
});

describe("preferences", () => {
  it("come back when they are still allowed, and are forgotten when they are not", () => {
    remember("theme", "dark");
    expect(recall("theme", ["light", "dark"])).toBe("dark");
    expect(recall("theme", ["light"])).toBeUndefined();
    expect(recall("language", ["en"])).toBeUndefined();
  });

  it("are forgotten where storage is switched off", () => {
    vi.stubGlobal("localStorage", undefined);
    remember("theme", "dark");
    expect(recall("theme", ["dark"])).toBeUndefined();
  });
});
