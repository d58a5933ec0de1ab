/** How a volume is seen in 3D: colours and opacities by value, customary for what one looks for. */
import type { MessageKey } from "./messages.ts";
import type { Vec3 } from "./geometry.ts";
import type { GreyRange } from "./window.ts";

export const RENDER_PRESETS = ["bone", "soft", "lung", "vessels", "mr", "mip"] as const;
export type RenderPreset = (typeof RENDER_PRESETS)[number];

/** A value, how opaque it is by millimetre, and its colour (0 to 1). */
export type Node = readonly [value: number, opacity: number, colour: Vec3];

/** Of CT in Hounsfield units; of all others in parts of the window. */
interface Recipe {
  readonly absolute: boolean;
  readonly nodes: readonly Node[];
}

const BONE: Vec3 = [0.95, 0.89, 0.76];
const WHITE: Vec3 = [1, 1, 1];
const SKIN: Vec3 = [0.85, 0.58, 0.47];
const FLESH: Vec3 = [0.72, 0.26, 0.2];
const BLOOD: Vec3 = [0.83, 0.16, 0.12];
const BLACK: Vec3 = [0, 0, 0];

const RECIPES: Readonly<Record<RenderPreset, Recipe>> = {
  bone: { absolute: true, nodes: [[-1000, 0, BLACK], [120, 0, FLESH], [260, 0.12, [0.8, 0.6, 0.42]], [600, 0.55, BONE], [1500, 0.9, WHITE]] },
  soft: { absolute: true, nodes: [[-1000, 0, BLACK], [-220, 0, SKIN], [-80, 0.06, SKIN], [20, 0.16, FLESH], [120, 0.3, FLESH], [300, 0.6, BONE], [1500, 0.9, WHITE]] },
  lung: { absolute: true, nodes: [[-1000, 0, BLACK], [-930, 0, [0.2, 0.35, 0.6]], [-760, 0.05, [0.42, 0.66, 0.85]], [-560, 0.09, [0.75, 0.86, 0.92]], [-380, 0.02, WHITE], [-200, 0, WHITE], [3000, 0, WHITE]] },
  vessels: { absolute: true, nodes: [[-1000, 0, BLACK], [130, 0, BLOOD], [220, 0.22, BLOOD], [420, 0.6, [0.93, 0.42, 0.3]], [700, 0.75, BONE], [1500, 0.9, WHITE]] },
  mr: { absolute: false, nodes: [[0, 0, BLACK], [0.16, 0, [0.35, 0.24, 0.2]], [0.38, 0.07, [0.66, 0.48, 0.4]], [0.7, 0.28, [0.88, 0.78, 0.68]], [1.1, 0.6, WHITE]] },
  mip: { absolute: false, nodes: [[0, 1, BLACK], [1, 1, WHITE]] },
};

export const presetLabel = (preset: RenderPreset): MessageKey => `volume.preset.${preset}`;

/** Presets of a modality; those in Hounsfield units only where values are such. */
export const renderPresets = (modality: string): readonly RenderPreset[] => RENDER_PRESETS.filter((preset) => modality === "CT" ? preset !== "mr" : !RECIPES[preset].absolute);

/** The nodes of a preset for these values; `shift` moves all of them, in parts of what they cover. */
export function nodesOf(preset: RenderPreset, window: GreyRange, shift: number): Node[] {
  const { absolute, nodes } = RECIPES[preset];
  const width = Math.max(1e-6, window.upper - window.lower);
  const by = shift * (absolute ? SHIFTED : width);
  return nodes.map(([value, opacity, colour]) => [(absolute ? value : window.lower + value * width) + by, opacity, colour]);
}

/** Hounsfield units that opacities of CT move when they are shifted all the way. */
const SHIFTED = 600;

/** A box in which a volume is left, from 0 to 1 along right–left, front–back, feet–head. */
export type Box = readonly [x: readonly [number, number], y: readonly [number, number], z: readonly [number, number]];

export const WHOLE_BOX: Box = [
  [0, 1],
  [0, 1],
  [0, 1],
];

/** Planes that cut everything away outside a box: each with a point, and the way that stays. */
export function boxPlanes(box: Box, least: Vec3, most: Vec3): { readonly origin: Vec3; readonly normal: Vec3 }[] {
  return box.flatMap(([from, to], axis) => {
    const low = least[axis] ?? 0;
    const size = (most[axis] ?? 0) - low;
    const at = (part: number, sign: 1 | -1): { readonly origin: Vec3; readonly normal: Vec3 } => {
      const origin = [0, 1, 2].map((one) => (one === axis ? low + part * size : ((least[one] ?? 0) + (most[one] ?? 0)) / 2));
      return { origin: [origin[0] ?? 0, origin[1] ?? 0, origin[2] ?? 0], normal: [axis === 0 ? sign : 0, axis === 1 ? sign : 0, axis === 2 ? sign : 0] };
    };
    return [...(from > 0 ? [at(from, 1)] : []), ...(to < 1 ? [at(to, -1)] : [])];
  });
}
