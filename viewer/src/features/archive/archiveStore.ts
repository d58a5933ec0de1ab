import { batch, effect, type ReadonlySignal, signal, untracked } from "@preact/signals";

import type { Found, Hit, Patient, Series, State, Status, Study } from "../../core/model.ts";
import type { ListQuery } from "../../io/api.ts";
import { Paged } from "../kit/index.ts";
import type { ArchiveApi } from "./archiveApi.ts";
import { JacketStore } from "./jacketStore.ts";

/** What is to be shown in full, or removed: the entry under the hand. */
export type Chosen =
  | { readonly level: "patient"; readonly entry: Patient }
  | { readonly level: "study"; readonly entry: Study }
  | { readonly level: "series"; readonly entry: Series };

export interface ArchiveOptions {
  /** Milliseconds of silence at the keyboard before the archive is asked. */
  readonly pause?: number;
  readonly settle?: number;
}

/** What narrows the list besides words. */
export interface Filters {
  readonly drive?: number | undefined;
  readonly state?: State | undefined;
}

/** What an answer says of itself: words looked for in place of misspelt ones, more hits than counted, hits that rows do not show. */
export interface Answer {
  readonly instead: Found<Patient>["instead"];
  readonly more: boolean;
}

const PLAIN: Answer = { instead: [], more: false };

/** The archive page: words searched for, the list of patients, the one in hand. Outlives the page, so that one comes back to it as it was. */
export class ArchiveStore {
  readonly patients: Paged<Patient>;
  readonly jacket: JacketStore;
  readonly #words = signal("");
  readonly #answered = signal("");
  readonly #order = signal<string | undefined>(undefined);
  readonly #filters = signal<Filters>({});
  readonly #answer = signal<Answer>(PLAIN);
  readonly #hits = new WeakMap<Patient, readonly Hit[]>();
  readonly #cursor = signal(-1);
  readonly #patient = signal<Patient | undefined>(undefined);
  readonly #pane = signal<"patients" | "jacket">("patients");
  readonly #status = signal<Status | undefined>(undefined);
  readonly #pause: number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** The cursor stands on a row that has not come yet; it is chosen when it comes. */
  #awaited = false;
  /** The first look is over: from now on somebody is always in hand, when there is anybody. */
  #begun = false;

  /** Whether the page has been seen and left before. */
  left = false;

  /** Where the list of patients stands, in pixels. */
  scroll = 0;

  constructor(
    private readonly api: ArchiveApi,
    options: ArchiveOptions = {},
  ) {
    this.#pause = options.pause ?? 80;
    const settle = options.settle === undefined ? {} : { settle: options.settle };
    this.patients = new Paged<Patient>((offset, limit, abort) => this.#fetch(offset, limit, abort), settle);
    this.jacket = new JacketStore(api, options.settle);
    effect(() => {
      if (this.patients.version.value > 0) untracked(this.#settle);
    });
  }

  /** The words as typed. */
  get words(): ReadonlySignal<string> {
    return this.#words;
  }

  /** The words that what is shown answers to. */
  get answered(): ReadonlySignal<string> {
    return this.#answered;
  }

  /** The order that was asked for; undefined is the list's own: by name, or the best matches first. */
  get order(): ReadonlySignal<string | undefined> {
    return this.#order;
  }

  get filters(): ReadonlySignal<Filters> {
    return this.#filters;
  }

  get answer(): ReadonlySignal<Answer> {
    return this.#answer;
  }

  /** Why a patient of the list was found. */
  hitsOf(patient: Patient): readonly Hit[] {
    return this.#hits.get(patient) ?? [];
  }

  /** Whether the list is all there is: nothing was asked for. */
  get unasked(): boolean {
    const { drive, state } = this.#filters.value;
    return this.#words.value === "" && this.#answered.value === "" && drive === undefined && state === undefined;
  }

  /** The question to the archive, as it stands. */
  query(): ListQuery {
    return { q: this.#words.peek(), order: this.#order.peek(), ...this.#filters.peek() };
  }

  get cursor(): ReadonlySignal<number> {
    return this.#cursor;
  }

  /** The patient whose jacket is out. */
  get patient(): ReadonlySignal<Patient | undefined> {
    return this.#patient;
  }

  get status(): ReadonlySignal<Status | undefined> {
    return this.#status;
  }

  /** Which pane the hand is in: it decides what the details are of, and what Delete would remove. */
  get pane(): ReadonlySignal<"patients" | "jacket"> {
    return this.#pane;
  }

  /** First look. `entry` is a patient to take out at once, when the address names one. */
  async start(entry?: string): Promise<void> {
    const named = entry === undefined ? undefined : this.api.entry(entry).catch(() => undefined);
    await Promise.all([this.patients.reload(), this.refreshStatus()]);
    const found = await named;
    if (found?.level === "patient") this.#takeOut(found.entry);
    this.#begun = true;
    this.#settle();
  }

  /** Ask with other words, as soon as the typing pauses. */
  search(words: string): void {
    if (words === this.#words.value) return;
    this.#words.value = words;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#ask(), words === "" ? 0 : this.#pause);
  }

  async #ask(): Promise<void> {
    const words = this.#words.value;
    await this.patients.reload();
    if (this.#words.value !== words || this.patients.problem.value !== undefined) return;
    this.#answered.value = words;
    void this.jacket.search(words);
    const at = this.patients.find((one) => one.id === this.#patient.value?.id);
    this.scroll = 0;
    if (at === undefined) this.choose(0);
  }

  async #fetch(offset: number, limit: number, abort: AbortSignal): Promise<Found<Patient>> {
    const page = await this.api.patients({ ...this.query(), offset, limit }, abort);
    page.items.forEach((patient, index) => {
      this.#hits.set(patient, page.hits[index] ?? []);
    });
    if (!abort.aborted) this.#answer.value = { instead: page.instead, more: page.more };
    return page;
  }

  /** Show only what lies on a drive, or is in a state. */
  async filter(filters: Filters): Promise<void> {
    this.#filters.value = filters;
    await this.#ask();
  }

  async orderBy(order: string | undefined): Promise<void> {
    this.#order.value = order;
    this.scroll = 0;
    await this.patients.reload();
  }

  /** Put the cursor on a row and take out its jacket. */
  choose(index: number): void {
    const total = this.patients.total.value ?? 0;
    const to = Math.min(index, total - 1);
    const patient = this.patients.at(to);
    batch(() => {
      this.#cursor.value = to;
      this.#pane.value = "patients";
      this.#awaited = to >= 0 && patient === undefined;
      if (!this.#awaited) this.#takeOut(patient);
    });
  }

  enter(pane: "patients" | "jacket"): void {
    this.#pane.value = pane;
    if (pane === "jacket" && this.jacket.node.value === undefined) this.jacket.stand(this.jacket.nodes()[0]?.id);
  }

  /** The entry under the hand. */
  chosen(): Chosen | undefined {
    const patient = this.#patient.value;
    const here = this.#pane.value === "jacket" ? this.jacket.entry() : undefined;
    if (here?.series !== undefined) return { level: "series", entry: here.series };
    if (here !== undefined) return { level: "study", entry: here.study };
    return patient === undefined ? undefined : { level: "patient", entry: patient };
  }

  /** The entry of an import or of another window may have come or gone. */
  async refresh(): Promise<void> {
    await Promise.all([this.patients.refresh(), this.jacket.refresh(), this.refreshStatus()]);
  }

  /** Look again if anybody has written since: another program, another window. */
  async lookAgain(): Promise<void> {
    const before = this.#status.value?.revision;
    if (before === undefined) return;
    await this.refreshStatus();
    if (this.#status.value?.revision !== before) await this.refresh();
  }

  async refreshStatus(): Promise<void> {
    try {
      this.#status.value = await this.api.status();
    } catch {
      // the list says what is the matter; the status line merely keeps what it knew
    }
  }

  /** Forget an entry; the files stay. Answers how to take it back. */
  async remove(id: string): Promise<() => Promise<void>> {
    const cursor = this.#cursor.value;
    await this.api.remove([id]);
    await this.refresh();
    if (this.patients.find((one) => one.id === this.#patient.value?.id) === undefined) this.choose(Math.max(0, cursor));
    return async () => {
      await this.api.restore([id]);
      await this.refresh();
    };
  }

  /** Write a note on an entry; an empty one takes it away. */
  async setNote(id: string, text: string): Promise<void> {
    await this.api.setNote(id, text);
    await this.#afterSaying();
  }

  /** Put these labels on an entry, and take all others away. */
  async setLabels(id: string, labels: readonly string[]): Promise<void> {
    await this.api.setLabels(id, labels);
    await this.#afterSaying();
  }

  /** The labels in use, most used first. */
  async labels(): Promise<readonly string[]> {
    return (await this.api.labels()).map((one) => one.label);
  }

  async #afterSaying(): Promise<void> {
    await this.refresh();
    const patient = this.#patient.value;
    if (patient === undefined || this.patients.find((one) => one.id === patient.id) !== undefined) return;
    const { level, entry } = await this.api.entry(patient.id); // their row is not here
    if (level === "patient" && this.#patient.value?.id === patient.id) this.#patient.value = entry;
  }

  #takeOut(patient: Patient | undefined): void {
    this.#patient.value = patient;
    this.jacket.show(patient);
  }

  /** New rows have come: the cursor follows its patient, or the patient the cursor. */
  readonly #settle = (): void => {
    if (this.#awaited) {
      const patient = this.patients.at(this.#cursor.value);
      if (patient === undefined) return;
      this.#awaited = false;
      this.#takeOut(patient);
      return;
    }
    const chosen = this.#patient.value;
    if (chosen === undefined) {
      if (this.#begun && this.patients.at(0) !== undefined) this.choose(0);
      return;
    }
    const at = this.patients.find((one) => one.id === chosen.id);
    this.#cursor.value = at ?? -1;
    if (at !== undefined) this.#patient.value = this.patients.at(at);
  };
}
