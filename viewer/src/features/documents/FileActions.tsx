import type { Signal } from "@preact/signals";

import type { Content } from "../../core/contents.ts";
import { documentUrl, fileUrl } from "../../io/contents.ts";
import { t } from "../prefs/index.ts";

interface FileActionsProps {
  readonly instanceId: string;
  readonly listed: Signal<boolean>;
  readonly found: Content | undefined;
}

/** What can be done with any object, whether it can be shown or not. */
export function FileActions({ instanceId, listed, found }: FileActionsProps) {
  return (
    <div class="bd-acts">
      {found?.kind === "document" && (
        <a class="bd-act strong" href={documentUrl(instanceId, true)} download>
          {t("beyond.downloadDocument")}
        </a>
      )}
      <a class="bd-act" href={fileUrl(instanceId)} download>
        {t("beyond.download")}
      </a>
      <button
        type="button"
        class="bd-act"
        aria-pressed={listed.value}
        onClick={() => {
          listed.value = !listed.value;
        }}
      >
        {t(listed.value ? "beyond.hideAttributes" : "beyond.attributes")}
      </button>
    </div>
  );
}
