/** What Cornerstone asks about an image (its "metadata modules"), answered from the answer of `/api/series/…/images`. */
import { Enums } from "@cornerstonejs/core";

import type { Frame } from "../../../core/frames.ts";
import { type GreyWindow, rangeOf, windowOf } from "../../../core/window.ts";
import { fromShelf, type Shelved } from "./shelf.ts";

const { MetadataModules: Modules } = Enums;

/** Modules of PS3.3 in Cornerstone's spelling. What an image does not say is absent, never made up. */
const ANSWERS: Readonly<Record<string, (shelved: Shelved) => unknown>> = {
  [Modules.IMAGE_PLANE]: ({ frame }) => imagePlaneModule(frame),
  [Modules.IMAGE_PIXEL]: imagePixelModule,
  [Modules.VOI_LUT]: (shelved) => {
    const windows = windowsToBegin(shelved);
    return { windowCenter: windows.map(({ center }) => center), windowWidth: windows.map(({ width }) => width) };
  },
  // the values of our images are rescaled already
  [Modules.MODALITY_LUT]: () => ({ rescaleSlope: 1, rescaleIntercept: 0 }),
  [Modules.GENERAL_SERIES]: ({ series }) => ({
    // "PT" would make Cornerstone take values for standardised uptake, which this catalog does not know
    modality: series.modality === "PT" ? "NM" : series.modality,
    seriesInstanceUID: series.series_instance_uid,
    studyInstanceUID: series.study.study_instance_uid,
    seriesNumber: series.number ?? undefined,
  }),
  [Modules.SOP_COMMON]: ({ frame }) => ({
    sopClassUID: frame.image.sop_class_uid,
    sopInstanceUID: frame.image.sop_instance_uid,
  }),
  [Modules.GENERAL_IMAGE]: ({ frame }) => ({
    sopInstanceUID: frame.image.sop_instance_uid,
    instanceNumber: frame.image.instance_number ?? undefined,
  }),
  [Modules.TRANSFER_SYNTAX]: ({ frame }) => ({ transferSyntaxUID: frame.image.transfer_syntax_uid }),
  [Modules.CINE]: ({ frame }) => ({
    frameTime: frame.image.frame_time ?? undefined,
    recommendedDisplayFrameRate: frame.image.cine_rate ?? undefined,
  }),
};

export function provideMetadata(type: string, query: unknown): unknown {
  const shelved = typeof query === "string" ? fromShelf(query) : undefined;
  return shelved === undefined ? undefined : ANSWERS[type]?.(shelved);
}

/** Windows of an image as Cornerstone wants them: it reads each as LINEAR, whatever it is. */
export function windowsToBegin({ frame, fallback }: Shelved): readonly [GreyWindow, ...GreyWindow[]] {
  // Without one, the loader makes one of the extremes; by the formula of LINEAR, in which a width below 1 turns black
  // and white round (for good: the curve is only moved afterwards). Ours takes its place before it is seen.
  const [first = fallback ?? { center: 128, width: 256 }, ...others] = frame.windows;
  const told = (window: GreyWindow): GreyWindow => windowOf(rangeOf(window));
  return [told(first), ...others.map(told)];
}

/** Without a pixel spacing pixels are squares of no known size, or of the ratio that the file says. */
export function pixelSize({ spacing, aspect }: Frame): { readonly rowPixelSpacing: number; readonly columnPixelSpacing: number } {
  return { rowPixelSpacing: spacing?.row ?? aspect, columnPixelSpacing: spacing?.column ?? 1 };
}

// without an orientation the rows run right and the columns down, which says nothing of the patient; the letters at the
// sides of the image are left out then
const FLAT = { row: [1, 0, 0], column: [0, 1, 0] } as const;

function imagePlaneModule(frame: Frame): object {
  const { rows, columns, image } = frame;
  const { row, column } = frame.plane ?? FLAT;
  const { rowPixelSpacing, columnPixelSpacing } = pixelSize(frame);
  return {
    frameOfReferenceUID: image.frame_of_reference_uid || undefined,
    rows,
    columns,
    imagePositionPatient: frame.position ?? [0, 0, 0],
    imageOrientationPatient: [...row, ...column],
    rowCosines: [...row],
    columnCosines: [...column],
    rowPixelSpacing,
    columnPixelSpacing,
    pixelSpacing: [rowPixelSpacing, columnPixelSpacing],
    sliceThickness: image.slice_thickness ?? undefined,
    sliceLocation: image.slice_location ?? undefined,
    usingDefaultValues: frame.spacing === undefined,
  };
}

function imagePixelModule({ frame, pixels }: Shelved): object {
  const { image, rows, columns } = frame;
  const common = { rows, columns, smallestPixelValue: undefined, largestPixelValue: undefined };
  if (pixels !== undefined) {
    return {
      ...common,
      samplesPerPixel: pixels.photometric === "RGB" ? 3 : 1,
      photometricInterpretation: pixels.photometric,
      planarConfiguration: 0,
      bitsAllocated: pixels.bitsAllocated,
      bitsStored: pixels.bitsStored,
      highBit: pixels.bitsStored - 1,
      pixelRepresentation: pixels.representation,
    };
  }
  return {
    ...common,
    samplesPerPixel: image.samples_per_pixel ?? 1,
    photometricInterpretation: image.photometric_interpretation,
    planarConfiguration: image.planar_configuration ?? 0,
    bitsAllocated: image.bits_allocated ?? undefined,
    bitsStored: image.bits_stored ?? undefined,
    highBit: image.high_bit ?? undefined,
    pixelRepresentation: image.pixel_representation ?? undefined,
  };
}
