import { describe, expect, it, vi } from "vitest";

import type { Page } from "../../core/model.ts";
import { ApiError } from "../../io/http.ts";
import { Paged } from "./paged.ts";

interface Asked {
  readonly offset: number;
  readonly signal: AbortSignal;
  readonly answer: (page: Partial<Page<number>>) => void;
  readonly refuse: (error: unknown) => void;
}

/** A list whose questions are answered by hand. */
function byHand(size = 10) {
  const asked: Asked[] = [];
  const list = new Paged<number>(
    (offset, limit, signal) =>
      new Promise((resolve, reject) => {
        const items = Array.from({ length: limit }, (_, index) => offset + index);
        signal.addEventListener("abort", () => {
          reject(new DOMException("given up", "AbortError"));
        });
        asked.push({ offset, signal, refuse: reject, answer: (page) => { resolve({ items, total: 1000, offset, ...page }); } });
      }),
    { size, settle: 0 },
  );
  return { list, asked };
}

/** A list of 1000 numbers, the first page of which has come. */
async function loaded() {
  const { list, asked } = byHand();
  const first = list.reload();
  asked[0]?.answer({});
  await first;
  return { list, asked };
}

const asking = (asked: readonly Asked[], count: number) => vi.waitUntil(() => asked.length === count);

describe("a long list", () => {
  it("begins with its first page", async () => {
    const { list } = await loaded();
    expect([list.total.value, list.at(0), list.at(9), list.at(10)]).toEqual([1000, 0, 9, undefined]);
    expect(list.find((item) => item === 7)).toBe(7);
  });

  it("fetches what comes into view, and only that", async () => {
    const { list, asked } = await loaded();
    list.want({ first: 500, last: 515 });
    await asking(asked, 3);
    expect(asked.slice(1).map((one) => one.offset)).toEqual([500, 510]);
    asked.slice(1).forEach((one) => { one.answer({}); });
    await vi.waitUntil(() => list.at(515) !== undefined);
    list.want({ first: 505, last: 512 });
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(asked).toHaveLength(3);
  });

  it("does not wait for what has gone out of view", async () => {
    const { list, asked } = await loaded();
    list.want({ first: 500, last: 505 });
    await asking(asked, 2);
    list.want({ first: 700, last: 705 });
    await asking(asked, 3);
    expect(asked.map((one) => one.signal.aborted)).toEqual([false, true, false]);
    expect(list.problem.value).toBeUndefined();
  });

  it("keeps the old answer until the new one has come, and drops a question that was overtaken", async () => {
    const { list, asked } = await loaded();
    const overtaken = list.reload();
    const second = list.reload();
    expect([list.at(3), list.busy.value]).toEqual([3, true]);
    expect(asked[1]?.signal.aborted).toBe(true);
    asked[2]?.answer({ items: [42], total: 1 });
    await Promise.all([overtaken, second]);
    expect([list.at(0), list.at(3), list.total.value, list.busy.value]).toEqual([42, undefined, 1, false]);
  });

  it("stays where it is when it is looked at again", async () => {
    const { list, asked } = await loaded();
    list.want({ first: 500, last: 505 });
    await asking(asked, 2);
    asked[1]?.answer({});
    await vi.waitUntil(() => list.at(500) !== undefined);
    const again = list.refresh();
    expect(asked[2]?.offset).toBe(500);
    asked[2]?.answer({ total: 1001 });
    await again;
    expect([list.at(500), list.total.value]).toEqual([500, 1001]);
  });

  it("says what went wrong, and forgets it when it goes well again", async () => {
    const { list, asked } = byHand();
    const first = list.reload();
    asked[0]?.refuse(new ApiError("catalog", 500, "disk error"));
    await first;
    expect([list.problem.value?.code, list.total.value]).toEqual(["catalog", undefined]);
    const second = list.reload();
    asked[1]?.answer({});
    await second;
    expect([list.problem.value, list.total.value]).toEqual([undefined, 1000]);
  });
});
