import { type Signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

import { attributesText, soughtAttributes } from "../../core/attributes.ts";
import type { Attribute, Series } from "../../core/model.ts";
import { seriesTitle } from "../../core/people.ts";
import { attributes, instanceAt } from "../../io/api.ts";
import { ApiError, isAbort } from "../../io/http.ts";
import { Dialog, Icon, toast } from "../kit/index.ts";
import { fmt, t } from "../prefs/index.ts";

/** More lines than anyone reads; typing finds the others. */
const MOST = 1000;

interface AttributesProps {
  readonly series: Series;
  readonly onClose: () => void;
}

/** All attributes of an image as its file has them, found as one types. */
export function AttributesDialog({ series, onClose }: AttributesProps) {
  const image = useSignal(0);
  const words = useSignal("");
  const { lines, problem } = useAttributes(series.id, image.value);
  const sought = soughtAttributes(lines ?? [], words.value);
  return (
    <Dialog title={t("attributes.title")} class="attributes" onClose={onClose}>
      <div class="attributes-bar">
        <input
          type="text"
          autofocus
          autocomplete="off"
          spellcheck={false}
          aria-label={t("attributes.search")}
          placeholder={t("attributes.search")}
          value={words.value}
          onInput={(event) => (words.value = event.currentTarget.value)}
        />
        <ImageStepper image={image} count={series.counts.instances} />
      </div>
      <div class="dialog-body" aria-busy={lines === undefined}>
        {problem === undefined ? <Lines lines={sought.slice(0, MOST)} /> : <p role="alert">{t(`error.${problem.code}`)}</p>}
        {sought.length > MOST ? <p class="quiet">{t("attributes.some", { shown: fmt().number(MOST), count: fmt().number(sought.length) })}</p> : null}
      </div>
      <footer class="dialog-foot">
        <p class="dialog-say">
          <span class="ellipsis">{seriesTitle(series, t)}</span> <span class="quiet">{t("attributes.lines", { count: sought.length })}</span>
        </p>
        <button type="button" class="button" disabled={sought.length === 0} onClick={() => void copy(sought)}>
          {t("attributes.copy")}
        </button>
      </footer>
    </Dialog>
  );
}

function ImageStepper({ image, count }: { readonly image: Signal<number>; readonly count: number }) {
  const step = (by: number, key: "attributes.next" | "attributes.previous", disabled: boolean) => (
    <button type="button" class={by < 0 ? "icon-button" : "icon-button ahead"} disabled={disabled} aria-label={t(key)} title={t(key)} onClick={() => (image.value += by)}>
      <Icon name="back" />
    </button>
  );
  return (
    <div class="attributes-image">
      {step(-1, "attributes.previous", image.value === 0)}
      <span>{t("attributes.image", { number: image.value + 1, count })}</span>
      {step(1, "attributes.next", image.value + 1 >= count)}
    </div>
  );
}

const Lines = ({ lines }: { readonly lines: readonly Attribute[] }) => (
  <table class="attributes-table">
    <tbody>
      {lines.map((line, index) => (
        <tr key={index}>
          <td class="code">
            <span style={{ paddingLeft: `${line.depth * 14}px` }}>{line.tag}</span>
          </td>
          <td class="code quiet">{line.vr}</td>
          <td title={line.keyword}>{line.name || line.keyword}</td>
          <td class="attributes-value">
            <bdi>{line.value}</bdi>
          </td>
        </tr>
      ))}
    </tbody>
  </table>
);

/** The lines of one image of a series; those of the image before stay until they are here. */
function useAttributes(series: string, image: number): { lines: readonly Attribute[] | undefined; problem: ApiError | undefined } {
  const lines = useSignal<readonly Attribute[] | undefined>(undefined);
  const problem = useSignal<ApiError | undefined>(undefined);
  useEffect(() => {
    const request = new AbortController();
    const fetch = async (): Promise<void> => {
      const id = await instanceAt(series, image, request.signal);
      lines.value = id === undefined ? [] : await attributes(id, request.signal);
      problem.value = undefined;
    };
    fetch().catch((error: unknown) => {
      if (!isAbort(error)) problem.value = error instanceof ApiError ? error : new ApiError("internal", 0, String(error));
    });
    return () => {
      request.abort();
    };
  }, [series, image, lines, problem]);
  return { lines: lines.value, problem: problem.value };
}

async function copy(lines: readonly Attribute[]): Promise<void> {
  try {
    await navigator.clipboard.writeText(attributesText(lines));
    toast({ text: t("attributes.copied", { count: lines.length }) });
  } catch {
    toast({ kind: "bad", text: t("error.internal") });
  }
}
