/** What the viewer shows. It stands aside while one is among the lists, so that a series opened again is there at once. */
import type { Route } from "../core/routes.ts";

export interface Viewing {
  readonly page: "series" | "study";
  readonly id: string;
  /** Another page is before one's eyes. */
  readonly aside: boolean;
  /** Another viewer for each visit: nothing of one person's stays when another's images are opened. */
  readonly visit: number;
}

/** What the viewer shows when one goes to `at`; undefined when there is none yet. */
export function nextViewing(before: Viewing | undefined, at: Route): Viewing | undefined {
  if (at.page !== "series" && at.page !== "study") return before === undefined ? undefined : { ...before, aside: true };
  const stays = before !== undefined && (!before.aside || (before.page === at.page && before.id === at.id));
  return { page: at.page, id: at.id, aside: false, visit: stays ? before.visit : (before?.visit ?? 0) + 1 };
}
