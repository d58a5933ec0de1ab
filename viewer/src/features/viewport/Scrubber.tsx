import { useEffect, useRef } from "preact/hooks";

import { t } from "../prefs/index.ts";
import { Load } from "./background.ts";
import { phaseName } from "./words.ts";
import type { Pane } from "./pane.ts";

/** The slider at the side: where one is in the stack, and behind it which images are loaded. */
export function Scrubber({ pane }: { readonly pane: Pane }) {
  const total = pane.stack.value?.slices ?? 0;
  if (total < 2) return null;
  const { phase, slice } = pane.at(pane.target.value);
  const number = slice + 1;
  const loads = pane.loads.value.subarray(phase * total, (phase + 1) * total);
  const loaded = loads.reduce((sum, state) => sum + (state === Load.Here ? 1 : 0), 0);
  return (
    <div class="vp-scrubber" title={t("viewport.loaded", { loaded, total })}>
      <LoadBar loads={loads} />
      <input
        type="range"
        min={1}
        max={total}
        step={1}
        value={number}
        aria-label={t("viewport.scroll")}
        aria-valuetext={t("viewport.image", { number, total })}
        onInput={(event) => {
          pane.step(Number(event.currentTarget.value) - number);
        }}
      />
    </div>
  );
}

/** One line for each image, or for several when there are more images than lines on the screen. */
function LoadBar({ loads }: { readonly loads: Uint8Array }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const shown = canvas.current;
    const context = shown?.getContext("2d");
    if (shown === null || context === null || context === undefined) return;
    const { height } = shown;
    const style = getComputedStyle(shown);
    const [here, failed] = [style.getPropertyValue("--vp-loaded"), style.getPropertyValue("--vp-failed")];
    context.clearRect(0, 0, 1, height);
    loads.forEach((state, index) => {
      if (state !== Load.Here && state !== Load.Failed) return;
      context.fillStyle = state === Load.Here ? here : failed;
      const from = Math.floor((index * height) / loads.length);
      context.fillRect(0, from, 1, Math.max(1, Math.ceil(((index + 1) * height) / loads.length) - from));
    });
  }, [loads]);
  return <canvas ref={canvas} width={1} height={512} aria-hidden="true" />;
}

/** The slider below: echoes, diffusion weights, points in time of the same place. */
export function PhaseSlider({ pane }: { readonly pane: Pane }) {
  const stack = pane.stack.value;
  if (stack === undefined || stack.phases.length < 2) return null;
  const { phase } = pane.at(pane.target.value);
  const said = phaseName(stack.phases[phase] ?? [], phase + 1, stack.phases.length);
  return (
    <div class="vp-phases">
      <input
        type="range"
        min={1}
        max={stack.phases.length}
        step={1}
        value={phase + 1}
        aria-label={t("viewport.phases")}
        aria-valuetext={said}
        onInput={(event) => {
          pane.player.pause();
          pane.stepPhase(Number(event.currentTarget.value) - 1 - phase);
        }}
      />
      <span title={said}>{said}</span>
    </div>
  );
}
