/**
 * What lies over images: masks (segmentations, label maps), outlines of structures, and quantities of another volume as
 * a wash of colour. This index is the feature's only public face; it is fetched when there is something to lay over.
 *
 * A view hands in where it is (`Plane`) and how its pixels come to the screen (`place`); stacks and planes do it alike.
 */
export { MaskLayer, type MaskLayerProps } from "./MaskLayer.tsx";
export { MaskPanel } from "./MaskPanel.tsx";
export { type Cover, Covers, type CoversHost } from "./covers.ts";
