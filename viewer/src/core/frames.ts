/** The pictures of a series in order of display: every frame of every instance, with the values that hold for it. */
import { isVideo } from "./decoding.ts";
import { dot, imagePlane, type ImagePlane, vector, type Vec3 } from "./geometry.ts";
import type { PerFrame, SeriesImage } from "./model.ts";
import { type GreyWindow, windowsOf } from "./window.ts";

export interface Spacing {
  /** Between rows, then between columns, in millimetres (PS3.3 10.7.1.1). */
  readonly row: number;
  readonly column: number;
  /** At the detector, not in the patient: magnified by an unknown factor (Imager Pixel Spacing, PS3.3 C.8.11.3). */
  readonly atDetector: boolean;
}

export interface Frame {
  readonly image: SeriesImage;
  /** Counted from 1 within its instance. */
  readonly number: number;
  readonly rows: number;
  readonly columns: number;
  readonly plane: ImagePlane | undefined;
  readonly position: Vec3 | undefined;
  readonly spacing: Spacing | undefined;
  /** Height of a pixel to its width: of the spacing, else of Pixel Aspect Ratio (PS3.3 C.7.6.3.1.7). */
  readonly aspect: number;
  readonly windows: readonly GreyWindow[];
  readonly slope: number;
  readonly intercept: number;
  /** Low values are white: MONOCHROME1 (PS3.3 C.7.6.3.1.2), or a Presentation LUT Shape of INVERSE (C.11.6). */
  readonly inverted: boolean;
}

/** All frames with pixels, in the order in which the instances came. */
export function framesOf(instances: readonly SeriesImage[]): Frame[] {
  return instances.flatMap((image) => {
    const { rows, columns } = image;
    if (!image.has_pixels || isVideo(image.transfer_syntax_uid) || rows === null || columns === null || rows < 1 || columns < 1) return [];
    return Array.from({ length: Math.max(1, image.frames) }, (_, index) => frameOf(image, rows, columns, index));
  });
}

function frameOf(image: SeriesImage, rows: number, columns: number, index: number): Frame {
  const own = image.per_frame;
  const slope = own?.rescale_slope[index] ?? image.rescale_slope;
  const spacing = spacingOf(pick(own, "pixel_spacing", index) ?? image.pixel_spacing, image.imager_pixel_spacing);
  return {
    image,
    number: index + 1,
    rows,
    columns,
    plane: imagePlane(pick(own, "image_orientation", index) ?? image.image_orientation),
    position: vector(pick(own, "image_position", index) ?? (image.frames > 1 ? [] : image.image_position)),
    spacing,
    aspect: aspectOf(spacing, image.pixel_aspect_ratio),
    windows: ownWindows(image, index),
    // a slope of 0 would make every pixel the same: it is a mistake in the file, not a rescale (PS3.3 C.11.1.1.2)
    slope: slope === null || slope === 0 ? 1 : slope,
    intercept: own?.rescale_intercept[index] ?? image.rescale_intercept ?? 0,
    inverted: image.photometric_interpretation === "MONOCHROME1" || (isGrey(image) && image.presentation_lut_shape === "INVERSE"),
  };
}

/** An image that is silent as a whole has the windows of its first frame, which are not those of one that has none. */
function ownWindows({ per_frame: own, ...image }: SeriesImage, index: number): GreyWindow[] {
  const first = own?.window_center[0] ?? [];
  const common = first.length > 0 && String(first) === String(image.window_center) ? [] : image.window_center;
  const centers = pick(own, "window_center", index) ?? common;
  const widths = pick(own, "window_width", index) ?? image.window_width;
  const said = own?.voi_lut_function[index] ?? "";
  return windowsOf(centers, widths, said === "" ? image.voi_lut_function : said);
}

const isGrey = (image: SeriesImage): boolean => image.photometric_interpretation === "MONOCHROME2";

function aspectOf(spacing: Spacing | undefined, [vertical = 1, horizontal = 1]: readonly number[]): number {
  if (spacing !== undefined) return spacing.row / spacing.column;
  const aspect = vertical / horizontal;
  return aspect > 1 / MOST_STRETCHED && aspect < MOST_STRETCHED ? aspect : 1;
}

type Lists = "image_position" | "image_orientation" | "pixel_spacing" | "window_center" | "window_width";

/** A frame's own value, when the frame has one. */
function pick(own: PerFrame | null, name: Lists, index: number): readonly number[] | undefined {
  const value = own?.[name][index];
  return value === undefined || value.length === 0 ? undefined : value;
}

/** A pixel that is so much longer than wide is a mistake of the file (as for thumbnails). */
const MOST_STRETCHED = 20;

function spacingOf(inPatient: readonly number[], atDetector: readonly number[]): Spacing | undefined {
  // the same twice: nobody has corrected it for the magnification (PS3.3 10.7.1.3)
  const uncorrected = inPatient.length > 1 && inPatient.every((value, index) => value === atDetector[index]);
  for (const [values, detector] of [[inPatient, uncorrected] as const, [atDetector, true] as const]) {
    const [row, column] = values;
    if (row === undefined || column === undefined || !(row > 0 && column > 0)) continue;
    if (Math.max(row / column, column / row) < MOST_STRETCHED) return { row, column, atDetector: detector };
  }
  return undefined;
}

/** Where the slice lies along its normal, in millimetres; else what the file calls Slice Location. */
export function sliceLocation(frame: Frame): number | undefined {
  if (frame.plane !== undefined && frame.position !== undefined) {
    // the normal of an axial, sagittal or coronal plane is taken towards head, left, posterior, whatever way rows run
    const { normal } = frame.plane;
    const main = normal.reduce((best, part) => (Math.abs(part) > Math.abs(best) ? part : best), 0);
    return Math.sign(main) * dot(normal, frame.position);
  }
  return frame.image.slice_location ?? undefined;
}

/** Frames per second of a cine: as the file recommends, else from its frame time (PS3.3 C.7.6.5); else undefined. */
export function cineRate(frames: readonly Frame[]): number | undefined {
  const image = frames.find((frame) => frame.image.frames > 1)?.image;
  if (image === undefined) return undefined;
  const { cine_rate: rate, frame_time: time, recommended_display_frame_rate: recommended } = image;
  if (recommended !== null && recommended > 0) return recommended;
  if (time !== null && time > 0) return 1000 / time;
  return rate !== null && rate > 0 ? rate : ownRate(frames);
}

/** Whether a clip with one Frame Time for all may have a vector of them beside it, which its pointer names (PS3.3 C.7.6.5.1). */
export const mayBeUneven = ({ image }: Frame): boolean =>
  image.frames > 1 && image.per_frame === null && (image.frame_time ?? 0) > 0 && (image.recommended_display_frame_rate ?? 0) <= 0;

/** Seconds that a whole turn of views takes: they took half an hour, which nobody wants to see again. */
const TURN = 6;

/** Of Nuclear Medicine: as the heart beat, as a dynamic image was taken, but not slower than a frame a second, or by turns. */
function ownRate([first]: readonly Frame[]): number | undefined {
  const [time, step] = [first?.image.per_frame?.frame_time[first.number - 1] ?? null, first?.image.per_frame?.angular_step[first.number - 1] ?? null];
  if (time !== null) return Math.max(1, 1000 / time);
  return step === null ? undefined : Math.max(1, 360 / step / TURN);
}

/** Frames per second of a clip whose frames come unevenly, on the whole; undefined where it does not say. */
export const meanRate = (times: readonly number[]): number | undefined =>
  times.length < 2 ? undefined : (1000 * (times.length - 1)) / times.slice(1).reduce((sum, time) => sum + time, 0);

/**
 * For how long a frame stays, against the mean of its clip: each time is that since the frame before (Frame Time
 * Vector, PS3.3 C.7.6.5.1.2), so that the last one has none of its own.
 */
export function staying(frame: Frame, times: readonly number[]): number {
  const [time, rate] = [times[frame.number], meanRate(times)];
  return time === undefined || rate === undefined ? 1 : (time * rate) / 1000;
}

/** A name for the frame among all of the archive; what caches go by. */
export const frameKey = (frame: Frame): string => `fileroom:${frame.image.id}/${frame.number}`;
