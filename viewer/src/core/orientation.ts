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

const OPPOSITE: Readonly<Record<string, string>> = { L: "R", R: "L", A: "P", P: "A", H: "F", F: "H" };

/** The other way: `AR` is opposite to `PL`; undefined when there is a letter that is no direction. */
function opposite(letters: string): string | undefined {
  const turned = Array.from(letters, (letter) => OPPOSITE[letter]);
  return letters === "" || turned.includes(undefined) ? undefined : turned.join("");
}

/** Which way the sides of the screen point in the image: along its rows and its columns. */
export interface OnScreen {
  readonly right: readonly [alongRows: number, alongColumns: number];
  readonly down: readonly [alongRows: number, alongColumns: number];
}

/**
 * The letters of an image that has no plane in the patient but says how its rows and columns run (Patient Orientation,
 * PS3.3 C.7.6.1.1.1), as an X-ray does. Undefined where it does not, and where the image is turned by less than a quarter.
 */
export function filmLetters([row = "", column = ""]: readonly string[], { right, down }: OnScreen): SideLetters | undefined {
  const towards = ([alongRows, alongColumns]: readonly [number, number]): readonly [string, string] | undefined => {
    const rows = Math.abs(alongRows) > Math.abs(alongColumns);
    const letters = rows ? row : column;
    const other = opposite(letters);
    if (other === undefined) return undefined;
    return (rows ? alongRows : alongColumns) > 0 ? [letters, other] : [other, letters];
  };
  const [across, along] = [towards(right), towards(down)];
  if (across === undefined || along === undefined) return undefined;
  return { top: along[1], right: across[0], bottom: along[0], left: across[1] };
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
