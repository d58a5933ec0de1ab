/** What can go wrong with a series or one of its images, as far as a person can do something about it. */
import type { MessageKey } from "../../core/messages.ts";
import { ApiError } from "../../io/http.ts";

export type Trouble = "undecodable" | "unavailable" | "unreachable" | "gone" | "unauthorized" | "failed";

export function troubleOf(error: unknown): Trouble {
  if (!(error instanceof ApiError)) return "undecodable"; // our own codecs and checks speak no HTTP
  switch (error.code) {
    case "undecodable":
    case "unavailable":
    case "unreachable":
    case "unauthorized":
      return error.code;
    case "not_found":
      return "gone";
    default:
      return "failed";
  }
}

/** The title of a trouble with one image, and what follows from it. */
export const IMAGE_TROUBLE: Readonly<Record<Trouble, readonly [MessageKey, MessageKey | undefined]>> = {
  undecodable: ["viewport.state.undecodable", "viewport.state.undecodableHint"],
  unavailable: ["viewport.state.unavailable", "viewport.state.unavailableHint"],
  unreachable: ["viewport.state.unreachable", "viewport.state.unreachableHint"],
  gone: ["viewport.state.gone", "viewport.state.goneHint"],
  unauthorized: ["viewport.state.unauthorized", "viewport.state.unauthorizedHint"],
  failed: ["viewport.state.image", undefined],
};

/** The same for a whole series, of which nothing could be opened. */
export const SERIES_TROUBLE: Readonly<Record<Trouble, readonly [MessageKey, MessageKey | undefined]>> = {
  ...IMAGE_TROUBLE,
  undecodable: ["viewport.state.failed", undefined],
  unavailable: ["viewport.state.failed", "viewport.state.unavailableHint"],
  failed: ["viewport.state.failed", undefined],
};

/** Whether trying again may help. */
export const mayPass = (trouble: Trouble): boolean => ["unavailable", "unreachable", "failed"].includes(trouble);
