/** Pictures, films and surfaces of what is seen: at most one at a time, with progress, and stopped when one likes. */
import { signal } from "@preact/signals";

import { surfaceOf } from "../../../io/surface.ts";
import { isAbort } from "../../../io/http.ts";
import { toast } from "../../kit/index.ts";
import { t } from "../../prefs/index.ts";
import type { Viewer } from "../viewer.ts";
import type { Form, Reel } from "./film.ts";
import { snapshot } from "./snapshot.ts";

export interface Running {
  readonly label: string;
  readonly done: number;
  readonly total: number;
  readonly stop: AbortController;
}

/** Pictures of a whole turn, and how many a second. */
const TURN = 60;
const TURN_RATE = 20;

export class Exporting {
  readonly running = signal<Running | undefined>(undefined);
  /** The question for the value of a surface. */
  readonly asked = signal(false);

  constructor(readonly viewer: Viewer) {}

  /** The viewport at hand: a cell of planes, or one with a stack. */
  #stage(): HTMLElement | undefined {
    return document.querySelector<HTMLElement>(".vp-panes .vp-cell.active, .vp-panes .vp-stage.active") ?? document.querySelector<HTMLElement>(".vp-panes .vp-stage:not(.aside)") ?? undefined;
  }

  get turns(): boolean {
    const desk = this.viewer.desk.value;
    return desk?.phase.value.kind === "ready" && desk.cells.includes("solid");
  }

  get plays(): boolean {
    return this.viewer.active.value.frames.value.length > 1 && !this.viewer.stackAside.value;
  }

  get hasSurface(): boolean {
    return this.viewer.desk.value?.phase.value.kind === "ready" && (this.viewer.active.value.stack.value?.phases.length ?? 1) < 2;
  }

  async picture(texts: boolean): Promise<void> {
    const stage = this.#stage();
    if (stage === undefined) return;
    const canvas = await snapshot(stage, texts);
    canvas.toBlob((blob) => {
      if (blob !== null) save(blob, this.#name("png"));
    }, "image/png");
  }

  /** No name of a person stands in the name of a file. */
  #name(ending: string): string {
    const series = this.viewer.active.value.series.value;
    return `${["fileroom", series?.modality, series?.number].filter((part) => part !== undefined && part !== null && part !== "").join("-")}.${ending}`;
  }

  async #run(label: string, total: number, work: (tell: (done: number) => void, stop: AbortSignal) => Promise<void>): Promise<void> {
    if (this.running.value !== undefined) return;
    const stop = new AbortController();
    this.running.value = { label, done: 0, total, stop };
    try {
      await work((done) => {
        this.running.value = { label, done, total, stop };
      }, stop.signal);
    } catch (error) {
      if (!isAbort(error)) toast({ text: t("volume.export.failed") });
    } finally {
      this.running.value = undefined;
    }
  }

  /** The images of the stack at hand, at the rate of its cine. */
  async cine(form: Form): Promise<void> {
    const pane = this.viewer.active.value;
    const stage = document.querySelector<HTMLElement>(`.vp-stage[data-series="${pane.series.value?.id ?? ""}"]`);
    if (stage === null) return;
    pane.player.pause();
    const [before, canvas] = [pane.target.value, document.createElement("canvas")];
    const count = pane.frames.value.length;
    const shoot = async (index: number): Promise<HTMLCanvasElement> => {
      await pane.show(index);
      await twoFrames();
      return snapshot(stage, this.viewer.corners.value, canvas);
    };
    await pane.learnPace();
    await this.#film(form, { count, rate: pane.player.rate.value, shoot, stays: () => pane.stays() });
    void pane.show(before);
  }

  /** The solid, once around the patient's long axis. */
  async turn(form: Form): Promise<void> {
    const solid = this.viewer.desk.value?.solid;
    const stage = document.querySelector<HTMLElement>('.vp-cell[data-cell="solid"]');
    const aim = solid?.aim.peek();
    if (solid === undefined || stage === null || aim === undefined) return;
    const canvas = document.createElement("canvas");
    const shoot = async (index: number): Promise<HTMLCanvasElement> => {
      solid.spin(aim, (2 * Math.PI * index) / TURN);
      solid.refine();
      await twoFrames();
      return snapshot(stage, this.viewer.corners.value, canvas);
    };
    await this.#film(form, { count: TURN, rate: TURN_RATE, shoot });
    solid.spin(aim, 0);
  }

  async #film(form: Form, reel: Reel): Promise<void> {
    await this.#run(t("volume.export.filming"), reel.count, async (onProgress, stop) => {
      const { film } = await import("./film.ts");
      save(await film(form, reel, { onProgress, stop }), this.#name(form));
    });
  }

  /** The surface at a value, made by the server. */
  async surface(level: number, downsample: number): Promise<void> {
    this.asked.value = false;
    const series = this.viewer.active.value.series.value;
    if (series === undefined) return;
    await this.#run(t("volume.export.surface"), 100, async (tell, stop) => {
      const blob = await surfaceOf(series.id, { level, downsample }, (part) => { tell(Math.round(part * 100)); }, stop);
      if (blob === undefined) toast({ text: t("volume.export.noSurface") });
      else save(blob, this.#name("stl"));
    });
  }
}

function twoFrames(): Promise<void> {
  return new Promise((resolve) => {
    requestAnimationFrame(() => {
      requestAnimationFrame(() => {
        resolve();
      });
    });
  });
}

function save(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => {
    URL.revokeObjectURL(link.href);
  }, 60_000);
}
