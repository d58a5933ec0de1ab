import { useEffect, useRef } from "preact/hooks";

import { t } from "../prefs/index.ts";
import { Load } from "./background.ts";
import type { Viewer } from "./viewer.ts";

/** The slider at the side: where one is in the stack, and behind it which images are loaded. */
export function Scrubber({ viewer }: { readonly viewer: Viewer }) {
  const total = viewer.frames.value.length;
  if (total < 2) return null;
  const number = viewer.target.value + 1;
  const loads = viewer.loads.value;
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
          viewer.step(Number(event.currentTarget.value) - number);
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
