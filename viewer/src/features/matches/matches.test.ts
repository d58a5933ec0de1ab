import { describe, expect, it, vi } from "vitest";

import { makePatient } from "../../../dev/mock-data.ts";
import type { PatientRule, Verdict } from "../../core/model.ts";
import { ApiError } from "../../io/http.ts";
import { type MatchApi, MatchStore } from "./matchStore.ts";

const patients = [makePatient(1), makePatient(2)];
const rule = (id: number, verdict: Verdict): PatientRule => ({ id, verdict, first: patients[0] ?? null, second: null, said: ["a", "b"], at: "" });

function desk() {
  let said: readonly PatientRule[] = [rule(1, "different")];
  const api = {
    matches: vi.fn<MatchApi["matches"]>(() => Promise.resolve(said.length > 1 ? [] : [{ likeness: "same_id", patients }])),
    rules: vi.fn<MatchApi["rules"]>(() => Promise.resolve(said)),
    decide: vi.fn<MatchApi["decide"]>((verdict) => {
      said = [...said, rule(2, verdict), rule(3, verdict)];
      return Promise.resolve(said.slice(1));
    }),
    takeBackRule: vi.fn<MatchApi["takeBackRule"]>((id) => {
      said = said.filter((one) => one.id !== id);
      return Promise.resolve();
    }),
  };
  const changed = vi.fn();
  return { api, changed, store: new MatchStore(api, changed) };
}

describe("possible matches", () => {
  it("go when the user has said who they are, and come back when that is taken back", async () => {
    const { store, api, changed } = desk();
    await store.load();
    expect(store.matches.value).toHaveLength(1);
    const takeBack = await store.decide("same", ["b", "a"]);
    expect(api.decide).toHaveBeenCalledWith("same", ["b", "a"]);
    expect([store.matches.value, store.rules.value.map((one) => one.id)]).toEqual([[], [3, 2, 1]]);
    await takeBack();
    expect([store.matches.value?.length, store.rules.value.map((one) => one.id)]).toEqual([1, [1]]);
    expect(changed).toHaveBeenCalledTimes(2);
  });

  it("stay as they were when there is no answer", async () => {
    const { store, api } = desk();
    await store.load();
    api.matches.mockRejectedValue(new ApiError("unreachable", 0, ""));
    await store.load();
    expect([store.matches.value?.length, store.problem.value?.code]).toEqual([1, "unreachable"]);
  });
});
