import type { MessageKey } from "../../core/messages.ts";
import { refusalOf } from "../../core/others.ts";
import { ApiError } from "../../io/http.ts";
import { t } from "../prefs/index.ts";

/** Why a file is not opened, in the person's language; the server's own words where there are none. */
export function refused(code: string, detail: string, message: string): string {
  const known = refusalOf(code);
  if (known === undefined || known === "unavailable") return message;
  const key: MessageKey = `refusal.${known}`;
  return detail === "" ? t(key) : `${t(key)} (${detail})`;
}

/** A refusal of the server as a sentence. */
export function said(error: unknown): string {
  if (!(error instanceof ApiError)) return String(error);
  if (error.reason !== "") return refused(error.reason, error.about, error.message);
  return `${t(`error.${error.code}`)} ${error.message}`.trim();
}
