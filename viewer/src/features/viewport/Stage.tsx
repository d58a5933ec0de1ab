import { useEffect, useRef } from "preact/hooks";

import { t } from "../prefs/index.ts";
import { Beyond } from "./Beyond.tsx";
import { Corners } from "./Corners.tsx";
import { Layers } from "./Layers.tsx";
import { EmptyNotice, IdleNotice, ImageTrouble, OpeningNotice, SeriesTrouble } from "./Messages.tsx";
import { OverPanel } from "./OverLayer.tsx";
import type { Pane } from "./pane.ts";
import { Parts } from "./Parts.tsx";
import { PhaseSlider, Scrubber } from "./Scrubber.tsx";
import { DRAGGED } from "./Strip.tsx";
import type { Viewer } from "./viewer.ts";
import { wheelSteps } from "./wheel.ts";

interface StageProps {
  readonly viewer: Viewer;
  readonly pane: Pane;
  readonly onRetry: () => void;
}

/** The dark room: the image, what stands around it, and the wheel over it. */
export function Stage({ viewer, pane, onRetry }: StageProps) {
  const stage = useRef<HTMLElement>(null);
  const canvas = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = canvas.current;
    const around = stage.current;
    if (element === null || around === null) return undefined;
    pane.attach(element);
    const wheel = wheelSteps(pane);
    const take = (): void => {
      viewer.activate(pane);
    };
    element.addEventListener("wheel", wheel, { passive: false });
    // before the tools see it: what is begun in a viewport is done with it in hand
    around.addEventListener("pointerdown", take, true);
    return () => {
      element.removeEventListener("wheel", wheel);
      around.removeEventListener("pointerdown", take, true);
    };
  }, [viewer, pane]);
  const drawn = pane.drawn.value;
  const phase = pane.phase.value;
  const series = phase.kind === "open" ? phase.series.id : undefined;
  const active = viewer.panes.value.length > 1 && viewer.active.value === pane;
  return (
    <section
      ref={stage}
      class={["vp-stage", active ? "active" : "", viewer.stackAside.value ? "aside" : ""].join(" ").trim()}
      aria-label={t("viewport.stage")}
      data-series={series}
      data-drawn={drawn + 1}
      data-seen={pane.seen}
      onDragOver={(event) => {
        if (event.dataTransfer?.types.includes(DRAGGED) === true) event.preventDefault();
      }}
      onDrop={(event) => {
        const id = event.dataTransfer?.getData(DRAGGED) ?? "";
        if (id === "") return;
        event.preventDefault();
        void viewer.drop(pane, id);
      }}
    >
      <div
        ref={canvas}
        class={drawn >= 0 ? "vp-canvas" : "vp-canvas hidden"}
        onDblClick={() => {
          pane.fileWindow();
        }}
        onContextMenu={(event) => {
          event.preventDefault(); // the right button zooms
        }}
      >
        <Layers viewer={viewer} pane={pane} />
      </div>
      <Around viewer={viewer} pane={pane} onRetry={onRetry} />
    </section>
  );
}

function Around({ viewer, pane, onRetry }: StageProps) {
  const phase = pane.phase.value;
  switch (phase.kind) {
    case "idle":
      return <IdleNotice />;
    case "opening":
      return <OpeningNotice />;
    case "empty":
      return <EmptyNotice />;
    case "noPixels":
      return <Beyond viewer={viewer} series={phase.series} instances={phase.instances} />;
    case "trouble":
      return <SeriesTrouble trouble={phase.trouble} onRetry={onRetry} />;
    case "open":
      break;
  }
  // the text is of the image that stands there, also while another is on its way
  const at = pane.drawn.value >= 0 ? pane.drawn.value : pane.target.value;
  const frame = pane.frames.value[at];
  const trouble = pane.trouble.value;
  return (
    <>
      {frame !== undefined && <Corners viewer={viewer} pane={pane} series={phase.series} frame={frame} number={pane.at(at).slice + 1} />}
      {trouble !== undefined && <ImageTrouble viewer={viewer} pane={pane} trouble={trouble} />}
      <Waiting pane={pane} />
      <OverPanel viewer={viewer} seriesId={phase.series.id} />
      <Foot pane={pane} />
      <Scrubber pane={pane} />
    </>
  );
}

/** Below the image: which part of the series is shown, and where one is in its fourth dimension. */
function Foot({ pane }: { readonly pane: Pane }) {
  const { value: phase } = pane.phase;
  if (phase.kind !== "open" || (phase.stacks.length < 2 && (phase.stacks[phase.part]?.phases.length ?? 0) < 2)) return null;
  return (
    <div class="vp-foot">
      <Parts pane={pane} />
      <PhaseSlider pane={pane} />
    </div>
  );
}

/** Said late (by its style), so that it does not flicker when images come at once. */
function Waiting({ pane }: { readonly pane: Pane }) {
  const number = pane.at(pane.target.value).slice + 1;
  const waits = pane.trouble.value === undefined && pane.drawn.value !== pane.target.value && !pane.player.playing.value;
  return (
    <div class={waits ? "vp-waiting on" : "vp-waiting"} role="status">
      {waits ? t("viewport.state.loadingImage", { number }) : ""}
    </div>
  );
}
