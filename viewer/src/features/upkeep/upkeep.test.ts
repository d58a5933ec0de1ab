import { describe, expect, it, vi } from "vitest";

import type { Job, RelinkReport } from "../../core/model.ts";
import type { JobListener } from "../../io/events.ts";
import { ApiError } from "../../io/http.ts";
import { RelinkStore } from "./relinkStore.ts";

const report = (id: number | null): RelinkReport => ({ id, files: 3, images: 3, series: 1, bytes: 900, moves: [], left: 0, still: [] });
const ended = (state: Job["state"], summary: RelinkReport | null, message = ""): Job =>
  ({ job: "j", kind: "relink", automatic: false, state, progress: { phase: "", seen: 0, done: 0, read: 0, total: null }, summary, message }) as unknown as Job;

function world() {
  const listeners: JobListener[] = [];
  const api = { relink: vi.fn(() => Promise.resolve("j")), undoImport: vi.fn(() => Promise.resolve({} as never)), cancelJob: vi.fn(() => Promise.resolve()) };
  const changed = vi.fn();
  const listen = (_job: string, listener: JobListener) => {
    listeners.push(listener);
    return () => undefined;
  };
  return { api, changed, listeners, store: new RelinkStore(api, listen, changed) };
}

describe("files that were moved", () => {
  it("are looked for, recorded only when one says so, and taken back", async () => {
    const { api, changed, listeners, store } = world();
    await store.look(" /new ");
    expect(api.relink).toHaveBeenLastCalledWith("/new", false);
    listeners[0]?.onEnd(ended("done", report(null)));
    expect(store.stage.value.at).toBe("found");
    expect(changed).not.toHaveBeenCalled();
    await store.follow();
    expect(api.relink).toHaveBeenLastCalledWith("/new", true);
    listeners[1]?.onEnd(ended("done", report(7)));
    expect(store.stage.value.at).toBe("followed");
    expect(changed).toHaveBeenCalledTimes(1);
    await store.undo();
    expect(api.undoImport).toHaveBeenCalledWith(7);
    expect([store.stage.value.at, changed.mock.calls.length]).toEqual(["undone", 2]);
  });

  it("are not looked for any more when the page is left", async () => {
    const { api, store } = world();
    await store.look("/new");
    store.leave();
    expect(api.cancelJob).toHaveBeenCalledWith("j");
    expect(store.stage.value.at).toBe("stopped");
  });

  it("are not looked for when the page was left before it had begun", async () => {
    const { api, listeners, store } = world();
    const looking = store.look("/new");
    store.leave();
    await looking;
    expect(api.cancelJob).toHaveBeenCalledWith("j");
    expect(listeners).toEqual([]);
  });

  it("say why when it failed", async () => {
    const { listeners, store } = world();
    await store.look("/new");
    listeners[0]?.onEnd(ended("failed", null, "the folder is gone"));
    expect(store.stage.value).toEqual({ at: "failed", error: new ApiError("internal", 0, "the folder is gone") });
  });
});
