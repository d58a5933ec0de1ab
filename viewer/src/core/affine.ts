/** A map of the plane: x' = a x + c y + e, y' = b x + d y + f; in the order of SVG and CSS. */
export type Affine = readonly [a: number, b: number, c: number, d: number, e: number, f: number];
export type Point = readonly [x: number, y: number];

export const NOWHERE: Affine = [0, 0, 0, 0, 0, 0];

export const applied = ([a, b, c, d, e, f]: Affine, [x, y]: Point): Point => [a * x + c * y + e, b * x + d * y + f];

/** Where a direction goes: without the shift. Nowhere, when there is no map. */
export function direction(map: Affine | undefined, [x, y]: Point): Point {
  if (map === undefined) return [0, 0];
  const [a, b, c, d] = map;
  return [a * x + c * y, b * x + d * y];
}

/** The way back; undefined when there is none. */
export function inverted([a, b, c, d, e, f]: Affine): Affine | undefined {
  const area = a * d - b * c;
  if (Math.abs(area) < 1e-12) return undefined;
  return [d / area, -b / area, -c / area, a / area, (c * f - d * e) / area, (b * e - a * f) / area];
}
