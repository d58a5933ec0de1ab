/** Frames and bulk data: the parts of the HTTP door that answer in bytes (docs/http-api.md, PS3.18 8.6.1, 10.4). */
import { EXPLICIT_LITTLE } from "../core/decoding.ts";
import type { Series, SeriesImage } from "../core/model.ts";
import { address as addressOf } from "../core/place.ts";
import { framePart, type MediaPart } from "../core/multipart.ts";
import type { JsonDataSet } from "../core/palette.ts";
import { ApiError, type ErrorCode, isAbort } from "./http.ts";

const AS_STORED = "application/octet-stream; transfer-syntax=*";
const DECODED = "application/octet-stream";

type Address = Pick<SeriesImage, "frames_url" | "transfer_syntax_uid">;

/** Frame `number` (from 1) as it is stored. */
export const storedFrame = (image: Address, number: number, signal?: AbortSignal): Promise<MediaPart> =>
  frame(image, number, AS_STORED, image.transfer_syntax_uid, signal);

/** The same, decoded by the server to Explicit VR Little Endian. */
export const decodedFrame = (image: Address, number: number, signal?: AbortSignal): Promise<MediaPart> =>
  frame(image, number, DECODED, EXPLICIT_LITTLE, signal);

async function frame(image: Address, number: number, accept: string, syntax: string, signal?: AbortSignal): Promise<MediaPart> {
  const response = await get(addressOf(`${image.frames_url}/${number}`), accept, signal);
  const body = new Uint8Array(await response.arrayBuffer());
  return framePart(response.headers.get("Content-Type") ?? "", body, syntax);
}

/** The data set of an instance in the DICOM JSON model (PS3.18 F), for what the catalog does not keep. */
export async function dataSet(series: Series, image: SeriesImage, signal?: AbortSignal): Promise<JsonDataSet> {
  const study = encodeURIComponent(series.study.study_instance_uid);
  const path = `${addressOf("/dicomweb")}/studies/${study}/series/${encodeURIComponent(series.series_instance_uid)}`;
  const address = `${path}/instances/${encodeURIComponent(image.sop_instance_uid)}/metadata`;
  const [first] = (await (await get(address, "application/dicom+json", signal)).json()) as JsonDataSet[];
  return first ?? {};
}

/** A value of a data set that is kept apart from its metadata (PS3.18 8.7.3.3.2). */
export async function bulkData(uri: string, signal?: AbortSignal): Promise<Uint8Array> {
  // an address is of our own server by its path, whatever name it went by when the address was written
  const { pathname, search } = new URL(uri, location.origin);
  const response = await get(pathname + search, DECODED, signal);
  const body = new Uint8Array(await response.arrayBuffer());
  return framePart(response.headers.get("Content-Type") ?? "", body, EXPLICIT_LITTLE).bytes;
}

const REFUSALS: Readonly<Record<number, ErrorCode>> = {
  401: "unauthorized",
  403: "forbidden",
  404: "not_found",
  406: "not_acceptable",
  422: "undecodable",
  503: "unavailable",
};

async function get(address: string, accept: string, signal?: AbortSignal): Promise<Response> {
  const init: RequestInit = { credentials: "same-origin", headers: { Accept: accept } };
  if (signal !== undefined) init.signal = signal;
  let response: Response;
  try {
    response = await fetch(address, init);
  } catch (error) {
    if (isAbort(error)) throw error;
    throw new ApiError("unreachable", 0, error instanceof Error ? error.message : String(error));
  }
  if (response.ok) return response;
  throw new ApiError(REFUSALS[response.status] ?? "internal", response.status, response.statusText);
}
