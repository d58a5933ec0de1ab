/** Files of other kinds, as the server tells of them (docs/http-api.md), and how they are handed in. */

export const REMARKS = [
  "no_orientation",
  "no_spacing",
  "transforms_differ",
  "mirrored_pair",
  "sheared",
  "units_assumed",
  "complex",
  "not_finite",
  "alpha_left_out",
  "rounded",
  "rounded_to_16_bits",
  "more_axes",
  "axes_assumed",
  "identity_made",
  "old_standard",
  "unproven_layout",
  "labels_assumed",
] as const;
export type Remark = (typeof REMARKS)[number];

export const REFUSALS = [
  "unknown",
  "damaged",
  "ends_early",
  "size_lies",
  "too_large",
  "too_many_pixels",
  "bomb",
  "bad_geometry",
  "no_image",
  "leads_elsewhere",
  "part_missing",
  "unsupported",
  "not_one_volume",
  "uneven",
  "places_differ",
  "some_placeless",
  "empty",
  "leads_out",
  "locked",
  "directory",
  "not_labels",
  "raw_siemens",
  "unavailable",
] as const;
export type Refusal = (typeof REFUSALS)[number];

export const refusalOf = (code: string): Refusal | undefined => REFUSALS.find((one) => one === code);

/** Remarks that are warnings: what is seen may not be where, or what, one thinks. */
const SERIOUS: readonly Remark[] = ["no_orientation", "transforms_differ", "mirrored_pair", "sheared", "axes_assumed"];
export const isSerious = (remark: Remark): boolean => SERIOUS.includes(remark);

export interface OtherImage {
  readonly name: string;
  readonly format: string;
  /** Columns, rows, slices, points in time; empty for DICOM files, which have series of their own. */
  readonly shape: readonly number[];
  readonly values: string;
  readonly samples: number;
  readonly spacing: readonly number[];
  readonly orientation: string;
  readonly transform: "sform" | "qform" | "header" | "none";
  readonly labels: boolean;
  readonly unit: string;
  readonly remarks: readonly Remark[];
  readonly series_uid: string;
  /** Of a video, which one of them it is: the browser plays it. */
  readonly video: number | null;
}

/** What one number of a map of labels stands for; `layer` is the point on the fourth axis at which it does. */
export interface Label {
  readonly value: number;
  readonly layer: number;
  readonly name: string;
  readonly colour: readonly [number, number, number] | null;
}

/** How many images its series has: one for each slice and point in time. */
export const imagesOf = ({ shape }: OtherImage): number => shape.slice(2).reduce((product, length) => product * length, 1);

/** Whether it may lie over another volume: one number a voxel, at a known place in the patient. */
export const canLieOver = (image: OtherImage): boolean => image.series_uid !== "" && image.samples === 1 && image.orientation !== "";

export interface OtherFailure {
  readonly name: string;
  readonly code: string;
  readonly detail: string;
  readonly message: string;
}

export interface Others {
  readonly label: string;
  readonly images: readonly OtherImage[];
  readonly failures: readonly OtherFailure[];
}

const HANDED_IN = "application/vnd.fileroom.files";

/** A file that a browser has, with its path in the folder that it came with. */
export interface Dropped {
  readonly file: File;
  readonly path: string;
}

/** Files as the body of one request: a line of JSON that lists them, then one after the other. */
export function handedIn(files: readonly Dropped[]): Blob {
  const list = files.map(({ file, path }) => ({ name: path, size: file.size }));
  return new Blob([`${JSON.stringify(list)}\n`, ...files.map(({ file }) => file)], { type: HANDED_IN });
}

/** `33 × 41 × 25`, without the axes of which there is one. */
export const sizeOf = (shape: readonly number[]): string => {
  const long = shape.filter((length, axis) => axis < 2 || length > 1);
  return long.join(" × ");
};
