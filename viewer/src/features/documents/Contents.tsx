import "./documents.css";

import { type Signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

import type { Content } from "../../core/contents.ts";
import type { Series, SeriesImage } from "../../core/model.ts";
import { sopClassName } from "../../core/uids.ts";
import { content } from "../../io/contents.ts";
import { ApiError, isAbort } from "../../io/http.ts";
import { t } from "../prefs/index.ts";
import { WaveformView } from "../waveform/index.ts";
import { Attributes } from "./Attributes.tsx";
import { DocumentView } from "./DocumentView.tsx";
import { FileActions } from "./FileActions.tsx";
import { Structures } from "./Structures.tsx";
import { ReportView } from "./ReportView.tsx";

export interface ContentsProps {
  readonly series: Series;
  readonly instances: readonly SeriesImage[];
  /** Turn to an image that a report speaks of. */
  /** Names of people are left out. */
  readonly nameless: boolean;
  readonly onImage: (seriesId: string, sopInstanceUid: string, frame: number | undefined) => void;
}

/** The objects of a series that holds no images, one at a time. */
export function Contents({ series, instances, nameless, onImage }: ContentsProps) {
  const at = useSignal(0);
  const listed = useSignal(false);
  const instance = instances[at.value] ?? instances[0];
  const { found, problem } = useContent(instance?.id);
  if (instance === undefined) return null;
  return (
    <article class="bd" tabIndex={0} aria-label={t("beyond.title")} onKeyDown={scrollsItself}>
      <header class="bd-head">
        <div>
          <h1>{titleOf(found, series)}</h1>
          <p class="bd-quiet">{sopClassName(instance.sop_class_uid)}</p>
        </div>
        <Chooser at={at} count={instances.length} />
        <FileActions instanceId={instance.id} listed={listed} found={found} />
      </header>
      {problem !== undefined && <p role="alert">{problem.code === "undecodable" ? t("beyond.undecodable") : t(`error.${problem.code}`)}</p>}
      {found === undefined && problem === undefined && <p class="bd-late" role="status">{t("beyond.loading")}</p>}
      {found !== undefined && <Held found={found} instanceId={instance.id} nameless={nameless} onImage={onImage} />}
      {(listed.value || found?.kind === "other" || problem?.code === "undecodable") && <Attributes instanceId={instance.id} nameless={nameless} />}
    </article>
  );
}

/** Which of the objects: most series of this kind hold one. */
function Chooser({ at, count }: { readonly at: Signal<number>; readonly count: number }) {
  if (count < 2) return null;
  return (
    <select
      class="bd-choose"
      aria-label={t("beyond.objects")}
      value={String(at.value)}
      onChange={(event) => {
        at.value = Number(event.currentTarget.value);
      }}
    >
      {Array.from({ length: count }, (_, index) => (
        <option key={index} value={String(index)}>
          {t("beyond.object", { number: index + 1, total: count })}
        </option>
      ))}
    </select>
  );
}

interface HeldProps extends Pick<ContentsProps, "onImage" | "nameless"> {
  readonly found: Content;
  readonly instanceId: string;
}

function Held({ found, instanceId, nameless, onImage }: HeldProps) {
  switch (found.kind) {
    case "report":
      return <ReportView report={found.content} known={found.known} nameless={nameless} onImage={onImage} />;
    case "waveform":
      return <WaveformView key={instanceId} waveform={found.content} />;
    case "document":
      return <DocumentView facts={found.content} instanceId={instanceId} />;
    case "contours":
      return <Structures contours={found.content} />;
    case "segmentation":
    case "presentation":
    case "other":
      return <p>{t("beyond.other")}</p>;
  }
}

function titleOf(found: Content | undefined, series: Series): string {
  const own = found?.kind === "report" || found?.kind === "document" ? found.content.title : "";
  return own === "" ? (series.description === "" ? series.modality : series.description) : own;
}

/** Keys that scroll a page do so here, and do not turn images. */
const SCROLLING = ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "PageUp", "PageDown", "Home", "End", " "];

function scrollsItself(event: KeyboardEvent): void {
  if (SCROLLING.includes(event.key)) event.stopPropagation();
}

function useContent(id: string | undefined): { found: Content | undefined; problem: ApiError | undefined } {
  const state = useSignal<{ found?: Content; problem?: ApiError }>({});
  useEffect(() => {
    const request = new AbortController();
    state.value = {};
    if (id === undefined) return undefined;
    content(id, request.signal).then(
      (found) => {
        state.value = { found };
      },
      (error: unknown) => {
        if (!isAbort(error)) state.value = { problem: error instanceof ApiError ? error : new ApiError("internal", 0, String(error)) };
      },
    );
    return () => {
      request.abort();
    };
  }, [id, state]);
  return { found: state.value.found, problem: state.value.problem };
}
