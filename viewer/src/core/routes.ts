/** The addresses of the app, both ways. Ids are opaque and meaningless outside their archive. */

import { address, pathWithin } from "./place.ts";

export type Route =
  | { readonly page: "archive"; readonly entry?: string }
  | { readonly page: "study"; readonly id: string }
  | { readonly page: "series"; readonly id: string }
  | { readonly page: "imports" }
  | { readonly page: "folders" }
  | { readonly page: "matches" }
  | { readonly page: "ledger"; readonly id: number }
  | { readonly page: "check" }
  | { readonly page: "media" }
  | { readonly page: "pacs" }
  | { readonly page: "others" }
  | { readonly page: "upkeep" }
  | { readonly page: "unknown"; readonly path: string };

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a lone % is nobody's id; the server will say that it knows none
  }
};

/** Pages of which there is one. */
const PLAIN = ["folders", "matches", "check", "media", "others", "pacs", "upkeep"] as const;

/** The route of an address's path. */
export function parseRoute(path: string): Route {
  const within = pathWithin(path);
  if (within === undefined) return { page: "unknown", path };
  const [first, second, ...rest] = within.split("/").filter((part) => part !== "");
  if (first === undefined) return { page: "archive" };
  if (rest.length > 0) return { page: "unknown", path };
  if (first === "imports") {
    if (second === undefined) return { page: "imports" };
    return /^\d{1,15}$/.test(second) ? { page: "ledger", id: Number(second) } : { page: "unknown", path };
  }
  const plain = PLAIN.find((page) => page === first);
  if (plain !== undefined && second === undefined) return { page: plain };
  if (second === undefined) return { page: "unknown", path };
  if (first === "patient") return { page: "archive", entry: decode(second) };
  if (first === "study") return { page: "study", id: decode(second) };
  if (first === "series") return { page: "series", id: decode(second) };
  return { page: "unknown", path };
}

/** The address of a route. */
export const routePath = (route: Route): string => (route.page === "unknown" ? route.path : address(pathOf(route)));

function pathOf(route: Exclude<Route, { page: "unknown" }>): string {
  switch (route.page) {
    case "archive":
      return route.entry === undefined ? "/" : `/patient/${encodeURIComponent(route.entry)}`;
    case "study":
      return `/study/${encodeURIComponent(route.id)}`;
    case "series":
      return `/series/${encodeURIComponent(route.id)}`;
    case "imports":
      return "/imports";
    case "folders":
      return "/folders";
    case "matches":
      return "/matches";
    case "ledger":
      return `/imports/${route.id}`;
    case "check":
      return "/check";
    case "media":
      return "/media";
    case "pacs":
      return "/pacs";
    case "others":
      return "/others";
    case "upkeep":
      return "/upkeep";
  }
}
