/** Which images need more than the catalog knows before they can be drawn (`GET /api/instances/{id}/display`). */
import type { SeriesImage } from "./model.ts";

/** Sections through the body: scanners write them with a rescale and a window, and never with tables. */
const SECTIONS = ["CT", "MR", "PT"];
/** Projections: a table may stand beside the windows. */
const PROJECTIONS = ["CR", "DX", "MG", "RF", "XA", "IO", "PX", "RG", "DR"];

/** Overlays lie in the file alone; and a clip without one Frame Time for all its frames may have a vector of them (PS3.3 C.7.6.5). */
const hasMore = (image: SeriesImage): boolean =>
  image.overlay_rows !== null || (image.frames > 1 && image.frame_time === null && image.per_frame === null);

export function needsDisplay(image: SeriesImage, modality: string): boolean {
  if (hasMore(image)) return true;
  if ((image.samples_per_pixel ?? 1) !== 1 || image.photometric_interpretation === "PALETTE COLOR") return false;
  if (PROJECTIONS.includes(modality)) return true;
  const windowed = image.window_center.length > 0 || (image.per_frame?.window_center.some((own) => own.length > 0) ?? false);
  if (SECTIONS.includes(modality)) return modality === "CT" && !windowed && image.rescale_slope === null && image.per_frame === null;
  return !windowed || image.rescale_slope === null;
}
