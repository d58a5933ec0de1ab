/**
 * Grey frames that are native in their file, made ready by workers: fetched, rid of what else lies in their bits, and
 * rescaled. The page has its hands free for drawing meanwhile, and its collector of garbage sees no more of a frame than
 * what is kept of it.
 */
import type { PixelFacts } from "../../../core/cells.ts";
import { isNative } from "../../../core/decoding.ts";
import type { SeriesImage } from "../../../core/model.ts";
import { needsDisplay } from "../../../core/needs.ts";
import type { Rescaled } from "../../../core/rescale.ts";
import { ApiError, type ErrorCode } from "../../../io/http.ts";
import { isAhead, visitTo } from "../source.ts";
import type { PixelForm, Shelved } from "./shelf.ts";

export interface Order {
  readonly id: number;
  readonly image: PixelFacts & Pick<SeriesImage, "frames_url">;
  /** From 1. */
  readonly number: number;
  readonly slope: number;
  readonly intercept: number;
}

export type Request = Order | { readonly id: number; readonly stop: true };

export interface Made extends Rescaled {
  readonly form: PixelForm;
}

export type Failure =
  | { readonly kind: "abort" }
  | { readonly kind: "refused"; readonly code: ErrorCode; readonly status: number; readonly message: string }
  | { readonly kind: "failed"; readonly message: string };

export type Answer = { readonly id: number } & ({ readonly made: Made } | { readonly failure: Failure });

interface Waiting {
  readonly resolve: (made: Made | undefined) => void;
  readonly reject: (error: Error) => void;
}

/** How many workers there are, for these frames and for those that are decoded; the rest is for the page and for drawing. */
export const WORKERS = Math.max(1, Math.min(4, Math.floor(navigator.hardwareConcurrency / 2)));

let orders = 0;
let workers: readonly NativeWorker[] | undefined;

/** Whether workers take a frame: nothing is to be known of it but what the catalog says, and it is not on its way. */
export function isForWorkers({ frame, series, display }: Shelved): boolean {
  const { image } = frame;
  const grey = (image.samples_per_pixel ?? 1) === 1 && image.photometric_interpretation !== "PALETTE COLOR";
  return grey && isNative(image.transfer_syntax_uid) && display === undefined && !needsDisplay(image, series.modality) && !isAhead(frame);
}

/** The workers, which begin to run when they are first asked for. */
export function nativeWorkers(): readonly { readonly busy: number; make(order: Order, open: AbortSignal): Promise<Made | undefined> }[] {
  workers ??= Array.from({ length: WORKERS }, () => new NativeWorker());
  return workers;
}

/** Have a worker make a frame; undefined where there are no workers. */
export function madeByWorker({ frame, series }: Shelved): Promise<Made | undefined> {
  const [least] = [...nativeWorkers()].sort((one, other) => one.busy - other.busy);
  orders += 1;
  const { image, number, slope, intercept } = frame;
  return least === undefined ? Promise.resolve(undefined) : least.make({ id: orders, image: factsOf(image), number, slope, intercept }, visitTo(series));
}

/** Of an image with thousands of frames the catalog knows more than has to go to a worker for each of them. */
function factsOf(image: SeriesImage): Order["image"] {
  const { frames_url, transfer_syntax_uid, photometric_interpretation, samples_per_pixel, planar_configuration, pixel_representation } = image;
  const { rows, columns, bits_allocated, bits_stored, high_bit } = image;
  return {
    ...{ frames_url, transfer_syntax_uid, photometric_interpretation, samples_per_pixel, planar_configuration, pixel_representation },
    ...{ rows, columns, bits_allocated, bits_stored, high_bit },
  };
}

class NativeWorker {
  readonly #worker = new Worker(new URL("./native.worker.ts", import.meta.url), { type: "module", name: location.pathname });
  readonly #waiting = new Map<number, Waiting>();
  #broken = false;

  constructor() {
    this.#worker.addEventListener("message", ({ data }: MessageEvent<Answer>) => {
      const waiting = this.#waiting.get(data.id);
      this.#waiting.delete(data.id);
      if ("made" in data) waiting?.resolve(data.made);
      else waiting?.reject(errorOf(data.failure));
    });
    this.#worker.addEventListener("error", () => {
      this.#broken = true;
      for (const { resolve } of this.#waiting.values()) resolve(undefined);
      this.#waiting.clear();
    });
  }

  get busy(): number {
    return this.#waiting.size;
  }

  make(order: Order, open: AbortSignal): Promise<Made | undefined> {
    if (this.#broken) return Promise.resolve(undefined);
    open.throwIfAborted();
    const stop = (): void => {
      this.#ask({ id: order.id, stop: true });
    };
    open.addEventListener("abort", stop, { once: true });
    const made = new Promise<Made | undefined>((resolve, reject) => {
      this.#waiting.set(order.id, { resolve, reject });
      this.#ask(order);
    });
    return made.finally(() => {
      open.removeEventListener("abort", stop);
    });
  }

  #ask(request: Request): void {
    this.#worker.postMessage(request);
  }
}

function errorOf(failure: Failure): Error {
  if (failure.kind === "abort") return new DOMException("left", "AbortError");
  return failure.kind === "refused" ? new ApiError(failure.code, failure.status, failure.message) : new Error(failure.message);
}
