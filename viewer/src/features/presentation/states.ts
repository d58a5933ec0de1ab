/** The presentation states that are about a series, and the one that is applied. */
import { signal } from "@preact/signals";

import type { Presentation, Related, Unapplied } from "../../core/contents.ts";
import { content } from "../../io/contents.ts";

export class States {
  readonly all = signal<readonly Related[]>([]);
  /** The instance that was chosen, and what it says once it is here. */
  readonly chosen = signal<string | undefined>(undefined);
  readonly state = signal<Presentation | undefined>(undefined);
  /** What the state asks for and the frame on the screen does not get. */
  readonly unapplied = signal<readonly Unapplied[]>([]);
  /** What was chosen cannot be applied: it is of another kind, or damaged. */
  readonly refused = signal(false);

  constructor(all: readonly Related[]) {
    this.all.value = all;
  }

  async choose(instance: string | undefined): Promise<void> {
    this.chosen.value = instance;
    this.state.value = undefined;
    this.unapplied.value = [];
    this.refused.value = false;
    if (instance === undefined) return;
    const found = await content(instance).catch(() => undefined);
    if (this.chosen.value !== instance) return;
    if (found?.kind === "presentation") this.state.value = found.content;
    else {
      this.chosen.value = undefined;
      this.refused.value = true;
    }
  }
}
