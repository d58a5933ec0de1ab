import { describe, expect, it, vi } from "vitest";

import type { CheckJob, CheckReport, Progress } from "../../core/model.ts";
import type { JobListener } from "../../io/events.ts";
import { ApiError } from "../../io/http.ts";
import { type CheckApi, CheckStore } from "./checkStore.ts";

const report: CheckReport = {
  ...{ id: 3, state: "done", started: "", read_data: false, sample: 1, files: 9, offline: 0, read: 0, first_read: 0, bytes: 0, seconds: 1 },
  counts: { missing: 150 },
};
const job = (state: CheckJob["state"], message = ""): CheckJob => ({ job: "j1", kind: "check", automatic: false, state, progress: {} as Progress, summary: state === "done" ? report : null, message });

function desk(last: CheckReport | null = null, running: readonly CheckJob[] = []) {
  const listeners: JobListener[] = [];
  const api = {
    startCheck: vi.fn<CheckApi["startCheck"]>(() => Promise.resolve("j1")),
    checks: vi.fn<CheckApi["checks"]>(() => Promise.resolve({ items: last === null ? [] : [last], total: 0, offset: 0 })),
    jobs: vi.fn<CheckApi["jobs"]>(() => Promise.resolve(running)),
    cancelJob: vi.fn<CheckApi["cancelJob"]>(() => Promise.resolve()),
    findings: vi.fn<CheckApi["findings"]>((_id, { trouble = "missing", offset = 0, limit = 0 }) =>
      Promise.resolve({
        items: Array.from({ length: Math.min(limit, 150 - offset) }, (_, n) => ({ trouble, path: `/${offset + n}`, entry: "", subject: null, detail: "", values: {} })),
        total: 150,
        offset,
      }),
    ),
  };
  const store = new CheckStore(api, (_job, listener) => {
    listeners.push(listener);
    return () => undefined;
  });
  return { api, store, line: () => listeners.at(-1) ?? expect.unreachable("nobody listens") };
}

describe("a check", () => {
  it("is followed from its start to its report, and its findings come as they are asked for", async () => {
    const { store, api, line } = desk();
    await store.load();
    expect(store.report.value).toBeNull();
    await store.start({ read_data: true, sample: 0.05 });
    expect(api.startCheck).toHaveBeenCalledWith({ read_data: true, sample: 0.05 });
    line().onProgress({ done: 4 } as Progress);
    expect(store.running.value?.progress?.done).toBe(4);
    line().onEnd(job("done"));
    expect([store.running.value, store.report.value]).toEqual([undefined, report]);
    await store.more("missing");
    await store.more("missing");
    expect(store.findings.value.get("missing")?.map((one) => one.path)).toEqual(Array.from({ length: 150 }, (_, n) => `/${n}`));
  });

  it("that runs already is taken up, and can be stopped", async () => {
    const { store, api } = desk(report, [job("running")]);
    await store.load();
    expect(store.running.value?.job).toBe("j1");
    await store.stop();
    expect(api.cancelJob).toHaveBeenCalledWith("j1");
    expect(store.running.value?.stopping).toBe(true);
  });

  it("that breaks off leaves the last report and says why", async () => {
    const { store, line } = desk(report);
    await store.load();
    await store.start({ read_data: false, sample: 1 });
    line().onEnd(job("failed", "the catalog cannot be used"));
    expect([store.report.value, store.failure.value]).toEqual([report, "the catalog cannot be used"]);
  });

  it("that cannot begin says why", async () => {
    const { store, api } = desk();
    api.startCheck.mockRejectedValue(new ApiError("unavailable", 503, "no"));
    await store.start({ read_data: false, sample: 1 });
    expect(store.problem.value?.code).toBe("unavailable");
  });
});
