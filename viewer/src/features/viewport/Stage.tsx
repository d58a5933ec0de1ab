import { useEffect, useRef } from "preact/hooks";

import { t } from "../prefs/index.ts";
import { Corners } from "./Corners.tsx";
import { EmptyNotice, ImageTrouble, NoPixels, OpeningNotice, SeriesTrouble } from "./Messages.tsx";
import { Scrubber } from "./Scrubber.tsx";
import type { Viewer } from "./viewer.ts";

/** The dark room: the image, what stands around it, and the wheel over it. */
export function Stage({ viewer, onRetry }: { readonly viewer: Viewer; readonly onRetry: () => void }) {
  const canvas = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = canvas.current;
    if (element === null) return undefined;
    viewer.attach(element);
    const wheel = wheelSteps(viewer);
    element.addEventListener("wheel", wheel, { passive: false });
    return () => {
      element.removeEventListener("wheel", wheel);
    };
  }, [viewer]);
  const drawn = viewer.drawn.value;
  const phase = viewer.phase.value;
  const series = phase.kind === "open" ? phase.series.id : undefined;
  return (
    <section class="vp-stage" aria-label={t("viewport.stage")} data-series={series} data-drawn={drawn + 1}>
      <div
        ref={canvas}
        class={drawn >= 0 ? "vp-canvas" : "vp-canvas hidden"}
        onDblClick={() => {
          viewer.fileWindow();
        }}
        onContextMenu={(event) => {
          event.preventDefault(); // the right button zooms
        }}
      />
      <Around viewer={viewer} onRetry={onRetry} />
    </section>
  );
}

function Around({ viewer, onRetry }: { readonly viewer: Viewer; readonly onRetry: () => void }) {
  const phase = viewer.phase.value;
  switch (phase.kind) {
    case "opening":
      return <OpeningNotice />;
    case "empty":
      return <EmptyNotice />;
    case "noPixels":
      return <NoPixels series={phase.series} />;
    case "trouble":
      return <SeriesTrouble trouble={phase.trouble} onRetry={onRetry} />;
    case "open":
      break;
  }
  // the text is of the image that stands there, also while another is on its way
  const at = viewer.drawn.value >= 0 ? viewer.drawn.value : viewer.target.value;
  const frame = phase.frames[at];
  const trouble = viewer.trouble.value;
  return (
    <>
      {frame !== undefined && <Corners viewer={viewer} series={phase.series} frame={frame} number={at + 1} />}
      {trouble !== undefined && <ImageTrouble viewer={viewer} trouble={trouble} />}
      <Waiting viewer={viewer} />
      <Scrubber viewer={viewer} />
    </>
  );
}

/** Said late (by its style), so that it does not flicker when images come at once. */
function Waiting({ viewer }: { readonly viewer: Viewer }) {
  const number = viewer.target.value + 1;
  const waits = viewer.trouble.value === undefined && viewer.drawn.value !== viewer.target.value && !viewer.player.playing.value;
  return (
    <div class={waits ? "vp-waiting on" : "vp-waiting"} role="status">
      {waits ? t("viewport.state.loadingImage", { number }) : ""}
    </div>
  );
}

/** A notch of a wheel is one image, whatever it reports; the small steps of a touch pad are gathered to one. */
const GATHER = 40;
const NOTCH = 50;

function wheelSteps(viewer: Viewer): (event: WheelEvent) => void {
  let gathered = 0;
  return (event) => {
    event.preventDefault();
    // browsers report a pinch on a touch pad as a wheel with Control
    if (event.ctrlKey) {
      viewer.zoomBy(Math.exp(-event.deltaY / 200));
      return;
    }
    if (event.deltaMode !== WheelEvent.DOM_DELTA_PIXEL || Math.abs(event.deltaY) >= NOTCH) {
      gathered = 0;
      viewer.step(Math.sign(event.deltaY));
      return;
    }
    gathered += event.deltaY / GATHER;
    const whole = Math.trunc(gathered);
    gathered -= whole;
    if (whole !== 0) viewer.step(whole);
  };
}
