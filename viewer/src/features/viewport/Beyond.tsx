import { useSignal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";

import type { Series, SeriesImage } from "../../core/model.ts";
import type { ContentsProps } from "../documents/index.ts";
import { NoPixels } from "./Messages.tsx";
import type { Viewer } from "./viewer.ts";

interface BeyondProps {
  readonly viewer: Viewer;
  readonly series: Series;
  readonly instances: readonly SeriesImage[];
}

/** A series without images: what it holds instead. The part that shows it is fetched now; until then it names itself. */
export function Beyond({ viewer, series, instances }: BeyondProps) {
  const part = useSignal<{ readonly Contents: ComponentType<ContentsProps> } | undefined>(undefined);
  useEffect(() => {
    import("../documents/index.ts").then(
      (loaded) => {
        part.value = loaded;
      },
      () => undefined, // what is known of the series stays on the screen
    );
  }, [part]);
  const Contents = part.value?.Contents;
  if (Contents === undefined || instances.length === 0) return <NoPixels series={series} />;
  return (
    <Contents
      key={series.id}
      series={series}
      instances={instances}
      nameless={viewer.nameless.value}
      onImage={(seriesId, sopInstanceUid, frame) => {
        void viewer.turnTo(seriesId, sopInstanceUid, frame);
      }}
    />
  );
}
