import { useSignal } from "@preact/signals";
import type { ComponentChildren, ComponentType } from "preact";
import { useEffect } from "preact/hooks";

import { isVideo } from "../../core/decoding.ts";
import type { MessageKey } from "../../core/messages.ts";
import type { Series } from "../../core/model.ts";
import { sopClassName } from "../../core/uids.ts";
import type { UnshownProps } from "../documents/index.ts";
import { Dialog } from "../kit/index.ts";
import { fmt, t } from "../prefs/index.ts";
import { Glyph } from "./icons.tsx";
import { HELP } from "./keys.ts";
import type { Pane } from "./pane.ts";
import { IMAGE_TROUBLE, mayPass, SERIES_TROUBLE, type Trouble } from "./problems.ts";
import type { Viewer } from "./viewer.ts";

/** A message in the place of the image. */
export function Notice({ title, hint, alert = false, children }: NoticeProps) {
  return (
    <div class="vp-notice" role={alert ? "alert" : "status"}>
      {alert && <Glyph name="broken" size={34} />}
      <h1>{title}</h1>
      {hint !== undefined && <p>{hint}</p>}
      {children}
    </div>
  );
}

interface NoticeProps {
  readonly title: string;
  readonly hint?: string | undefined;
  readonly alert?: boolean;
  readonly children?: ComponentChildren;
}

export const OpeningNotice = () => <Notice title={t("viewport.state.opening")} />;

/** A viewport without a series: one may be dragged there. */
export const IdleNotice = () => <Notice title={t("viewport.state.idle")} hint={t("viewport.state.idleHint")} />;

export const EmptyNotice = () => <Notice title={t("viewport.state.empty")} />;

export function SeriesTrouble({ trouble, onRetry }: { readonly trouble: Trouble; readonly onRetry: () => void }) {
  const [title, hint] = SERIES_TROUBLE[trouble];
  return (
    <Notice alert title={t(title)} hint={hint === undefined ? undefined : t(hint)}>
      {mayPass(trouble) && <RetryButton onRetry={onRetry} />}
    </Notice>
  );
}

/** Why the image that was asked for is not there; the others of the series still are. */
export function ImageTrouble({ viewer, pane, trouble }: { readonly viewer: Viewer; readonly pane: Pane; readonly trouble: Trouble }) {
  const [title, hint] = IMAGE_TROUBLE[trouble];
  const frame = pane.frames.value[pane.target.value];
  return (
    <Notice alert title={t(title, { number: pane.at(pane.target.value).slice + 1 })} hint={hint === undefined ? undefined : t(hint)}>
      {mayPass(trouble) && (
        <RetryButton
          onRetry={() => {
            pane.retry();
          }}
        />
      )}
      {frame !== undefined && OF_FILE.includes(trouble) && <WhichFile instanceId={frame.image.id} readable={trouble === "undecodable"} nameless={viewer.nameless.value} />}
    </Notice>
  );
}

/** Troubles that one looks after at the file itself. */
const OF_FILE: readonly Trouble[] = ["undecodable", "unavailable"];

/** Fetched when something is wrong, which is rare. */
function WhichFile(props: UnshownProps) {
  const part = useSignal<{ readonly Unshown: ComponentType<UnshownProps> } | undefined>(undefined);
  useEffect(() => {
    import("../documents/index.ts").then(
      (loaded) => {
        part.value = loaded;
      },
      () => undefined, // what is wrong is said without it
    );
  }, [part]);
  const Unshown = part.value?.Unshown;
  return Unshown === undefined ? null : <Unshown {...props} />;
}

function RetryButton({ onRetry }: { readonly onRetry: () => void }) {
  return (
    <button type="button" class="vp-button" onClick={onRetry}>
      {t("action.retry")}
    </button>
  );
}

const KINDS: Readonly<Record<string, MessageKey>> = {
  SR: "viewport.kind.SR",
  DOC: "viewport.kind.document",
  ECG: "viewport.kind.waveform",
  HD: "viewport.kind.waveform",
  EPS: "viewport.kind.waveform",
  PR: "viewport.kind.PR",
  KO: "viewport.kind.KO",
  RTSTRUCT: "viewport.kind.RT",
  RTPLAN: "viewport.kind.RT",
  RTRECORD: "viewport.kind.RT",
};

/** A series without images names itself and says what is known of it. */
export function NoPixels({ series }: { readonly series: Series }) {
  const video = isVideo(series.transfer_syntax_uid);
  const kind = t(video ? "viewport.kind.video" : (KINDS[series.modality] ?? "viewport.kind.other"));
  const { study, counts } = series;
  const facts: (readonly [MessageKey, string])[] = [
    ["fact.modality", series.modality],
    ["fact.description", series.description],
    ["fact.date", fmt().dateTime(series.date === "" ? study.date : series.date, series.time)],
    ["fact.contents", t("count.objects", { count: counts.instances })],
    ["fact.size", fmt().bytes(counts.bytes)],
    ["fact.manufacturer", [series.manufacturer, series.manufacturer_model_name].filter((text) => text !== "").join(" ")],
    ["fact.sopClass", sopClassName(series.sop_class_uid)],
  ];
  return (
    <Notice title={t("viewport.state.noPixels", { kind })} hint={t("viewport.state.noPixelsHint")}>
      <dl class="vp-facts">
        {facts
          .filter(([, value]) => value !== "")
          .map(([label, value]) => (
            <div key={label}>
              <dt>{t(label)}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
    </Notice>
  );
}

/** All keys, on `?`. */
export function KeysDialog({ viewer }: { readonly viewer: Viewer }) {
  return (
    <Dialog
      title={t("viewport.keys.title")}
      class="vp-keys"
      onClose={() => {
        viewer.keysShown.value = false;
      }}
    >
      <dl>
        {HELP.map(([keys, does]) => (
          <div key={does}>
            <dt>
              {keys.map((key) => (
                <kbd key={typeof key === "string" ? key : key.say}>{typeof key === "string" ? key : t(key.say)}</kbd>
              ))}
            </dt>
            <dd>{t(does)}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
