import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

import type { Medium, Session } from "../../core/model.ts";
import * as api from "../../io/api.ts";
import { ApiError } from "../../io/http.ts";
import { Icon, toast } from "../kit/index.ts";
import { fmt, t } from "../prefs/index.ts";

const LOOK_MS = 2500;

/** What is plugged in, offered and never opened unasked; and what is open. */
export function MediaPage() {
  const media = useSignal<readonly Medium[] | undefined>(undefined);
  const sessions = useSignal<readonly Session[]>([]);
  const opening = useSignal("");
  const problem = useSignal("");

  const look = useRef(async (): Promise<void> => {
    [media.value, sessions.value] = await Promise.all([api.media(), api.sessions()]);
  });
  useEffect(() => {
    const asked = (): void => {
      if (document.visibilityState === "visible") look.current().catch(() => undefined); // no answer now: the next time
    };
    asked();
    const timer = setInterval(asked, LOOK_MS);
    return () => {
      clearInterval(timer);
    };
  }, []);

  const open = async (path: string): Promise<void> => {
    if (opening.value !== "") return;
    opening.value = path;
    problem.value = "";
    try {
      location.assign((await api.openSession(path)).url);
    } catch (error) {
      problem.value = error instanceof ApiError ? said(error) : String(error);
    }
    opening.value = "";
  };

  const close = async (session: Session): Promise<void> => {
    try {
      await api.closeSession(session.session);
      await look.current();
    } catch (error) {
      toast({ text: error instanceof ApiError ? said(error) : String(error), kind: "bad" });
    }
  };

  return (
    <main class="page media-page">
      <header class="page-head">
        <h1>{t("media.title")}</h1>
        <p class="quiet">{t("media.intro")}</p>
      </header>
      <div class="media-body">
        <Plugged media={media.value} opening={opening.value} onOpen={(path) => void open(path)} />
        <Other busy={opening.value !== ""} onOpen={(path) => void open(path)} />
        <p class="form-problem" role="alert">
          {problem.value}
        </p>
        {sessions.value.length === 0 ? null : <OpenNow sessions={sessions.value} onClose={(session) => void close(session)} />}
      </div>
    </main>
  );
}

interface PluggedProps {
  readonly media: readonly Medium[] | undefined;
  readonly opening: string;
  readonly onOpen: (path: string) => void;
}

function Plugged({ media, opening, onOpen }: PluggedProps) {
  return (
    <section aria-labelledby="media-plugged">
      <h2 id="media-plugged">{t("media.plugged")}</h2>
      {media?.length === 0 ? (
        <p class="quiet">
          {t("media.none")} {t("media.noneHint")}
        </p>
      ) : null}
      <ul class="media-list">
        {media?.map((medium) => (
          <li key={medium.path}>
            <Icon name={medium.kind === "disc" ? "disc" : "drive"} size={22} />
            <span class="media-name">
              <bdi>{medium.label}</bdi>
              <span class="quiet">
                {t(`media.${medium.kind}`)} · <bdi>{medium.path}</bdi>
              </span>
            </span>
            <button
              type="button"
              class="button primary"
              disabled={opening !== ""}
              onClick={() => {
                onOpen(medium.path);
              }}
            >
              {t(opening === medium.path ? "media.opening" : "media.open")}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** A path, for what the system does not call removable. */
function Other({ busy, onOpen }: { readonly busy: boolean; readonly onOpen: (path: string) => void }) {
  const typed = useSignal("");
  return (
    <form
      class="media-other"
      onSubmit={(event) => {
        event.preventDefault();
        onOpen(typed.value.trim());
      }}
    >
      <label for="media-path">{t("media.other")}</label>
      <span class="media-row">
        <input
          id="media-path"
          type="text"
          autocomplete="off"
          spellcheck={false}
          placeholder={t("media.path")}
          value={typed.value}
          onInput={(event) => (typed.value = event.currentTarget.value)}
        />
        <button type="submit" class="button" disabled={typed.value.trim() === "" || busy}>
          {t(busy ? "media.opening" : "media.open")}
        </button>
      </span>
    </form>
  );
}

function OpenNow({ sessions, onClose }: { readonly sessions: readonly Session[]; readonly onClose: (session: Session) => void }) {
  return (
    <section aria-labelledby="media-open">
      <h2 id="media-open">{t("media.sessions")}</h2>
      <ul class="media-list">
        {sessions.map((session) => (
          <li key={session.session}>
            <Icon name="folder" size={22} />
            <a class="media-name" href={session.url}>
              <bdi>{session.label}</bdi>
              <span class="quiet">{fmt().moment(session.opened)}</span>
            </a>
            <button
              type="button"
              class="button"
              onClick={() => {
                onClose(session);
              }}
            >
              {t("media.close")}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The refusal in the person's language, and the server's own words. */
const said = (error: ApiError): string => `${t(error.code === "bad_request" ? "media.cannotOpen" : `error.${error.code}`)} ${error.message}`.trim();
