/** The part that draws: Cornerstone3D, fetched only when there is something to draw. */
export type { PixelValues } from "./pixels.ts";
export { warm, warmUp } from "./warm.ts";
export { clearShelf } from "./shelf.ts";
export { type PresentedView, StackView, type ViewFacts } from "./stack.ts";
export { valuesOf } from "./values.ts";
export { choose, type ToolName } from "./tools.ts";
export { canDrawVolumes, type Cell, loadFrames, VOLUME_BYTES, VolumeView } from "./volume.ts";
