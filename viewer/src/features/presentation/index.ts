/** Presentation states: chosen from a list, applied to the view, drawn over the image. This index is the only public face. */
export { PresentationLayer } from "./PresentationLayer.tsx";
export { States } from "./states.ts";
export { StateChooser } from "./StateChooser.tsx";
