import "./viewport.css";

import { useEffect, useMemo } from "preact/hooks";

import { layoutOf } from "../../core/layouts.ts";
import { ExportStatus } from "./export/ExportButton.tsx";
import { press } from "./keys.ts";
import { MeasurePanel } from "./MeasurePanel.tsx";
import { KeysDialog } from "./Messages.tsx";
import { Stage } from "./Stage.tsx";
import { Strip } from "./Strip.tsx";
import { Toolbar } from "./Toolbar.tsx";
import { Viewer } from "./viewer.ts";
import { DeskCells } from "./volume/DeskCells.tsx";

export interface SeriesViewProps {
  readonly seriesId?: string;
  readonly studyId?: string;
  /** Another page is before one's eyes; all stays as it is for whoever comes back. */
  readonly aside?: boolean;
  readonly onClose: () => void;
  readonly onSeries: (id: string) => void;
}

export function SeriesView({ seriesId, studyId, aside = false, onClose, onSeries }: SeriesViewProps) {
  const viewer = useMemo(() => new Viewer(), []);
  const open = (): void => {
    void viewer.open({ ...(seriesId === undefined ? {} : { seriesId }), ...(studyId === undefined ? {} : { studyId }) }, onSeries);
  };
  useEffect(() => {
    if (aside) viewer.stepAside();
    else open();
  }, [aside, seriesId, studyId]);
  useEffect(() => {
    const leave = (): void => {
      viewer.measured.leave();
    };
    addEventListener("pagehide", leave);
    return () => {
      removeEventListener("pagehide", leave);
      viewer.close();
    };
  }, [viewer]);
  useKeys(viewer, onClose, onSeries, !aside);
  const desk = viewer.desk.value;
  return (
    <main class="vp" hidden={aside}>
      <Toolbar viewer={viewer} onClose={onClose} />
      <div class={viewer.measured.listed.value ? "vp-body listed" : "vp-body"}>
        <Strip viewer={viewer} current={seriesId} onSeries={onSeries} />
        <div
          class="vp-panes"
          data-layout={viewer.layout.value}
          data-volume={desk?.phase.value.kind}
          style={gridOf(viewer)}
        >
          {desk !== undefined && <DeskCells key="desk" viewer={viewer} desk={desk} />}
          {viewer.panes.value.map((pane) => (
            <Stage key={pane.id} viewer={viewer} pane={pane} onRetry={open} />
          ))}
        </div>
        <MeasurePanel viewer={viewer} />
      </div>
      <ExportStatus exporting={viewer.exporting} />
      {viewer.keysShown.value && <KeysDialog viewer={viewer} />}
    </main>
  );
}

/** How the window is divided; where planes are refused, why stands beside the stack. */
function gridOf(viewer: Viewer): { readonly gridTemplateColumns: string; readonly gridTemplateRows: string } {
  const { columns, rows } = layoutOf(viewer.layout.value);
  const desk = viewer.desk.value;
  const equal = (count: number): string => `repeat(${count}, minmax(0, 1fr))`;
  if (desk === undefined) return { gridTemplateColumns: equal(columns), gridTemplateRows: equal(rows) };
  if (desk.refused.value) return { gridTemplateColumns: "minmax(0, 1fr) minmax(0, 2fr)", gridTemplateRows: "minmax(0, 1fr)" };
  return { gridTemplateColumns: equal(columns), gridTemplateRows: `auto ${equal(rows)}` };
}

/** Keys work wherever the focus is, except where they are already spoken for: in menus, dialogs and fields. */
function useKeys(viewer: Viewer, onClose: () => void, onSeries: (id: string) => void, listening: boolean): void {
  useEffect(() => {
    if (!listening) return undefined;
    const turnSeries = (step: 1 | -1): void => {
      const next = viewer.neighbour(step);
      if (next !== undefined) onSeries(next.id);
    };
    const onKeyDown = (event: KeyboardEvent): void => {
      const { target } = event;
      // an image that was clicked has the focus, and Cornerstone takes all keys for its own there, to do nothing with them
      const onImage = target instanceof Element && target.classList.contains("vp-canvas");
      if ((event.defaultPrevented && !onImage) || event.metaKey || event.altKey) return;
      if (target instanceof Element && target.closest("dialog, [popover], input:not([type=range]), textarea, select") !== null) return;
      // Space and Enter press the button that has the focus
      if (event.key === " " && target instanceof HTMLButtonElement) return;
      const key = event.ctrlKey ? `Control+${event.key.toLowerCase()}` : event.key;
      if (press(key, viewer, { close: onClose, turnSeries })) event.preventDefault();
    };
    addEventListener("keydown", onKeyDown);
    return () => {
      removeEventListener("keydown", onKeyDown);
    };
  }, [viewer, onClose, onSeries, listening]);
}
