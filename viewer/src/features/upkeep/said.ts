import { ApiError } from "../../io/http.ts";
import { t } from "../prefs/index.ts";

/** A refusal of the server as a sentence. */
export const said = (error: unknown): string => (error instanceof ApiError ? `${t(`error.${error.code}`)} ${error.message}`.trim() : String(error));
