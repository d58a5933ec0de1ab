/** The typed client of what is no image (docs/http-api.md). */
import type { Content, Related } from "../core/contents.ts";
import type { ImageFile } from "../core/model.ts";
import type { Label } from "../core/others.ts";
import { address } from "../core/place.ts";
import { json } from "./http.ts";

const at = encodeURIComponent;

/** What an object holds that is no image. */
export const content = (instanceId: string, signal?: AbortSignal): Promise<Content> => json(`/api/instances/${at(instanceId)}/content`, { signal });

/** What lies over the images of a series: masks, outlines, presentation states. */
export const related = (seriesId: string, signal?: AbortSignal): Promise<readonly Related[]> => json(`/api/series/${at(seriesId)}/related`, { signal });

/** The numbers in a series that is a map of labels; refused with the reason when it is none. */
export const labelMap = (seriesId: string, signal?: AbortSignal): Promise<readonly Label[]> => json(`/api/series/${at(seriesId)}/label-map`, { signal });

/** An encapsulated document: shown when it is a PDF, else (or when `download`) kept. */
export const documentUrl = (instanceId: string, download = false): string => address(`/api/instances/${at(instanceId)}/document${download ? "?download=1" : ""}`);

/** The file of an object as it is. */
export const fileUrl = (instanceId: string): string => address(`/api/instances/${at(instanceId)}/file`);

/** The files of an image, and whether they can be reached. */
export async function filesOf(instanceId: string, signal?: AbortSignal): Promise<readonly ImageFile[]> {
  const { entry } = await json<{ readonly entry: { readonly files: readonly ImageFile[] } }>(`/api/entries/${at(instanceId)}`, { signal });
  return entry.files;
}
