import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { Pending } from "./pending.ts";

describe("what is done later", () => {
  let done: string[];
  let pending: Pending<string>;

  beforeEach(() => {
    vi.useFakeTimers();
    done = [];
    pending = new Pending(100, (what) => done.push(what));
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("is done once, after its time", () => {
    pending.later("one");
    vi.advanceTimersByTime(99);
    expect(done).toEqual([]);
    vi.advanceTimersByTime(1000);
    pending.now();
    expect(done).toEqual(["one"]);
  });

  it("is done before its time when there is no later, or something else comes", () => {
    pending.later("one");
    pending.later("two");
    expect(done).toEqual(["one"]);
    pending.now();
    vi.advanceTimersByTime(1000);
    expect(done).toEqual(["one", "two"]);
  });
});
