import type { HTMLAttributes } from "preact";

import type { Hit } from "../../core/model.ts";

/** What the rows of a jacket can ask for. */
export interface TreeHands {
  /** What was searched for, to be marked. */
  readonly hits: readonly Hit[];
  /** The attributes that every row has: its place, whether it is chosen, what a click and a double click do. */
  readonly row: (id: string, level: "study" | "series") => HTMLAttributes<HTMLDivElement>;
  readonly open: (id: string, level: "study" | "series") => void;
  readonly toggle: (study: string) => void;
  /** Show the files of a series that contradict each other. */
  readonly conflicts: (id: string) => void;
  readonly menu: (id: string, from: MouseEvent | HTMLElement) => void;
}
