import { ApiError } from "../../io/http.ts";
import { t } from "../prefs/index.ts";

/** A refusal as a sentence: its kind in the person's language, then the server's own words. */
export function said(error: unknown): string {
  if (!(error instanceof ApiError)) return String(error);
  return `${t(error.code === "bad_request" ? "media.cannot" : `error.${error.code}`)} ${error.message}`.trim();
}
