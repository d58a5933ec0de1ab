import { describe, expect, it, vi } from "vitest";

import type { Series, SeriesImages } from "../../core/model.ts";
import { image } from "../../core/testing.ts";
import type * as Engine from "./engine/index.ts";
import { Pane, type PaneHost } from "./pane.ts";

vi.mock("./source.ts", () => ({ fetchAhead: () => undefined, dropRequests: () => undefined })); // nothing is fetched

/** Images by the place that they are asked for: they come, they fail, or they are waited for until they are let go. */
type Fate = "comes" | "fails" | Promise<void>;

function paneOf(fates: readonly Fate[]): Pane {
  class Stack {
    static readonly cacheBytes = 0;
    constructor(
      readonly element: unknown,
      readonly listener: { onDrawn: (index: number) => void },
    ) {}
    hold(): void {
      // nothing is drawn
    }
    async load(index: number): Promise<void> {
      const fate = fates[index];
      if (fate === "fails") throw new Error("no such codec");
      if (fate !== "comes") await fate;
    }
    async show(index: number): Promise<boolean> {
      await this.load(index);
      this.listener.onDrawn(index);
      return true;
    }
  }
  const instances = fates.map((_, index) => image({ id: `i${String(index)}`, sop_instance_uid: `2.999.${String(index)}`, image_position: [0, 0, index] }));
  const host: PaneHost = {
    engine: () => Promise.resolve({ StackView: Stack } as unknown as typeof Engine),
    share: () => 1,
    onDrawn: () => undefined,
    onCalm: () => undefined,
    onIdle: () => undefined,
    images: () => Promise.resolve({ series: { id: "s1" } as Series, instances } as SeriesImages),
    liesOver: () => Promise.resolve(undefined),
    shownElsewhere: () => true,
  };
  const pane = new Pane(1, host);
  pane.attach({} as HTMLDivElement);
  return pane;
}

describe("a pane", () => {
  it("says of an image that cannot be shown why, and not of the next one that is on its way", async () => {
    let arrive = (): void => undefined;
    const pane = paneOf(["comes", "fails", new Promise((resolve) => (arrive = resolve))]);
    await pane.open("s1");
    await expect.poll(() => pane.drawn.value).toBe(0);
    await pane.show(1);
    expect([pane.trouble.value, pane.drawn.value]).toEqual(["undecodable", -1]);
    const shown = pane.show(2);
    expect([pane.target.value, pane.trouble.value]).toEqual([2, undefined]);
    arrive();
    await shown;
    expect(pane.drawn.value).toBe(2);
    pane.leave();
  });

  it("goes on saying it while the same image is asked for", async () => {
    const pane = paneOf(["comes", "fails"]);
    await pane.open("s1");
    await expect.poll(() => pane.drawn.value).toBe(0);
    await pane.show(1);
    const again = pane.show(1);
    expect(pane.trouble.value).toBe("undecodable");
    await again;
    pane.leave();
  });
});
