import { type ReadonlySignal, signal } from "@preact/signals";

import { type FoundBelow, foundBelow } from "../../core/hits.ts";
import { type Node, type Step, step, visibleNodes } from "../../core/jacket.ts";
import type { Page, Patient, Series, Study } from "../../core/model.ts";
import { ApiError, isAbort } from "../../io/http.ts";
import type { ArchiveApi } from "./archiveApi.ts";

/** More studies, or series of one study, than anyone reads on a page; the page says when there are more. */
export const MOST = 1000;

/** Series in which something is looked for: enough to mark what anyone looks at. */
const MOST_FOUND = 200;
const NOTHING: FoundBelow = { hits: [], studies: [], first: undefined };

/** The film jacket in hand: studies and series of one patient, which are open, and where one stands. */
export class JacketStore {
  readonly #studies = signal<Page<Study> | undefined>(undefined);
  readonly #series = signal<ReadonlyMap<string, Page<Series>>>(new Map());
  readonly #problem = signal<ApiError | undefined>(undefined);
  readonly #open = signal<ReadonlySet<string>>(new Set());
  readonly #node = signal<string | undefined>(undefined);
  readonly #found = signal<FoundBelow>(NOTHING);
  readonly #hideDerived = signal(false);
  #words = "";
  /** How each jacket was left, so that coming back to it finds it so. In memory only. */
  readonly #left = new Map<string, { open: ReadonlySet<string>; node: string | undefined; scroll: number }>();
  #patient: string | undefined;
  #request: AbortController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Where the list stands, in pixels. */
  scroll = 0;

  constructor(
    private readonly api: ArchiveApi,
    private readonly settle = 70,
  ) {}

  get studies(): ReadonlySignal<Page<Study> | undefined> {
    return this.#studies;
  }

  get problem(): ReadonlySignal<ApiError | undefined> {
    return this.#problem;
  }

  /** Whether only series as they were taken are shown, not those made from others. */
  get hideDerived(): ReadonlySignal<boolean> {
    return this.#hideDerived;
  }

  setHideDerived(hidden: boolean): void {
    this.#hideDerived.value = hidden;
    this.#keepNode();
  }

  /** The series of a study that are shown; undefined until they have come. */
  shown(study: string): readonly Series[] | undefined {
    const items = this.seriesOf(study)?.items;
    return this.#hideDerived.value ? items?.filter((one) => one.original && !one.reformatted) : items;
  }

  get open(): ReadonlySignal<ReadonlySet<string>> {
    return this.#open;
  }

  /** The id of the study or series one stands on. */
  get node(): ReadonlySignal<string | undefined> {
    return this.#node;
  }

  /** What was searched for, where it is in this jacket. */
  get found(): ReadonlySignal<FoundBelow> {
    return this.#found;
  }

  /** What is searched for now: it is marked in this jacket, and the studies that have it are opened. */
  async search(words: string): Promise<void> {
    this.#words = words;
    const patient = this.#patient;
    if (patient === undefined || this.#studies.value === undefined) return; // it will be, when the jacket comes
    const found = await this.#find(patient, this.#request?.signal);
    if (this.#patient !== patient || this.#words !== words) return;
    this.#found.value = found;
    for (const study of found.studies) this.toggle(study, true);
  }

  seriesOf(study: string): Page<Series> | undefined {
    return this.#series.value.get(study);
  }

  /** Take out the jacket of a patient; quick walks along the list fetch only where they stop. */
  show(patient: Patient | undefined): void {
    if (patient?.id === this.#patient) return;
    this.#putAway();
    this.#patient = patient?.id;
    const left = patient === undefined ? undefined : this.#left.get(patient.id);
    this.#studies.value = undefined;
    this.#series.value = new Map();
    this.#problem.value = undefined;
    this.#found.value = NOTHING;
    this.#open.value = left?.open ?? new Set();
    this.#node.value = left?.node;
    this.scroll = left?.scroll ?? 0;
    if (patient !== undefined) this.#timer = setTimeout(() => void this.refresh(), this.settle);
  }

  /** Fetch again what is shown, without taking it away meanwhile. */
  async refresh(): Promise<void> {
    const patient = this.#patient;
    if (patient === undefined) return;
    clearTimeout(this.#timer);
    this.#request?.abort();
    const request = new AbortController();
    this.#request = request;
    try {
      const [studies, found] = await Promise.all([
        this.api.studies({ patient, order: "-date", limit: MOST }, request.signal),
        this.#find(patient, request.signal),
      ]);
      const first = studies.items[0]?.id;
      const arriving = this.#studies.value === undefined;
      const fresh = arriving && !this.#left.has(patient) && first !== undefined ? [first] : [];
      const opened = arriving && found.studies.length > 0 ? found.studies : fresh;
      // an open study that is not there now may be back (an undone removal), and is open then
      const open = opened.length > 0 ? new Set(opened) : this.#open.value;
      const there = studies.items.filter((one) => open.has(one.id));
      const series = await Promise.all(there.map(async ({ id }) => [id, await this.#fetchSeries(id, request.signal)] as const));
      if (this.#request !== request) return;
      this.#open.value = open;
      this.#found.value = found;
      this.#series.value = new Map(series);
      this.#studies.value = studies;
      this.#problem.value = undefined;
      this.#keepNode();
    } catch (error) {
      if (this.#request === request) this.#failed(error);
    }
  }

  /** The studies of the patient in hand, waited for when they are on their way. */
  async arrived(): Promise<Page<Study> | undefined> {
    if (this.#studies.value === undefined) await this.refresh();
    return this.#studies.value;
  }

  stand(node: string | undefined): void {
    this.#node.value = node;
  }

  toggle(study: string, open = !this.#open.value.has(study)): void {
    const now = new Set(this.#open.value);
    if (open) now.add(study);
    else now.delete(study);
    this.#open.value = now;
    if (open && !this.#series.value.has(study)) void this.#load(study);
    if (!open && this.#seriesIds(study).includes(this.#node.value ?? "")) this.stand(study);
  }

  nodes(): Node[] {
    return visibleNodes(this.#studies.value?.items ?? [], this.#open.value, (study) => this.shown(study));
  }

  /** Do what a key means here; answers what it meant, if anything. */
  press(key: string): Step | undefined {
    const meant = step(this.nodes(), this.#node.value, this.#open.value, key);
    if (meant?.kind === "go") this.stand(meant.node.id);
    else if (meant?.kind === "open") this.toggle(meant.study, true);
    else if (meant?.kind === "close") this.toggle(meant.study, false);
    return meant;
  }

  /** The study or series one stands on. */
  entry(): { readonly study: Study; readonly series: Series | undefined } | undefined {
    const id = this.#node.value;
    for (const study of this.#studies.value?.items ?? []) {
      if (study.id === id) return { study, series: undefined };
      const series = this.seriesOf(study.id)?.items.find((one) => one.id === id);
      if (series !== undefined) return { study, series };
    }
    return undefined;
  }

  async #load(study: string): Promise<void> {
    try {
      const page = await this.#fetchSeries(study, this.#request?.signal);
      this.#series.value = new Map(this.#series.value).set(study, page);
    } catch (error) {
      this.#failed(error);
    }
  }

  async #find(patient: string, abort: AbortSignal | undefined): Promise<FoundBelow> {
    if (this.#words === "") return NOTHING;
    try {
      return foundBelow(await this.api.series({ patient, q: this.#words, limit: MOST_FOUND }, abort));
    } catch {
      return NOTHING; // the list itself says what is the matter; without marks it is as good
    }
  }

  #fetchSeries(study: string, abort: AbortSignal | undefined): Promise<Page<Series>> {
    return this.api.series({ study, order: "number", limit: MOST }, abort);
  }

  #seriesIds(study: string): string[] {
    return (this.seriesOf(study)?.items ?? []).map((one) => one.id);
  }

  /** What one stood on may be gone (removed): then one stands on nothing. */
  #keepNode(): void {
    const node = this.#node.value;
    if (node !== undefined && !this.nodes().some((one) => one.id === node)) this.stand(undefined);
  }

  #putAway(): void {
    clearTimeout(this.#timer);
    this.#request?.abort();
    this.#request = undefined;
    if (this.#patient === undefined || this.#studies.value === undefined) return;
    this.#left.set(this.#patient, { open: this.#open.value, node: this.#node.value, scroll: this.scroll });
  }

  #failed(error: unknown): void {
    if (isAbort(error)) return;
    this.#problem.value = error instanceof ApiError ? error : new ApiError("internal", 0, String(error));
  }
}
