/** The floor under scrolling: a page with one stack viewport of Cornerstone3D, its frames decoded and in memory, and nothing else. */
import { Enums, RenderingEngine, type StackViewport } from "@cornerstonejs/core";

import { frameKey, framesOf } from "../src/core/frames.ts";
import { stacksOf } from "../src/core/stacks.ts";
import { volumeOf } from "../src/core/volume.ts";
import { canDrawVolumes, loadFrames, VOLUME_BYTES } from "../src/features/viewport/engine/volume.ts";
import { images } from "../src/io/api.ts";

declare global {
  interface Window {
    /** Make the viewport, of so many CSS pixels; answers how many images there are. */
    bareStack?: (seriesId: string, width: number, height: number) => Promise<number>;
    /** Turn to an image. */
    turnTo?: (index: number) => void;
  }
}

window.bareStack = async (seriesId, width, height) => {
  canDrawVolumes(); // starts Cornerstone
  const { series, instances } = await images(seriesId);
  const [stack] = stacksOf(framesOf(instances));
  const judged = volumeOf(stack?.frames ?? [], VOLUME_BYTES);
  if (!("grid" in judged)) throw new Error(`no volume: ${judged.flaw}`);
  await loadFrames(series, judged.grid, () => undefined, new AbortController().signal);
  const element = document.createElement("div");
  element.style.width = `${width}px`;
  element.style.height = `${height}px`;
  document.body.append(element);
  const engine = new RenderingEngine("bare");
  engine.enableElement({ viewportId: "bare", type: Enums.ViewportType.STACK, element, defaultOptions: { background: [0, 0, 0] } });
  const viewport = engine.getViewport<StackViewport>("bare");
  await viewport.setStack((stack?.frames ?? []).map(frameKey), 0);
  viewport.setProperties({ voiRange: { lower: -160, upper: 240 } });
  viewport.render();
  window.turnTo = (index) => void viewport.setImageIdIndex(index);
  return stack?.frames.length ?? 0;
};
