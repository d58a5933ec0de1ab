/** How we speak to our server: JSON out and in, and its refusals (RFC 9457) as one kind of error. */

import { address } from "../core/place.ts";

export const ERROR_CODES = [
  "unauthorized",
  "forbidden",
  "misdirected",
  "not_found",
  "bad_request",
  "method_not_allowed",
  "not_acceptable",
  "busy",
  "unavailable",
  "no_room",
  "undecodable",
  "peer",
  "catalog",
  "internal",
] as const;
/** `unreachable` is ours: there was no answer at all. */
export type ErrorCode = (typeof ERROR_CODES)[number] | "unreachable";

/** A refusal. `message` is the server's own detail, in English and without identifiers. */
export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(
    readonly code: ErrorCode,
    readonly status: number,
    message: string,
    /** A code that says more than the kind, and a word beside it. */
    readonly reason = "",
    readonly about = "",
  ) {
    super(message);
  }
}

/** Whether an error only says that nobody waits for the answer any more. */
export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}

/** Why a job failed, as a refusal. */
export function failureOf({ code = "", message, reason, about }: { readonly code?: string; readonly message: string; readonly reason?: string; readonly about?: string }): ApiError {
  return new ApiError(ERROR_CODES.find((name) => name === code) ?? "internal", 0, message, reason, about);
}

const listeners = new Set<() => void>();

/** Be told when the server no longer knows who we are, whoever was asking; call what is returned to stop. */
export function onSignedOut(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export interface RequestOptions {
  readonly method?: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
  /** It is sent even if the page goes meanwhile. */
  readonly outlives?: boolean;
}

/** Ask the server; a refusal is thrown as {@link ApiError}, an abort as it is. */
export async function request(path: string, options: RequestOptions = {}): Promise<Response> {
  const { method = "GET", body, signal, outlives } = options;
  const headers: Record<string, string> = { Accept: "application/json" };
  const init: RequestInit = { method, credentials: "same-origin", headers };
  if (body instanceof Blob) {
    init.body = body;
    headers["Content-Type"] = body.type;
  } else if (body !== undefined) {
    init.body = JSON.stringify(body);
    headers["Content-Type"] = "application/json";
  }
  if (signal !== undefined) init.signal = signal;
  if (outlives === true) init.keepalive = true;
  let response: Response;
  try {
    response = await fetch(address(path), init);
  } catch (error) {
    if (isAbort(error)) throw error;
    throw new ApiError("unreachable", 0, error instanceof Error ? error.message : String(error));
  }
  if (response.ok) return response;
  const error = await refusal(response);
  if (error.code === "unauthorized") for (const listener of listeners) listener();
  throw error;
}

/** The JSON of an answer. Its shape is promised by docs/http-api.md; both ends are built and shipped together. */
export async function json<T>(path: string, options?: RequestOptions): Promise<T> {
  const response = await request(path, options);
  return (await response.json()) as T;
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");

async function refusal(response: Response): Promise<ApiError> {
  let problem: unknown;
  try {
    problem = await response.json();
  } catch {
    problem = undefined; // not every refusal comes from us: a proxy may answer in HTML
  }
  const { code, detail, reason, about } = (typeof problem === "object" && problem !== null ? problem : {}) as Record<string, unknown>;
  const known = ERROR_CODES.find((name) => name === code) ?? (response.status === 401 ? "unauthorized" : "internal");
  return new ApiError(known, response.status, typeof detail === "string" ? detail : response.statusText, text(reason), text(about));
}
