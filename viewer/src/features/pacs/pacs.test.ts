import { describe, expect, it, vi } from "vitest";

import type { Elsewhere, FetchJob, Peer, Progress } from "../../core/model.ts";
import { ApiError } from "../../io/http.ts";
import { type PacsApi, PacsStore, presence } from "./pacsStore.ts";

const peer = (name: string): Peer => ({ name, kind: "dicomweb", title: "", host: "", port: 0, url: "http://x", calls: false, tls: false, secret: false, at: "" });
const study = (here: number, instances: number | null): Elsewhere => ({
  level: "study",
  study_instance_uid: "1.2",
  series_instance_uid: "",
  name: { alphabetic: "A^B", ideographic: "", phonetic: "" },
  patient_id: "",
  birth_date: "",
  sex: "",
  date: "",
  time: "",
  description: "",
  modalities: [],
  accession_number: "",
  number: null,
  instances,
  here,
});
const job = (state: FetchJob["state"], done = 0): FetchJob => ({
  job: "j",
  kind: "fetch",
  of: { peer: "b", study: "1.2", series: [] },
  state,
  progress: { done } as Progress,
  summary: state === "running" ? null : { state, done, failed: 1, had: 0 },
  message: "",
});

function desk() {
  const api = {
    peers: vi.fn<PacsApi["peers"]>(() => Promise.resolve([peer("a"), peer("b")])),
    askPeer: vi.fn<PacsApi["askPeer"]>(() => Promise.resolve({ items: [study(0, 3)], more: false, unasked: [] })),
    fetchFromPeer: vi.fn<PacsApi["fetchFromPeer"]>(() => Promise.resolve("j")),
    fetchJob: vi.fn<PacsApi["fetchJob"]>(() => Promise.resolve(job("done", 3))),
    jobs: vi.fn<PacsApi["jobs"]>(() => Promise.resolve([])),
    cancelJob: vi.fn<PacsApi["cancelJob"]>(() => Promise.resolve()),
    seriesAtPeer: vi.fn<PacsApi["seriesAtPeer"]>(() => Promise.resolve({ items: [{ ...study(1, 2), level: "series", series_instance_uid: "1.2.3" }], total: 1, offset: 0 })),
  };
  const changed = vi.fn();
  return { api, changed, store: new PacsStore(api, changed, () => Promise.resolve()) };
}

describe("other nodes", () => {
  it("are searched, the first of them unless another is chosen", async () => {
    const { store, api } = desk();
    await store.load();
    await store.search("rossi");
    expect(api.askPeer).toHaveBeenLastCalledWith("a", "rossi");
    store.choose("b");
    expect(store.asked.value).toBeUndefined();
    await store.search("rossi");
    expect(api.askPeer).toHaveBeenLastCalledWith("b", "rossi");
  });

  it("do not answer for one that was chosen meanwhile", async () => {
    const { store } = desk();
    await store.load();
    const late = store.search("rossi");
    store.choose("b");
    await late;
    expect([store.asked.value, store.searching.value]).toEqual([undefined, false]);
  });

  it("say what is the matter", async () => {
    const { store, api } = desk();
    await store.load();
    api.askPeer.mockRejectedValue(new ApiError("peer", 502, "nobody answers"));
    await store.search("x");
    expect([store.problem.value?.code, store.searching.value]).toEqual(["peer", false]);
  });
});

describe("a fetch", () => {
  it("tells what came, and looks again what is here", async () => {
    const { store, api, changed } = desk();
    await store.load();
    await store.search("rossi");
    await store.fetch(study(0, 3));
    expect(store.fetching.value).toMatchObject({ state: "done", done: 3, failed: 1 });
    expect([api.askPeer.mock.calls.length, changed.mock.calls.length]).toEqual([2, 1]);
  });

  it("is of one series, when that is wanted", async () => {
    const { store, api } = desk();
    await store.load();
    await store.search("rossi");
    await store.toggle("1.2");
    const told = store.opened.value.get("1.2");
    expect(told).toHaveLength(1);
    const [series] = told as readonly Elsewhere[];
    if (series === undefined) throw new Error("no series");
    await store.fetch(series);
    expect(api.fetchFromPeer).toHaveBeenLastCalledWith("a", "1.2", ["1.2.3"]);
    expect([store.fetching.value?.what, api.seriesAtPeer.mock.calls.length]).toEqual(["1.2.3", 2]);
    await store.toggle("1.2");
    expect(store.opened.value.has("1.2")).toBe(false);
  });

  it("is stopped, also before it has a name", async () => {
    const { store, api } = desk();
    await store.load();
    api.fetchJob.mockResolvedValue(job("cancelled", 1));
    const under = store.fetch(study(0, 3));
    await store.stop();
    await under;
    expect(api.cancelJob).toHaveBeenCalledWith("j");
    expect(store.fetching.value).toMatchObject({ state: "cancelled", done: 1 });
  });

  it("that cannot begin says so", async () => {
    const { store, api } = desk();
    await store.load();
    api.fetchFromPeer.mockRejectedValue(new ApiError("busy", 409, "A fetch is running already."));
    await store.fetch(study(0, 3));
    expect(store.fetching.value).toMatchObject({ state: "failed", problem: { code: "busy" } });
  });
});

describe("a fetch that another page began", () => {
  const under = (one: FetchJob) => [one] as unknown as Awaited<ReturnType<PacsApi["jobs"]>>;

  it("is found again, with its node, and can be stopped", async () => {
    const { store, api, changed } = desk();
    api.jobs.mockResolvedValue(under(job("running", 1)));
    let end = (_: FetchJob): void => undefined;
    api.fetchJob.mockReturnValue(new Promise((resolve) => (end = resolve)));
    await store.load();
    const followed = store.find();
    await vi.waitFor(() => {
      expect(api.fetchJob).toHaveBeenCalledWith("j");
    });
    expect([store.chosen.value, store.fetching.value?.what, store.lists("1.2")]).toEqual(["b", "1.2", false]);
    await store.stop();
    expect(api.cancelJob).toHaveBeenCalledWith("j");
    end(job("cancelled", 1));
    await followed;
    expect(store.fetching.value).toMatchObject({ state: "cancelled", done: 1 });
    expect(changed).toHaveBeenCalledOnce();
  });

  it("is none when it has ended, or nothing can be told", async () => {
    const { store, api } = desk();
    await store.load();
    api.jobs.mockResolvedValue(under(job("done", 1)));
    await store.find();
    api.jobs.mockRejectedValue(new ApiError("internal", 500, ""));
    await store.find();
    expect([store.fetching.value, store.chosen.value]).toEqual([undefined, "a"]);
  });
});

describe("what is here", () => {
  it.each([
    [0, 3, "none"],
    [1, 3, "part"],
    [3, 3, "all"],
    [4, 3, "all"],
    [2, null, "some"],
  ] as const)("of %i out of %o is %s", (here, instances, expected) => {
    expect(presence(study(here, instances))).toBe(expected);
  });
});
