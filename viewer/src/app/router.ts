/** A tiny history router: one signal with the route at hand. Plain links work, and so do back and forward. */
import { type ReadonlySignal, signal } from "@preact/signals";

import { arriveAt, sessionHere } from "../core/place.ts";
import { keepNothing } from "../io/storage.ts";
import { parseRoute, type Route, routePath } from "../core/routes.ts";

arriveAt(location.pathname);
if (sessionHere() !== undefined) keepNothing();
const current = signal<Route>(parseRoute(location.pathname));

/** How many pages of ours lie behind this one, so that closing the viewer can go *back* rather than on. */
const depth = (): number => (history.state as { depth?: number } | null)?.depth ?? 0;

export const route: ReadonlySignal<Route> = current;

/** Go to a page; `replace` leaves no way back to the one at hand. */
export function navigate(to: Route, options: { readonly replace?: boolean } = {}): void {
  const path = routePath(to);
  if (options.replace === true) history.replaceState({ depth: depth() }, "", path);
  else if (path !== location.pathname) history.pushState({ depth: depth() + 1 }, "", path);
  current.value = to;
}

/** Go back to where one came from; a page opened by its address goes to the archive. */
export function leave(): void {
  if (depth() > 0) history.back();
  else navigate({ page: "archive" }, { replace: true });
}

/** Listen to back and forward, and to clicks on our own links. */
export function startRouter(): void {
  // a one-time token that did not work is nothing to keep in the history
  if (location.search !== "") history.replaceState(history.state, "", location.pathname);
  addEventListener("popstate", () => {
    current.value = parseRoute(location.pathname);
  });
  document.addEventListener("click", (event) => {
    const to = ownLink(event);
    if (to === undefined) return;
    event.preventDefault();
    navigate(to);
  });
}

/** The route of a plain click on a link of ours; undefined leaves the click to the browser (new tab, download …). */
function ownLink(event: MouseEvent): Route | undefined {
  if (event.defaultPrevented || event.button !== 0) return undefined;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return undefined;
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  if (link?.origin !== location.origin || link.target !== "" || link.hasAttribute("download")) return undefined;
  const to = parseRoute(link.pathname);
  return to.page === "unknown" ? undefined : to;
}
