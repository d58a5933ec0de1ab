import "./viewport.css";

import { useEffect, useMemo } from "preact/hooks";

import { press } from "./keys.ts";
import { KeysDialog } from "./Messages.tsx";
import { Stage } from "./Stage.tsx";
import { Strip } from "./Strip.tsx";
import { Toolbar } from "./Toolbar.tsx";
import { Viewer } from "./viewer.ts";

export interface SeriesViewProps {
  readonly seriesId?: string;
  readonly studyId?: string;
  readonly onClose: () => void;
  readonly onSeries: (id: string) => void;
}

export function SeriesView({ seriesId, studyId, onClose, onSeries }: SeriesViewProps) {
  const viewer = useMemo(() => new Viewer(), []);
  const open = (): void => {
    void viewer.open({ ...(seriesId === undefined ? {} : { seriesId }), ...(studyId === undefined ? {} : { studyId }) }, onSeries);
  };
  useEffect(open, [seriesId, studyId]);
  useEffect(
    () => () => {
      viewer.close();
    },
    [viewer],
  );
  useKeys(viewer, seriesId, onClose, onSeries);
  return (
    <main class="vp">
      <Toolbar viewer={viewer} onClose={onClose} />
      <div class="vp-body">
        <Strip viewer={viewer} current={seriesId} onSeries={onSeries} />
        <Stage viewer={viewer} onRetry={open} />
      </div>
      {viewer.keysShown.value && <KeysDialog viewer={viewer} />}
    </main>
  );
}

/** Keys work wherever the focus is, except where they are already spoken for: in menus, dialogs and fields. */
function useKeys(viewer: Viewer, current: string | undefined, onClose: () => void, onSeries: (id: string) => void): void {
  useEffect(() => {
    const turnSeries = (step: 1 | -1): void => {
      const strip = viewer.strip.value;
      const next = strip[strip.findIndex((one) => one.id === current) + step];
      if (next !== undefined) onSeries(next.id);
    };
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      const { target } = event;
      if (target instanceof Element && target.closest("dialog, [popover], input:not([type=range]), textarea, select") !== null) return;
      // Space and Enter press the button that has the focus
      if (event.key === " " && target instanceof HTMLButtonElement) return;
      if (press(event.key, viewer, { close: onClose, turnSeries })) event.preventDefault();
    };
    addEventListener("keydown", onKeyDown);
    return () => {
      removeEventListener("keydown", onKeyDown);
    };
  }, [viewer, current, onClose, onSeries]);
}
