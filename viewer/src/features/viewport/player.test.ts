import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { Player } from "./player.ts";

describe("Player", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["performance", "requestAnimationFrame", "cancelAnimationFrame"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("steps at its rate, and not after it was paused", () => {
    let steps = 0;
    const player = new Player((step) => (steps += step));
    player.rate.value = 25;
    player.play();
    player.play(); // twice is not twice as fast
    vi.advanceTimersByTime(1000);
    expect(steps).toBeGreaterThanOrEqual(24);
    expect(steps).toBeLessThanOrEqual(26);
    player.pause();
    const before = steps;
    vi.advanceTimersByTime(1000);
    expect(steps).toBe(before);
    expect(player.playing.value).toBe(false);
  });

  it("lets an image stay for as long as it is told to", () => {
    const at: number[] = [];
    const player = new Player(
      () => at.push(performance.now()),
      () => (at.length % 2 === 1 ? 0.5 : 1.5),
    );
    const begin = performance.now();
    player.rate.value = 10;
    player.play();
    vi.advanceTimersByTime(420);
    player.pause();
    const times = at.map((time) => Math.round((time - begin) / 50) * 50); // drawn with the next picture of the screen
    expect(times.slice(0, 5)).toEqual([0, 50, 200, 250, 400]);
  });

  it("does not make up for what a slow machine has missed", () => {
    let [steps, now] = [0, 0];
    let frame: FrameRequestCallback = () => undefined;
    vi.spyOn(performance, "now").mockImplementation(() => now);
    vi.spyOn(globalThis, "requestAnimationFrame").mockImplementation((callback) => {
      frame = callback;
      return 1;
    });
    const at = (time: number): void => {
      now = time;
      frame(time);
    };
    const player = new Player((step) => (steps += step));
    player.rate.value = 10;
    player.play();
    for (const time of [0, 50, 100, 150, 200]) at(time);
    expect(steps).toBe(3);
    for (const time of [60_000, 60_016, 60_032, 60_048]) at(time); // the tab had been asleep
    expect(steps).toBeLessThanOrEqual(5);
    vi.restoreAllMocks();
  });

  it.each([
    [12.5, "faster", 15],
    [12.5, "slower", 12],
    [60, "faster", 60],
    [1, "slower", 1],
  ] as const)("from %d goes %s to %d", (rate, way, expected) => {
    const player = new Player(() => undefined);
    player.rate.value = rate;
    player[way]();
    expect(player.rate.value).toBe(expected);
  });
});
