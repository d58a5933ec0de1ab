import { type ReadonlySignal, signal } from "@preact/signals";

import type { PatientRule, PossibleMatch, Verdict } from "../../core/model.ts";
import type * as api from "../../io/api.ts";
import { ApiError } from "../../io/http.ts";

export type MatchApi = Pick<typeof api, "decide" | "matches" | "rules" | "takeBackRule">;

/** Who might be one person, and what the user said of them. */
export class MatchStore {
  readonly #matches = signal<readonly PossibleMatch[] | undefined>(undefined);
  readonly #rules = signal<readonly PatientRule[]>([]);
  readonly #problem = signal<ApiError | undefined>(undefined);

  constructor(
    private readonly api: MatchApi,
    /** What is shown of the archive is another now. */
    private readonly onChanged: () => void,
  ) {}

  /** Undefined until they were first told. */
  get matches(): ReadonlySignal<readonly PossibleMatch[] | undefined> {
    return this.#matches;
  }

  /** The newest first. */
  get rules(): ReadonlySignal<readonly PatientRule[]> {
    return this.#rules;
  }

  get problem(): ReadonlySignal<ApiError | undefined> {
    return this.#problem;
  }

  async load(): Promise<void> {
    try {
      const [matches, rules] = await Promise.all([this.api.matches(), this.api.rules()]);
      this.#matches.value = matches;
      this.#rules.value = [...rules].reverse();
      this.#problem.value = undefined;
    } catch (error) {
      this.#problem.value = error instanceof ApiError ? error : new ApiError("internal", 0, String(error));
    }
  }

  /** Say that they are one person, the first of them shown, or that they are not. Answers how to take it back. */
  async decide(verdict: Verdict, ids: readonly string[]): Promise<() => Promise<void>> {
    const made = await this.api.decide(verdict, ids);
    await this.#after();
    return () => this.takeBack(made);
  }

  async takeBack(rules: readonly PatientRule[]): Promise<void> {
    for (const rule of rules) await this.api.takeBackRule(rule.id);
    await this.#after();
  }

  async #after(): Promise<void> {
    this.onChanged();
    await this.load();
  }
}
