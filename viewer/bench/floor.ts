/** The floor under a volume: the frames of a series fetched and decoded as the viewer does it, and nothing drawn. */
import { framesOf } from "../src/core/frames.ts";
import { stacksOf } from "../src/core/stacks.ts";
import { volumeOf } from "../src/core/volume.ts";
import { canDrawVolumes, loadFrames, VOLUME_BYTES } from "../src/features/viewport/engine/volume.ts";
import { images } from "../src/io/api.ts";

declare global {
  interface Window {
    floorOf?: (seriesId: string) => Promise<number>;
  }
}

/** Milliseconds until all frames are in memory, from asking what the series holds. */
window.floorOf = async (seriesId) => {
  canDrawVolumes(); // starts the workers
  const begin = performance.now();
  const { series, instances } = await images(seriesId);
  const [stack] = stacksOf(framesOf(instances));
  const judged = volumeOf(stack?.frames ?? [], VOLUME_BYTES);
  if (!("grid" in judged)) throw new Error(`no volume: ${judged.flaw}`);
  await loadFrames(series, judged.grid, () => undefined, new AbortController().signal);
  return performance.now() - begin;
};
