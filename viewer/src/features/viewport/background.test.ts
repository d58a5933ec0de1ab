import { describe, expect, it } from "vitest";

import { Background, Load } from "./background.ts";

/** A loader whose loads end when the test says so. */
function loader() {
  const asked: number[] = [];
  const waiting = new Map<number, { done: () => void; failed: () => void }>();
  let states: number[] = [];
  let idle = 0;
  const background = new Background({
    parallel: 2,
    load: (index) => {
      asked.push(index);
      return new Promise<void>((resolve, reject) => {
        waiting.set(index, {
          done: resolve,
          failed: () => {
            reject(new Error("no"));
          },
        });
      });
    },
    onChange: (now) => {
      states = [...now];
    },
    onIdle: () => {
      idle += 1;
    },
  });
  const end = async (index: number, how: "done" | "failed" = "done"): Promise<void> => {
    waiting.get(index)?.[how]();
    await new Promise((resolve) => setTimeout(resolve));
  };
  return { background, asked, end, states: () => states, idle: () => idle };
}

describe("Background", () => {
  it("loads nearest first, so many at a time", async () => {
    const { background, asked, end } = loader();
    background.hold(6, 99);
    background.move(2);
    expect(asked).toEqual([]);
    background.run();
    expect(asked).toEqual([2, 3]);
    await end(2);
    await end(3);
    expect(asked).toEqual([2, 3, 1, 4]);
  });

  it("says when there is nothing left to do", async () => {
    const { background, end, idle } = loader();
    background.hold(2, 99);
    background.run();
    await end(0);
    expect(idle()).toBe(0);
    await end(1);
    expect(idle()).toBe(1);
  });

  it("goes where one goes", async () => {
    const { background, asked, end } = loader();
    background.hold(100, 99);
    background.run();
    background.move(50);
    await end(0);
    expect(asked).toEqual([0, 1, 50]);
  });

  it("keeps to the images that fit into memory", async () => {
    const { background, asked, end } = loader();
    background.hold(100, 3);
    background.move(99);
    background.run();
    for (const index of [99, 98, 97]) await end(index);
    expect(asked).toEqual([99, 98, 97]);
    background.move(0);
    expect(asked.slice(3)).toEqual([0, 1]);
  });

  it("loads again what had to make room", async () => {
    const { background, asked, end } = loader();
    background.hold(2, 2);
    background.run();
    await end(0);
    await end(1);
    background.mark(1, Load.Absent);
    background.move(1);
    expect(asked).toEqual([0, 1, 1]);
  });

  it("says how each image stands", async () => {
    const { background, end, states } = loader();
    background.hold(3, 3);
    background.run();
    await end(0);
    await end(1, "failed");
    expect(states()).toEqual([Load.Here, Load.Failed, Load.Coming]);
    expect(background.state(7)).toBe(Load.Absent);
  });

  it("stops when nothing comes any more, and begins anew when something does", async () => {
    const { background, asked, end } = loader();
    background.hold(20, 20);
    background.run();
    for (let index = 0; index < 8; index += 1) await end(index, "failed");
    const given = asked.length;
    expect(given).toBeLessThan(9);
    background.move(12);
    expect(asked.length).toBe(given);
    background.mark(12, Load.Here);
    background.move(12);
    expect(asked.length).toBeGreaterThan(given);
  });

  it("forgets a stack that was left", async () => {
    const { background, asked, end, states } = loader();
    background.hold(5, 5);
    background.run();
    background.stop();
    background.hold(2, 2);
    await end(0);
    await end(1);
    expect(asked).toEqual([0, 1]);
    expect(states()).toEqual([Load.Absent, Load.Absent]);
  });
});
