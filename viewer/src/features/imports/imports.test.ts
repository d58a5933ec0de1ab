import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { type ImportJob, type ImportSummary, type Job, OUTCOMES, type Progress } from "../../core/model.ts";
import type { JobListener } from "../../io/events.ts";
import { ApiError } from "../../io/http.ts";
import { type ChooserApi, ChooserStore } from "./chooserStore.ts";
import { type ImportApi, ImportStore } from "./importStore.ts";

const zero = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as Record<(typeof OUTCOMES)[number], number>;
const summary: ImportSummary = {
  ...zero,
  ...{ import: 7, kind: "import", automatic: false, state: "done", files: 10, patients: 1, studies: 1, series: 2, instances: 8, bytes: 1, seconds: 1, roots: ["/x"], started: "", ended: "", who: "mario", message: "" },
  added: 8,
  unreadable: 2,
};
const progress = (series: number): Progress =>
  ({ phase: "reading", seen: 10, done: 5, read: 5, total: 10, patients: 1, studies: 1, series }) as Progress;
const job = (state: Job["state"]): ImportJob => ({ job: "j1", kind: "import", automatic: false, state, progress: progress(2), summary: state === "running" ? null : summary, message: "" });

function desk() {
  const listeners: JobListener[] = [];
  const api = {
    startImport: vi.fn<ImportApi["startImport"]>(() => Promise.resolve("j1")),
    jobs: vi.fn<ImportApi["jobs"]>(() => Promise.resolve([])),
    cancelJob: vi.fn<ImportApi["cancelJob"]>(() => Promise.resolve()),
    reasons: vi.fn<ImportApi["reasons"]>(() =>
      Promise.resolve([
        { outcome: "unreadable", reason: "truncated", files: 2 },
        { outcome: "added", reason: "new_instance", files: 9 },
      ]),
    ),
    ledger: vi.fn<ImportApi["ledger"]>((_id, { outcome }) =>
      Promise.resolve({ items: [{ path: "/x/a", outcome: outcome ?? "added", reason: "truncated", detail: "", size: 1 }], total: 2, offset: 0 }),
    ),
  };
  const heard = { onFound: vi.fn(), onEndUnseen: vi.fn() };
  const listen = vi.fn((_job: string, listener: JobListener) => {
    listeners.push(listener);
    return () => undefined;
  });
  const line = (): JobListener => listeners.at(-1) ?? expect.unreachable("nobody listens");
  return { api, heard, listen, line, store: new ImportStore({ api, listen, ...heard }) };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("an import", () => {
  it("is followed from its start to its summary, with the reasons of what was left out", async () => {
    const { store, api, heard, line } = desk();
    store.show();
    await store.start("/x");
    expect(api.startImport).toHaveBeenCalledWith(["/x"], false);
    line().onProgress(progress(1));
    expect(store.running.value?.progress?.series).toBe(1);
    line().onEnd(job("done"));
    await vi.waitUntil(() => store.ended.value !== undefined);
    expect(store.running.value).toBeUndefined();
    expect(api.ledger.mock.calls.map(([id, query]) => [id, query.outcome])).toEqual([[7, "unreadable"]]);
    expect(store.ended.value?.reasons).toEqual([{ outcome: "unreadable", reason: "truncated", count: 2, paths: ["/x/a"] }]);
    expect(heard.onFound).toHaveBeenCalled();
    expect(heard.onEndUnseen).not.toHaveBeenCalled();
  });

  it("copies when that was chosen, and asks again the next time", async () => {
    const { store, api } = desk();
    store.show();
    store.chooseCopy(true);
    await store.start("/x");
    expect(api.startImport).toHaveBeenCalledWith(["/x"], true);
    store.show();
    expect(store.copy.value).toBe(false);
  });

  it("goes on when its dialog is closed, and says so at its end", async () => {
    const { store, heard, line } = desk();
    store.show();
    await store.start("/x");
    store.hide();
    expect(store.running.value).toBeDefined();
    line().onEnd(job("done"));
    await vi.waitUntil(() => store.running.value === undefined);
    expect(heard.onEndUnseen).toHaveBeenCalledWith(summary);
    expect(store.ended.value).toBeUndefined();
  });

  it("has the list looked at again when something new was found, but not all the time", async () => {
    const { store, heard, line } = desk();
    vi.setSystemTime(0);
    await store.start("/x");
    vi.advanceTimersByTime(2000);
    line().onProgress(progress(1));
    line().onProgress(progress(2));
    expect(heard.onFound).toHaveBeenCalledOnce();
    vi.advanceTimersByTime(2000);
    line().onProgress(progress(1));
    expect(heard.onFound).toHaveBeenCalledOnce();
    line().onProgress(progress(3));
    expect(heard.onFound).toHaveBeenCalledTimes(2);
  });

  it("that is running already is taken up", async () => {
    const { store, api, listen } = desk();
    api.jobs.mockResolvedValue([job("done"), { ...job("running"), job: "j2" }]);
    await store.resume();
    expect(store.running.value?.job).toBe("j2");
    expect(listen.mock.calls[0]?.[0]).toBe("j2");
  });

  it("that cannot start because another one runs shows why, and that other one", async () => {
    const { store, api } = desk();
    api.startImport.mockRejectedValue(new ApiError("busy", 409, "another import is running"));
    api.jobs.mockResolvedValue([job("running")]);
    await store.start("/x");
    expect([store.problem.value?.code, store.running.value?.job]).toEqual(["busy", "j1"]);
  });

  it("that nobody asked for is told at its end, and is in nobody's way", async () => {
    const { store, api, heard } = desk();
    const pass = (id: string, state: ImportJob["state"]): ImportJob => ({ ...job(state), job: id, automatic: true });
    api.jobs.mockResolvedValue([pass("old", "done")]);
    await store.lookAround();
    await store.resume();
    expect(heard.onFound).not.toHaveBeenCalled(); // what was there when the page came is in its list
    api.jobs.mockResolvedValue([pass("new", "running"), pass("old", "done")]);
    await store.lookAround();
    await store.resume();
    expect(store.running.value).toBeUndefined();
    expect(heard.onFound).toHaveBeenCalledTimes(1);
    api.jobs.mockResolvedValue([pass("new", "done"), pass("old", "done")]);
    await store.lookAround();
    await store.lookAround();
    expect(heard.onFound).toHaveBeenCalledTimes(2);
    expect(heard.onEndUnseen).toHaveBeenCalledExactlyOnceWith(summary);
  });

  it("is stopped by asking, and says that it is stopping until it has", async () => {
    const { store, api } = desk();
    await store.start("/x");
    await store.stop();
    expect(api.cancelJob).toHaveBeenCalledWith("j1");
    expect(store.running.value?.stopping).toBe(true);
  });

  it("whose line broke is listened to again while it runs", async () => {
    const { store, api, line, listen } = desk();
    await store.start("/x");
    line().onLost();
    expect(store.running.value?.lost).toBe(true);
    api.jobs.mockRejectedValueOnce(new ApiError("unreachable", 0, ""));
    api.jobs.mockResolvedValue([job("running")]);
    await vi.advanceTimersByTimeAsync(4500);
    expect(listen).toHaveBeenCalledTimes(2);
    line().onProgress(progress(2));
    expect(store.running.value?.lost).toBe(false);
  });

  it("that ended while the line was broken is told all the same", async () => {
    const { store, api, line } = desk();
    store.show();
    await store.start("/x");
    line().onLost();
    api.jobs.mockResolvedValue([job("cancelled")]);
    await vi.advanceTimersByTimeAsync(2500);
    expect(store.ended.value?.job.state).toBe("cancelled");
  });
});

describe("the folder chooser", () => {
  const folder = (path: string) => ({ path, parent: "/", folders: [], files: 3, problem: null });
  const api = (): { [name in keyof ChooserApi]: ReturnType<typeof vi.fn<ChooserApi[name]>> } => ({
    places: vi.fn<ChooserApi["places"]>(() => Promise.resolve([{ name: "home", path: "/home", kind: "home" }])),
    folder: vi.fn<ChooserApi["folder"]>((path) => Promise.resolve(folder(path))),
  });

  it("begins at the first place, and asks for places once", async () => {
    const door = api();
    const store = new ChooserStore(door);
    await store.start();
    await store.start();
    expect([store.folder.value?.path, store.path, store.here]).toEqual(["/home", "/home", true]);
    expect(door.places).toHaveBeenCalledOnce();
  });

  it("leaves alone what was typed before the places had come", async () => {
    const door = api();
    const store = new ChooserStore(door);
    const started = store.start();
    store.type("/mnt/nas");
    await started;
    expect([store.path, door.folder.mock.calls]).toEqual(["/mnt/nas", []]);
  });

  it("leaves alone what was typed while a folder was on its way", async () => {
    const store = new ChooserStore(api());
    const going = store.go("/home");
    store.type("/mnt/nas");
    await going;
    expect([store.path, store.folder.value?.path]).toEqual(["/mnt/nas", "/home"]);
  });

  it("takes what is typed before what is in view", async () => {
    const store = new ChooserStore(api());
    await store.start();
    store.type(' "/mnt/nas" ');
    expect([store.path, store.here]).toEqual(["/mnt/nas", false]);
    store.type("");
    expect(store.path).toBe("/home");
  });

  it("says that a path cannot be looked into, and forgets it when another is typed", async () => {
    const door = api();
    const store = new ChooserStore(door);
    await store.start();
    door.folder.mockRejectedValue(new ApiError("not_found", 404, ""));
    await store.go("/nowhere");
    expect([store.problem.value?.code, store.folder.value?.path]).toEqual(["not_found", "/home"]);
    store.type("/x");
    expect(store.problem.value).toBeUndefined();
  });
});
