/** What is written while the page goes: apart, so that the first page does without it. */
import type { Measurement } from "../core/measure.ts";
import { address } from "../core/place.ts";

/** Keep these measurements and no others of a series; nobody is there any more to hear whether it worked. */
export function keepOnLeaving(seriesId: string, all: readonly Measurement[]): void {
  const body = JSON.stringify({ measurements: all });
  const headers = { Accept: "application/json", "Content-Type": "application/json" };
  const init: RequestInit = { method: "PUT", credentials: "same-origin", headers, body };
  const path = address(`/api/series/${encodeURIComponent(seriesId)}/measurements`);
  // a browser only takes so much of what is to outlive its page; more has a chance at least
  fetch(path, { ...init, keepalive: true }).catch(() => fetch(path, init).catch(() => undefined));
}
