import { type ReadonlySignal, signal } from "@preact/signals";

import { type Node, type Step, step, visibleNodes } from "../../core/jacket.ts";
import type { Page, Patient, Series, Study } from "../../core/model.ts";
import { ApiError, isAbort } from "../../io/http.ts";
import type { ArchiveApi } from "./archiveApi.ts";

/** More studies, or series of one study, than anyone reads on a page; the page says when there are more. */
export const MOST = 1000;

/** The film jacket in hand: studies and series of one patient, which are open, and where one stands. */
export class JacketStore {
  readonly #studies = signal<Page<Study> | undefined>(undefined);
  readonly #series = signal<ReadonlyMap<string, Page<Series>>>(new Map());
  readonly #problem = signal<ApiError | undefined>(undefined);
  readonly #open = signal<ReadonlySet<string>>(new Set());
  readonly #node = signal<string | undefined>(undefined);
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

  get open(): ReadonlySignal<ReadonlySet<string>> {
    return this.#open;
  }

  /** The id of the study or series one stands on. */
  get node(): ReadonlySignal<string | undefined> {
    return this.#node;
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
      const studies = await this.api.studies({ patient, order: "-date", limit: MOST }, request.signal);
      const first = studies.items[0]?.id;
      const fresh = this.#studies.value === undefined && !this.#left.has(patient) && first !== undefined;
      // an open study that is not there now may be back (an undone removal), and is open then
      const open = fresh ? new Set([first]) : this.#open.value;
      const there = studies.items.filter((one) => open.has(one.id));
      const series = await Promise.all(there.map(async ({ id }) => [id, await this.#fetchSeries(id, request.signal)] as const));
      if (this.#request !== request) return;
      this.#open.value = open;
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
    return visibleNodes(this.#studies.value?.items ?? [], this.#open.value, (study) => this.seriesOf(study)?.items);
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
