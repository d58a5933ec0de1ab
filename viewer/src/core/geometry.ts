/** Where an image lies in the patient: the few vectors that a viewer needs (PS3.3 C.7.6.2.1.1, LPS, millimetres). */

export type Vec3 = readonly [number, number, number];

/** The plane of an image: directions of its rows and columns, and the normal that completes them. */
export interface ImagePlane {
  /** Along a row, towards growing column index. */
  readonly row: Vec3;
  /** Along a column, towards growing row index. */
  readonly column: Vec3;
  readonly normal: Vec3;
}

export const dot = (a: Vec3, b: Vec3): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

export const cross = (a: Vec3, b: Vec3): Vec3 => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];

export const subtract = (a: Vec3, b: Vec3): Vec3 => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];

export const negate = (a: Vec3): Vec3 => [-a[0], -a[1], -a[2]];

/** The unit vector of `a`; undefined when it has no direction. */
export function unit(a: Vec3): Vec3 | undefined {
  const length = Math.hypot(...a);
  return length > 1e-9 && Number.isFinite(length) ? [a[0] / length, a[1] / length, a[2] / length] : undefined;
}

/** Three finite numbers as a vector; anything else is no vector. */
export function vector(values: readonly number[]): Vec3 | undefined {
  const [x, y, z] = values;
  if (values.length !== 3 || x === undefined || y === undefined || z === undefined) return undefined;
  return values.every(Number.isFinite) ? [x, y, z] : undefined;
}

/**
 * The plane of six direction cosines. Files round them, so they are made unit vectors again; rows and columns that are
 * far from perpendicular (more than about 0.5°) are no image plane, and undefined is the honest answer.
 */
export function imagePlane(orientation: readonly number[]): ImagePlane | undefined {
  const row = unit(vector(orientation.slice(0, 3)) ?? [0, 0, 0]);
  const column = unit(vector(orientation.slice(3)) ?? [0, 0, 0]);
  if (row === undefined || column === undefined || Math.abs(dot(row, column)) > 0.01) return undefined;
  const normal = unit(cross(row, column));
  return normal === undefined ? undefined : { row, column, normal };
}
