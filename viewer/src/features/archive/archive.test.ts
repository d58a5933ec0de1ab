import { describe, expect, it, vi } from "vitest";

import { makePatient, numberOf, seriesOfStudy, studiesOfPatient } from "../../../dev/mock-data.ts";
import type { Found, Hit, Patient, Status } from "../../core/model.ts";
import type { ArchiveApi } from "./archiveApi.ts";
import { ArchiveStore } from "./archiveStore.ts";
import { Deeds } from "./deeds.ts";

const whole = <T>(items: readonly T[]): Found<T> => ({ items, total: items.length, offset: 0, hits: [], instead: [], more: false });

/** An archive of `size` people that answers at once; words are looked for in the patient ID. */
function room(size = 1000) {
  const people = Array.from({ length: size }, (_, n) => makePatient(n + 1));
  const removed = new Set<string>();
  const list: ArchiveApi["patients"] = (query) => {
    const { q = "", order = "name", offset = 0, limit = 200 } = query ?? {};
    const found = people.filter((one) => !removed.has(one.id) && one.patient_id.includes(q));
    if (order.startsWith("-")) found.reverse();
    const items = found.slice(offset, offset + limit);
    const hits: Hit[][] = q === "" ? [] : items.map((one) => [{ field: "id", text: one.patient_id, spans: [] }]);
    return Promise.resolve({ ...whole(items), total: found.length, offset, hits, instead: q === "77I" ? [["77I", "771"]] : [], more: q === "7" });
  };
  const api = {
    patients: vi.fn(list),
    studies: vi.fn<ArchiveApi["studies"]>(({ patient = "" } = {}) => Promise.resolve(whole(studiesOfPatient(patient).filter((one) => !removed.has(one.id))))),
    series: vi.fn<ArchiveApi["series"]>(({ study = "" } = {}) => Promise.resolve(whole(seriesOfStudy(study).filter((one) => !removed.has(one.id))))),
    entry: vi.fn<ArchiveApi["entry"]>((id) => Promise.resolve({ level: "patient", entry: makePatient(numberOf(id)) })),
    status: vi.fn<ArchiveApi["status"]>(() => Promise.resolve({ patients: size } as Status)),
    labels: vi.fn<ArchiveApi["labels"]>(() => Promise.resolve([{ label: "urgent", entries: 2 }])),
    setNote: vi.fn<ArchiveApi["setNote"]>((id, note) => {
      people.forEach((one, index) => (people[index] = one.id === id ? { ...one, note } : one));
      return Promise.resolve();
    }),
    setLabels: vi.fn<ArchiveApi["setLabels"]>((id, labels) => {
      people.forEach((one, index) => (people[index] = one.id === id ? { ...one, labels } : one));
      return Promise.resolve();
    }),
    remove: vi.fn<ArchiveApi["remove"]>((ids) => {
      ids.forEach((id) => removed.add(id));
      return Promise.resolve({ studies: 0, series: 0, instances: 0, frames: 0, bytes: 0 });
    }),
    restore: vi.fn<ArchiveApi["restore"]>((ids) => {
      ids.forEach((id) => removed.delete(id));
      return Promise.resolve({ studies: 0, series: 0, instances: 0, frames: 0, bytes: 0 });
    }),
  };
  return { api, people, store: new ArchiveStore(api, { pause: 0, settle: 0 }) };
}

/** The same, looked at: the first patient's jacket is out and filled. */
async function entered(size?: number) {
  const all = room(size);
  await all.store.start();
  await filled(all.store);
  return all;
}

const filled = (store: ArchiveStore) => vi.waitUntil(() => store.jacket.studies.value !== undefined);
const idOf = (patient: Patient | undefined): string | undefined => patient?.id;

describe("the first look", () => {
  it("takes out the first jacket, its latest study open", async () => {
    const { store, people } = await entered();
    expect([store.cursor.value, idOf(store.patient.value)]).toEqual([0, people[0]?.id]);
    const latest = store.jacket.studies.value?.items[0];
    expect([...store.jacket.open.value]).toEqual([latest?.id]);
    expect(store.jacket.seriesOf(latest?.id ?? "")?.items.length).toBeGreaterThan(0);
  });

  it("takes out the jacket that the address names, though its row is not here", async () => {
    const { store } = room();
    const named = makePatient(777);
    await store.start(named.id);
    expect([idOf(store.patient.value), store.cursor.value]).toEqual([named.id, -1]);
  });

  it("of an empty room takes out nothing", async () => {
    const { store } = room(0);
    await store.start();
    expect([store.patients.total.value, store.patient.value, store.chosen()]).toEqual([0, undefined, undefined]);
  });
});

describe("an empty room", () => {
  it("takes out the first jacket when somebody comes in", async () => {
    const { store, people } = room(0);
    await store.start();
    people.push(makePatient(1));
    await store.refresh();
    expect([idOf(store.patient.value), store.cursor.value]).toEqual([people[0]?.id, 0]);
  });
});

describe("walking the list", () => {
  it("fetches only where one stops", async () => {
    const { store, api, people } = await entered();
    api.studies.mockClear();
    [1, 2, 3, 4].forEach((index) => { store.choose(index); });
    await filled(store);
    expect(api.studies).toHaveBeenCalledOnce();
    expect(idOf(store.patient.value)).toBe(people[4]?.id);
  });

  it("to a row that has not come yet chooses it when it comes", async () => {
    const { store, people } = await entered();
    store.choose(999);
    expect([store.cursor.value, idOf(store.patient.value)]).toEqual([999, people[0]?.id]);
    store.patients.want({ first: 990, last: 999 });
    await vi.waitUntil(() => store.patient.value?.id === people[999]?.id);
  });

  it("and opening at once waits for the jacket", async () => {
    const { store } = await entered();
    const go = vi.fn();
    const deeds = new Deeds(store, go, vi.fn());
    store.choose(3);
    expect(store.jacket.studies.value).toBeUndefined();
    deeds.open({ level: "patient" });
    await vi.waitUntil(() => go.mock.calls.length > 0);
    expect(go).toHaveBeenCalledWith({ page: "study", id: store.jacket.studies.value?.items[0]?.id });
  });

  it("and back finds a jacket as it was left", async () => {
    const { store } = await entered();
    const study = store.jacket.studies.value?.items[0]?.id ?? "";
    store.jacket.toggle(study);
    store.jacket.stand(study);
    store.choose(1);
    await filled(store);
    store.choose(0);
    await filled(store);
    expect([store.jacket.open.value.size, store.jacket.node.value]).toEqual([0, study]);
  });
});

describe("searching", () => {
  it("asks once for what was typed quickly, and shows the first that was found", async () => {
    const { store, api, people } = await entered();
    const sought = people.filter((one) => one.patient_id.includes("777"));
    api.patients.mockClear();
    ["7", "77", "777"].forEach((words) => { store.search(words); });
    await vi.waitUntil(() => store.answered.value === "777");
    expect(api.patients).toHaveBeenCalledOnce();
    expect([store.patients.total.value, idOf(store.patient.value)]).toEqual([sought.length, sought[0]?.id]);
  });

  it("keeps the jacket in hand when it is among those found", async () => {
    const { store, people } = await entered();
    const kept = people[5];
    store.choose(5);
    store.search(kept?.patient_id.slice(2) ?? "");
    await vi.waitUntil(() => store.answered.value !== "");
    expect(idOf(store.patient.value)).toBe(kept?.id);
    expect(idOf(store.patients.at(store.cursor.value))).toBe(kept?.id);
  });

  it("without a hit puts the jacket away", async () => {
    const { store } = await entered();
    store.search("nobody has this");
    await vi.waitUntil(() => store.answered.value !== "");
    expect([store.patients.total.value, store.patient.value, store.cursor.value]).toEqual([0, undefined, -1]);
  });
});

describe("the answer to a search", () => {
  it("comes with the best matches first, until another order is asked for", async () => {
    const { store, api } = await entered();
    const asked = () => api.patients.mock.lastCall?.[0]?.order;
    expect(asked()).toBeUndefined();
    await store.orderBy("-name");
    expect(asked()).toBe("-name");
    await store.orderBy(undefined);
    expect(asked()).toBeUndefined();
  });

  it("says why each was found, and what it is not", async () => {
    const { store, people } = await entered();
    expect(store.answer.value).toEqual({ instead: [], more: false });
    store.search("77I");
    await vi.waitUntil(() => store.answered.value === "77I");
    expect(store.answer.value.instead).toEqual([["77I", "771"]]);
    store.search("7");
    await vi.waitUntil(() => store.answered.value === "7");
    expect(store.answer.value).toEqual({ instead: [], more: true });
    const first = store.patients.at(0);
    expect(first === undefined ? [] : store.hitsOf(first)).toEqual([{ field: "id", text: first?.patient_id, spans: [] }]);
    expect(people[0] === undefined ? [] : store.hitsOf({ ...people[0] })).toEqual([]);
  });

  it("is narrowed by a drive and a state", async () => {
    const { store, api } = await entered();
    await store.filter({ drive: 3, state: "offline" });
    expect(api.patients.mock.lastCall?.[0]).toMatchObject({ drive: 3, state: "offline" });
    expect(store.unasked).toBe(false);
    await store.filter({ drive: undefined, state: undefined });
    expect(store.unasked).toBe(true);
  });
});

describe("a jacket that has what was searched for", () => {
  it("has the studies open in which it is", async () => {
    const { store, api, people } = room();
    const many = people.findIndex((one) => one.counts.studies > 3);
    await store.start();
    const sought = people[many];
    const [series] = seriesOfStudy(studiesOfPatient(sought?.id ?? "")[2]?.id ?? "");
    if (series === undefined) throw new Error("no series");
    api.series.mockImplementation(({ q, study = "" } = {}) =>
      Promise.resolve(q === undefined ? whole(seriesOfStudy(study)) : { ...whole([series]), hits: [[{ field: "description", text: series.description, spans: [[0, 2]] }]] }),
    );
    store.search(sought?.patient_id ?? "");
    await vi.waitUntil(() => store.patient.value?.id === sought?.id && store.jacket.studies.value !== undefined);
    expect([...store.jacket.open.value]).toEqual([series.study.id]);
    expect(store.jacket.found.value).toMatchObject({ first: series.id, hits: [{ text: series.description }] });
    store.search("");
    await vi.waitUntil(() => store.jacket.found.value.hits.length === 0);
  });
});

describe("another order", () => {
  it("keeps the jacket in hand, and the cursor follows it", async () => {
    const { store, people } = await entered(100);
    store.choose(3);
    await store.orderBy("-name");
    expect([idOf(store.patient.value), store.cursor.value]).toEqual([people[3]?.id, 96]);
  });
});

describe("the entry under the hand", () => {
  it("is the patient, the study or the series, as one goes in", async () => {
    const { store } = await entered();
    expect(store.chosen()?.level).toBe("patient");
    store.enter("jacket");
    expect(store.chosen()?.level).toBe("study");
    store.jacket.press("ArrowDown");
    expect(store.chosen()?.level).toBe("series");
    store.enter("patients");
    expect(store.chosen()?.level).toBe("patient");
  });
});

describe("what one says of an entry", () => {
  it("is shown once it is kept", async () => {
    const { store, people } = await entered();
    const id = people[0]?.id ?? "";
    await store.setNote(id, "call back");
    await store.setLabels(id, ["urgent"]);
    expect(store.patient.value).toMatchObject({ id, note: "call back", labels: ["urgent"] });
    expect(await store.labels()).toEqual(["urgent"]);
  });

  it("is shown though the row of the patient is not here", async () => {
    const { store, api } = room();
    const named = makePatient(777);
    await store.start(named.id);
    api.entry.mockResolvedValue({ level: "patient", entry: { ...named, note: "seen" } });
    await store.setNote(named.id, "seen");
    expect(store.patient.value?.note).toBe("seen");
  });
});

describe("removing", () => {
  it("of a patient goes on to the next one, and can be taken back", async () => {
    const { store, api, people } = await entered();
    store.choose(2);
    const takeBack = await store.remove(people[2]?.id ?? "");
    expect(api.remove).toHaveBeenCalledWith([people[2]?.id]);
    expect([store.patients.total.value, store.cursor.value, idOf(store.patient.value)]).toEqual([999, 2, people[3]?.id]);
    await takeBack();
    expect(api.restore).toHaveBeenCalledWith([people[2]?.id]);
    expect([store.patients.total.value, idOf(store.patient.value), store.cursor.value]).toEqual([1000, people[3]?.id, 3]);
  });

  it("of an open study that is taken back leaves it open", async () => {
    const { store } = await entered();
    const study = store.jacket.studies.value?.items[0]?.id ?? "";
    expect(store.jacket.open.value.has(study)).toBe(true);
    const takeBack = await store.remove(study);
    expect(store.jacket.nodes().some((one) => one.id === study)).toBe(false);
    await takeBack();
    expect(store.jacket.open.value.has(study)).toBe(true);
    expect(store.jacket.seriesOf(study)?.items).not.toHaveLength(0);
  });

  it("of a series leaves the patient in hand, and stands on nothing that is gone", async () => {
    const { store, people } = await entered();
    const study = store.jacket.studies.value?.items[0]?.id ?? "";
    const series = store.jacket.seriesOf(study)?.items ?? [];
    store.enter("jacket");
    store.jacket.stand(series[0]?.id);
    await store.remove(series[0]?.id ?? "");
    expect(store.jacket.seriesOf(study)?.items).toHaveLength(series.length - 1);
    expect([store.jacket.node.value, idOf(store.patient.value)]).toEqual([undefined, people[0]?.id]);
  });
});

describe("a jacket", () => {
  it("hides series made from others when asked, and one does not stand on them", async () => {
    const { store, people } = room(300);
    await store.start();
    const derived = (id: string) => studiesOfPatient(id).slice(0, 1).flatMap((one) => seriesOfStudy(one.id)).find((one) => !one.original);
    store.choose(people.findIndex((one) => derived(one.id) !== undefined));
    await filled(store);
    const one = derived(store.patient.value?.id ?? "");
    store.enter("jacket");
    store.jacket.stand(one?.id);
    expect(store.jacket.node.value).toBe(one?.id);
    store.jacket.setHideDerived(true);
    expect(store.jacket.shown(one?.study.id ?? "")?.every((series) => series.original && !series.reformatted)).toBe(true);
    expect([store.jacket.node.value, store.jacket.nodes().some((node) => node.id === one?.id)]).toEqual([undefined, false]);
  });

  it("closed over the series one stands on leaves one on its study", async () => {
    const { store } = await entered();
    const study = store.jacket.studies.value?.items[0]?.id ?? "";
    store.enter("jacket");
    store.jacket.press("ArrowDown");
    expect(store.jacket.node.value).not.toBe(study);
    store.jacket.toggle(study);
    expect(store.jacket.node.value).toBe(study);
  });

  it("fetches the series of a study when it is opened, once", async () => {
    const { store, api, people } = room();
    const many = people.findIndex((one) => one.counts.studies > 1);
    await store.start();
    store.choose(many);
    await filled(store);
    const second = store.jacket.studies.value?.items[1]?.id ?? "";
    api.series.mockClear();
    store.jacket.toggle(second);
    await vi.waitUntil(() => store.jacket.seriesOf(second) !== undefined);
    store.jacket.toggle(second);
    store.jacket.toggle(second);
    expect(api.series).toHaveBeenCalledOnce();
  });

  it("looks again when somebody else has written, and only then", async () => {
    const { api } = room();
    const store = new ArchiveStore(api, { settle: 0 });
    let revision = "1";
    api.status.mockImplementation(() => Promise.resolve({ patients: 1, revision } as Status));
    await store.start();
    const asked = api.patients.mock.calls.length;
    await store.lookAgain();
    expect(api.patients.mock.calls.length).toBe(asked);
    revision = "2";
    await store.lookAgain();
    expect(api.patients.mock.calls.length).toBeGreaterThan(asked);
  });
});
