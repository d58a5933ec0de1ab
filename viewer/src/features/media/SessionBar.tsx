import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

import type { Session } from "../../core/model.ts";
import * as api from "../../io/api.ts";
import { ApiError } from "../../io/http.ts";
import { Icon, toast } from "../kit/index.ts";
import { t } from "../prefs/index.ts";

const AFTERWARDS = "/media";

/** Above every page of a session: whose it is, that nothing of it is kept, and the way out. */
export function SessionBar({ id }: { readonly id: string }) {
  const session = useSignal<Session | undefined>(undefined);
  const closing = useSignal(false);
  useEffect(() => {
    api.sessions().then(
      (all) => (session.value = all.find((one) => one.session === id)),
      () => undefined, // the page below says what is the matter
    );
  }, [id, session]);

  const close = async (): Promise<void> => {
    closing.value = true;
    try {
      await api.closeSession(id);
    } catch (error) {
      if (!(error instanceof ApiError && error.code === "not_found")) {
        closing.value = false;
        toast({ text: error instanceof ApiError ? error.message : String(error), kind: "bad" });
        return;
      }
    }
    // not a page of the history that one could go back to
    location.replace(AFTERWARDS);
  };

  return (
    <aside class="session-bar" aria-label={t("media.title")}>
      <Icon name="disc" />
      <bdi class="session-label ellipsis">{session.value?.label ?? ""}</bdi>
      <strong>{t("media.notKept")}</strong>
      <span class="spring" />
      <a href="/">{t("media.toArchive")}</a>
      <button type="button" class="button small" disabled={closing.value} onClick={() => void close()}>
        {t("media.close")}
      </button>
    </aside>
  );
}
