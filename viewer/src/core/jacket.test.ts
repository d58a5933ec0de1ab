import { describe, expect, it } from "vitest";

import { makeSeries, makeStudy } from "../../dev/mock-data.ts";
import { step, visibleNodes } from "./jacket.ts";

const first = makeStudy(64);
const second = makeStudy(65);
const inFirst = [makeSeries(64 * 16), makeSeries(64 * 16 + 1)];
const open = new Set([first.id]);
const nodes = visibleNodes([first, second], open, (study) => (study === first.id ? inFirst : undefined));
const [a, b] = inFirst.map((one) => one.id);

/** Where a key leads from a line: the id one stands on then, or what is to be done. */
const press = (at: string | undefined, key: string) => {
  const meant = step(nodes, at, open, key);
  return meant?.kind === "go" ? meant.node.id : meant?.kind;
};

describe("the lines of a jacket", () => {
  it("are studies, and the series of those that are open", () => {
    expect(nodes.map((node) => node.id)).toEqual([first.id, a, b, second.id]);
  });
});

describe("keys in a jacket", () => {
  it("walk down and up, and stop at the ends", () => {
    expect(press(undefined, "ArrowDown")).toBe(first.id);
    expect(press(first.id, "ArrowDown")).toBe(a);
    expect(press(a, "ArrowUp")).toBe(first.id);
    expect(press(second.id, "ArrowDown")).toBe(second.id);
    expect(press(second.id, "Home")).toBe(first.id);
    expect(press(first.id, "End")).toBe(second.id);
    expect(press(first.id, "PageDown")).toBe(second.id);
  });

  it("open, enter, close and leave", () => {
    expect(press(second.id, "ArrowRight")).toBe("open");
    expect(press(first.id, "ArrowRight")).toBe(a);
    expect(press(a, "ArrowRight")).toBeUndefined();
    expect(press(b, "ArrowLeft")).toBe(first.id);
    expect(press(first.id, "ArrowLeft")).toBe("close");
    expect(press(second.id, "ArrowLeft")).toBe("leave");
  });

  it("that mean nothing here mean nothing", () => {
    expect(press(first.id, "x")).toBeUndefined();
  });
});
