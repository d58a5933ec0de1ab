import type { ApiError } from "../../io/http.ts";
import { t } from "../prefs/index.ts";
import { Icon } from "./Icon.tsx";

/** Something did not work: what, in the person's language; the server's own words under it; and a way on. */
export function Problem({ problem, onRetry }: { readonly problem: ApiError; readonly onRetry: () => void }) {
  return (
    <div class="notice" role="alert">
      <Icon name="warning" size={28} />
      <h2>{t("error.title")}</h2>
      <p>{t(`error.${problem.code}`)}</p>
      {problem.message === "" ? null : <p class="notice-detail">{problem.message}</p>}
      <button type="button" class="button" onClick={onRetry}>
        {t("action.retry")}
      </button>
    </div>
  );
}
