/** Curves over time on millimetre paper. This index is the feature's only public face. */
export { WaveformView } from "./WaveformView.tsx";
