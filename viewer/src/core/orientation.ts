/** The letters at the sides of an image: which way the patient lies (PS3.3 C.7.6.1.1.1). */
import { negate, unit, type Vec3 } from "./geometry.ts";

/** Towards growing x, y, z: Left, Posterior, Head; the other way: Right, Anterior, Feet. */
const LETTERS = [
  ["L", "R"],
  ["P", "A"],
  ["H", "F"],
] as const;

/** A lesser direction is named from about 12° on; below that it is a rounding, not an obliquity. */
const NAMED_FROM = 0.2;

/** `A`, or `AR` when the direction is oblique: the nearest axis first (PS3.3 C.7.6.1.1.1). `""` for no direction. */
export function directionLetters(direction: Vec3): string {
  const along = unit(direction);
  if (along === undefined) return "";
  return along
    .map((part, axis) => ({ size: Math.abs(part), letter: LETTERS[axis]?.[part > 0 ? 0 : 1] ?? "" }))
    .filter(({ size }) => size >= NAMED_FROM)
    .sort((a, b) => b.size - a.size)
    .map(({ letter }) => letter)
    .join("");
}

export interface SideLetters {
  readonly top: string;
  readonly right: string;
  readonly bottom: string;
  readonly left: string;
}

/** The letters of the four sides of the screen, from where its right and its lower edge point in the patient. */
export function sideLetters(right: Vec3, down: Vec3): SideLetters {
  return {
    top: directionLetters(negate(down)),
    right: directionLetters(right),
    bottom: directionLetters(down),
    left: directionLetters(negate(right)),
  };
}
