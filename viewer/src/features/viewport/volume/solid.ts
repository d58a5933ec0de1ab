/** The volume in 3D: from where it is looked at, and how it is painted. */
import { batch, signal } from "@preact/signals";

import { type Aim, cornersOf, dragged, lookFrom, middleOf, panned, rotated, type Side, type Size, zoomed } from "../../../core/mpr.ts";
import { type Box, nodesOf, type RenderPreset, renderPresets, WHOLE_BOX } from "../../../core/rendering.ts";
import { dot, subtract, type Vec3 } from "../../../core/geometry.ts";
import type { Grid } from "../../../core/volume.ts";
import type { GreyRange } from "../../../core/window.ts";
import type { VolumeView } from "../engine/index.ts";

/** Voxels between the samples of a ray: standing still, and while it is turned; without a graphics card. */
const FINE = 0.5;
const COARSE = 2;
const SOFTWARE_FINE = 1;
const SOFTWARE_COARSE = 5;
/** So long after the last movement it is drawn finely. */
const STILL = 280;
const LONG_AXIS: Vec3 = [0, 0, 1];
/** CSS pixels of dragging for half a turn. */
const HALF_TURN = 420;

export class Solid {
  readonly aim = signal<Aim | undefined>(undefined);
  readonly preset = signal<RenderPreset>("mip");
  readonly shaded = signal(true);
  /** Opacities moved towards higher or lower values, from -1 to 1. */
  readonly shift = signal(0);
  readonly box = signal<Box>(WHOLE_BOX);
  readonly boxed = signal(false);
  /** Drawn finely since it was last touched. */
  readonly still = signal(false);

  #view: VolumeView | undefined;
  #window: GreyRange = { lower: 0, upper: 1 };
  #later: ReturnType<typeof setTimeout> | undefined;
  #grid: Grid | undefined;
  #modality = "";

  constructor(
    readonly software: () => boolean,
    readonly size: () => Size,
  ) {}

  presets(): readonly RenderPreset[] {
    return renderPresets(this.#modality);
  }

  begin(view: VolumeView, grid: Grid, modality: string): void {
    this.#view = view;
    this.#grid = grid;
    if (modality !== this.#modality) {
      this.#modality = modality;
      batch(() => {
        this.preset.value = this.presets()[0] ?? "mip";
        this.shift.value = 0;
      });
    }
    view.setCoarseness(this.software() ? SOFTWARE_COARSE : COARSE);
    this.#paint();
    view.setBox(this.box.peek());
    this.look("A");
  }

  end(): void {
    clearTimeout(this.#later);
    this.#view = undefined;
    this.aim.value = undefined;
  }

  setWindow(window: GreyRange): void {
    this.#window = window;
    this.#paint();
  }

  choose(preset: RenderPreset): void {
    batch(() => {
      this.preset.value = preset;
      this.shift.value = 0;
    });
    this.#paint();
  }

  toggleShade(): void {
    this.shaded.value = !this.shaded.peek();
    this.#paint();
  }

  setShift(shift: number): void {
    this.shift.value = Math.max(-1, Math.min(1, shift));
    this.#paint();
  }

  setBox(box: Box): void {
    this.box.value = box;
    this.#touch();
    this.#view?.setBox(box);
  }

  toggleBox(): void {
    this.boxed.value = !this.boxed.peek();
    if (!this.boxed.peek()) this.setBox(WHOLE_BOX);
  }

  #paint(): void {
    this.#touch();
    const preset = this.preset.peek();
    this.#view?.paint(nodesOf(preset, this.#window, this.shift.peek()), { greatest: preset === "mip", shaded: this.shaded.peek() });
  }

  look(side: Side): void {
    const grid = this.#grid;
    if (grid === undefined) return;
    const view = lookFrom(side);
    const middle = middleOf(grid);
    const size = this.size();
    const from = cornersOf(grid).map((corner) => subtract(corner, middle));
    const reach = (way: Vec3): number => 2 * Math.max(...from.map((corner) => Math.abs(dot(corner, way))));
    this.#aim({ ...view, eye: middle, height: 1.08 * Math.max(reach(view.down), (reach(view.right) * size.height) / size.width) });
  }

  #aim(aim: Aim): void {
    this.aim.value = aim;
    this.#touch();
    this.#view?.aim("solid", aim);
  }

  /** Drag the thing itself, in CSS pixels. */
  turn([x, y]: readonly [number, number]): void {
    const aim = this.aim.peek();
    if (aim !== undefined) this.#aim({ ...aim, ...dragged(aim, (x * Math.PI) / HALF_TURN, (y * Math.PI) / HALF_TURN) });
  }

  /** Seen from `aim`, but turned about the patient's long axis. */
  spin(aim: Aim, angle: number): void {
    this.#aim({ ...aim, right: rotated(aim.right, LONG_AXIS, angle), down: rotated(aim.down, LONG_AXIS, angle) });
  }

  zoom(factor: number): void {
    const aim = this.aim.peek();
    if (aim !== undefined) this.#aim(zoomed(aim, this.size(), factor));
  }

  pan(by: readonly [number, number]): void {
    const aim = this.aim.peek();
    if (aim !== undefined) this.#aim(panned(aim, this.size(), by));
  }

  resized(): void {
    const aim = this.aim.peek();
    if (aim !== undefined) this.#aim(aim);
  }

  /** Coarse while it moves, fine when it has come to rest. */
  #touch(): void {
    const view = this.#view;
    if (view === undefined) return;
    if (this.still.peek() || this.#later === undefined) view.setCoarseness(this.software() ? SOFTWARE_COARSE : COARSE);
    this.still.value = false;
    clearTimeout(this.#later);
    this.#later = setTimeout(() => {
      this.refine();
    }, STILL);
  }

  /** Draw it finely, now. */
  refine(): void {
    clearTimeout(this.#later);
    this.#view?.setCoarseness(this.software() ? SOFTWARE_FINE : FINE);
    this.still.value = true;
  }
}
