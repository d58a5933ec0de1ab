import { useSignal } from "@preact/signals";

import { tokenOf } from "../../core/session.ts";
import * as api from "../../io/api.ts";
import { ApiError } from "../../io/http.ts";
import { Icon } from "../kit/index.ts";
import { t } from "../prefs/index.ts";

const EXAMPLE = "http://127.0.0.1:…/?token=…";

/** Says why nothing is shown, and lets one in with the token of the printed address. */
export function SignInPage({ onSignedIn }: { readonly onSignedIn: () => void }) {
  const problem = useSignal("");
  const typed = useSignal("");
  const enter = async (): Promise<void> => {
    try {
      await api.signIn(tokenOf(typed.value));
      onSignedIn();
    } catch (error) {
      const code = error instanceof ApiError ? error.code : "internal";
      problem.value = t(code === "unauthorized" ? "session.wrong" : `error.${code}`);
    }
  };
  return (
    <main class="sign-in">
      <form
        class="sign-in-card"
        onSubmit={(event) => {
          event.preventDefault();
          void enter();
        }}
      >
        <Icon name="lock" size={28} />
        <h1>{t("session.title")}</h1>
        <p>{t("session.why")}</p>
        <code class="sign-in-example">{EXAMPLE}</code>
        <p class="quiet">{t("session.once")}</p>
        <label for="token">{t("session.token")}</label>
        <input
          id="token"
          type="text"
          autocomplete="off"
          spellcheck={false}
          autofocus
          value={typed.value}
          aria-describedby="token-problem"
          onInput={(event) => {
            typed.value = event.currentTarget.value;
            problem.value = "";
          }}
        />
        <p id="token-problem" class="form-problem" role="alert">
          {problem.value}
        </p>
        <button type="submit" class="button primary" disabled={tokenOf(typed.value) === ""}>
          {t("session.enter")}
        </button>
      </form>
    </main>
  );
}
