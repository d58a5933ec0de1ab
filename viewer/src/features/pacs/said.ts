import { troubleOf } from "../../core/troubles.ts";
import { ApiError } from "../../io/http.ts";
import { t } from "../prefs/index.ts";

/** What is the matter, in the person's language: with the node where that is known, else of what kind it is. */
export function said(error: ApiError): string {
  return reasonOf(error) || t(`error.${error.code}`);
}

/** The same refusal with its reason in the person's language, for whoever says the kind itself. */
export const spoken = (error: ApiError): ApiError => new ApiError(error.code, error.status, reasonOf(error), error.reason, error.about);

function reasonOf({ reason, about }: ApiError): string {
  const trouble = troubleOf(reason);
  if (trouble === undefined) return "";
  const words = t(`trouble.${trouble}`);
  return about === "" ? words : `${words} (${about})`;
}
