import { describe, expect, it, vi } from "vitest";

import type { FetchJob } from "../../core/model.ts";
import { ApiError } from "../../io/http.ts";
import { type SendApi, Sending } from "./sending.ts";

const job = (state: FetchJob["state"]): FetchJob => ({
  job: "j",
  kind: "send",
  of: { peer: "b", ids: ["s-1"] },
  state,
  progress: { phase: "", done: 1, total: 2 } as unknown as FetchJob["progress"],
  summary: state === "running" ? null : { state, done: 2, failed: 0, had: 0 },
  message: "",
});

function desk() {
  const api = {
    cancelJob: vi.fn<SendApi["cancelJob"]>().mockResolvedValue(),
    fetchJob: vi.fn<SendApi["fetchJob"]>().mockResolvedValue(job("done")),
    jobs: vi.fn<SendApi["jobs"]>().mockResolvedValue([]),
    sendToPeer: vi.fn<SendApi["sendToPeer"]>().mockResolvedValue("j"),
  };
  return { api, one: new Sending(api, () => Promise.resolve()) };
}
const told = (one: FetchJob) => [one] as unknown as Awaited<ReturnType<SendApi["jobs"]>>;

describe("a sending", () => {
  it("is followed to its end, with what is sent and where it goes", async () => {
    const { api, one } = desk();
    await one.send("s-1", "CT of Anna", "b");
    expect(api.sendToPeer).toHaveBeenCalledWith("b", ["s-1"]);
    expect([one.name, one.to, one.exchange.now.value]).toMatchObject(["CT of Anna", "b", { what: "s-1", state: "done", done: 2 }]);
  });

  it("that another page began is found, and can be stopped", async () => {
    const { api, one } = desk();
    api.jobs.mockResolvedValue(told(job("running")));
    let end = (_: Awaited<ReturnType<SendApi["fetchJob"]>>): void => undefined;
    api.fetchJob.mockReturnValue(new Promise((resolve) => (end = resolve)));
    const found = one.find();
    await vi.waitFor(() => {
      expect(api.fetchJob).toHaveBeenCalledWith("j");
    });
    expect([one.name, one.to, one.exchange.now.value?.what]).toEqual(["", "b", "s-1"]);
    await one.send("s-2", "another", "c"); // one at a time
    expect(api.sendToPeer).not.toHaveBeenCalled();
    await one.exchange.stop();
    expect(api.cancelJob).toHaveBeenCalledWith("j");
    end(job("cancelled"));
    await found;
    expect(one.exchange.now.value).toMatchObject({ state: "cancelled", done: 2 });
  });

  it("is not found when it has ended, is a fetch, or nothing can be told", async () => {
    const { api, one } = desk();
    api.jobs.mockResolvedValueOnce(told(job("done"))).mockResolvedValueOnce(told({ ...job("running"), kind: "fetch" }));
    api.jobs.mockRejectedValueOnce(new ApiError("internal", 500, ""));
    await one.find();
    await one.find();
    await one.find();
    expect([one.exchange.now.value, api.fetchJob.mock.calls.length]).toEqual([undefined, 0]);
  });
});
