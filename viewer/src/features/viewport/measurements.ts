/** What was measured on the series at hand: kept by the archive, changed here, each change undone if one likes. */
import { batch, signal } from "@preact/signals";

import { begun, done, type History, joined, type Measurement, redone, undone } from "../../core/measure.ts";
import { keepMeasurements, measurements } from "../../io/api.ts";
import { keepOnLeaving } from "../../io/leaving.ts";
import { toast } from "../kit/index.ts";
import { t } from "../prefs/index.ts";

/** Changes that follow each other are written together. */
const PAUSE = 600;

type Of = History<readonly Measurement[]>;

export class Measurements {
  /** By series. */
  readonly #kept = signal<ReadonlyMap<string, Of>>(new Map());
  readonly selected = signal<string | undefined>(undefined);
  /** Being drawn, and not yet one of them. */
  readonly drawing = signal(false);
  readonly listed = signal(false);
  /** What was kept of each series, on its way or here; what failed is asked for again. */
  readonly #asked = new Map<string, Promise<void>>();
  /** Series of which it is known what was kept: only then may it be written over. */
  readonly #known = new Set<string>();
  readonly #unwritten = new Map<string, ReturnType<typeof setTimeout>>();
  readonly #underWay = new Set<string>();

  of(seriesId: string | undefined): readonly Measurement[] {
    return seriesId === undefined ? [] : (this.#kept.value.get(seriesId)?.now ?? []);
  }

  canUndo(seriesId: string | undefined): boolean {
    return seriesId !== undefined && (this.#kept.value.get(seriesId)?.past.length ?? 0) > 0;
  }

  canRedo(seriesId: string | undefined): boolean {
    return seriesId !== undefined && (this.#kept.value.get(seriesId)?.future.length ?? 0) > 0;
  }

  /** Have what was kept of a series. */
  load(seriesId: string): void {
    this.#had(seriesId).catch(() => undefined); // said when something is to be written
  }

  #had(seriesId: string): Promise<void> {
    const known = this.#asked.get(seriesId);
    if (known !== undefined) return known;
    const asked = measurements(seriesId).then(
      (found) => {
        this.#known.add(seriesId);
        // what was drawn while they were on their way comes on top of them
        this.#set(seriesId, joined(found, this.#kept.value.get(seriesId) ?? begun([])));
      },
      (error: unknown) => {
        this.#asked.delete(seriesId);
        throw error;
      },
    );
    this.#asked.set(seriesId, asked);
    return asked;
  }

  put(seriesId: string, one: Measurement): void {
    const now = this.of(seriesId);
    const known = now.some(({ id }) => id === one.id);
    this.#change(seriesId, known ? now.map((other) => (other.id === one.id ? one : other)) : [...now, one]);
  }

  remove(seriesId: string, id: string): void {
    batch(() => {
      if (this.selected.value === id) this.selected.value = undefined;
      this.#change(
        seriesId,
        this.of(seriesId).filter((one) => one.id !== id),
      );
    });
  }

  undo(seriesId: string): void {
    this.#step(seriesId, undone);
  }

  redo(seriesId: string): void {
    this.#step(seriesId, redone);
  }

  /** Write what is still to be written, as when the viewer closes. */
  flush(): void {
    for (const seriesId of [...this.#unwritten.keys()]) void this.#write(seriesId);
  }

  /** The page itself goes: the browser is asked to bring to its end what it would give up. */
  leave(): void {
    const all = new Set([...this.#unwritten.keys(), ...this.#underWay]);
    for (const seriesId of all) if (this.#known.has(seriesId)) keepOnLeaving(seriesId, this.of(seriesId));
  }

  #step(seriesId: string, way: (history: Of) => Of): void {
    const history = this.#kept.value.get(seriesId);
    if (history === undefined) return;
    this.#set(seriesId, way(history));
    this.#writeLater(seriesId);
  }

  #change(seriesId: string, next: readonly Measurement[]): void {
    this.#set(seriesId, done(this.#kept.value.get(seriesId) ?? begun([]), next));
    this.#writeLater(seriesId);
  }

  #set(seriesId: string, history: Of): void {
    this.#kept.value = new Map(this.#kept.value).set(seriesId, history);
  }

  #writeLater(seriesId: string): void {
    clearTimeout(this.#unwritten.get(seriesId));
    this.#unwritten.set(
      seriesId,
      setTimeout(() => {
        void this.#write(seriesId);
      }, PAUSE),
    );
  }

  /** What is kept is replaced as a whole: not before it is known what there was. */
  async #write(seriesId: string): Promise<void> {
    clearTimeout(this.#unwritten.get(seriesId));
    this.#unwritten.delete(seriesId);
    this.#underWay.add(seriesId);
    try {
      await this.#had(seriesId);
      await keepMeasurements(seriesId, this.of(seriesId));
    } catch {
      toast({ text: t("measure.notKept") });
    } finally {
      this.#underWay.delete(seriesId);
    }
  }
}
