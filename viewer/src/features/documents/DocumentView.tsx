import type { DocumentFacts } from "../../core/contents.ts";
import { documentUrl } from "../../io/contents.ts";
import { fmt, t } from "../prefs/index.ts";

interface DocumentProps {
  readonly facts: DocumentFacts;
  readonly instanceId: string;
}

/** A PDF in the browser's own viewer, in a frame whose answer may run and load nothing; all else is named. */
export function DocumentView({ facts, instanceId }: DocumentProps) {
  const title = facts.title === "" ? t("beyond.document") : facts.title;
  const kind = facts.media_type === "" ? t("beyond.unknownKind") : facts.media_type;
  if (facts.media_type !== "application/pdf") {
    return (
      <p class="bd-kept">
        {t("beyond.documentKept", { kind })} {facts.size !== null && <span class="bd-quiet">{fmt().bytes(facts.size)}</span>}
      </p>
    );
  }
  return (
    <>
      <iframe class="bd-frame" title={title} src={documentUrl(instanceId)} />
      <p class="bd-quiet">{t("beyond.noViewer")}</p>
    </>
  );
}
