/** A worker that fetches frames which are native in their file, and rescales them. Its name is the address of the page. */
import { cellsOf, storedValues } from "../../../core/cells.ts";
import { arriveAt } from "../../../core/place.ts";
import { rescale } from "../../../core/rescale.ts";
import { storedFrame } from "../../../io/frames.ts";
import { ApiError, isAbort } from "../../../io/http.ts";
import type { Answer, Failure, Made, Order, Request } from "./native.ts";

const scope = self as unknown as { readonly name: string; postMessage(answer: Answer, given: readonly ArrayBuffer[]): void };
/** A browser opens six connections to one server (HTTP/1.1). */
const AT_ONCE = 6;

/** The newest last, and taken first: it is what somebody has just turned to. */
const orders: Order[] = [];
const coming = new Map<number, AbortController>();

arriveAt(scope.name);
self.addEventListener("message", ({ data }: MessageEvent<Request>) => {
  if ("stop" in data) stop(data.id);
  else orders.push(data);
  next();
});

function stop(id: number): void {
  coming.get(id)?.abort();
  const at = orders.findIndex((order) => order.id === id);
  if (at < 0) return;
  orders.splice(at, 1);
  scope.postMessage({ id, failure: { kind: "abort" } }, []);
}

function next(): void {
  while (coming.size < AT_ONCE) {
    const order = orders.pop();
    if (order === undefined) return;
    void obey(order).then(next);
  }
}

async function obey(order: Order): Promise<void> {
  const { id } = order;
  const left = new AbortController();
  coming.set(id, left);
  try {
    const made = await make(order, left.signal);
    scope.postMessage({ id, made }, [made.values.buffer]);
  } catch (error) {
    scope.postMessage({ id, failure: failureOf(error) }, []);
  } finally {
    coming.delete(id);
  }
}

async function make({ image, number, slope, intercept }: Order, signal: AbortSignal): Promise<Made> {
  const cells = cellsOf(image, (await storedFrame(image, number, signal)).bytes, undefined);
  const { photometric, bitsAllocated, bitsStored, representation } = cells;
  return { ...rescale(storedValues(cells), slope, intercept), form: { photometric, bitsAllocated, bitsStored, representation } };
}

function failureOf(error: unknown): Failure {
  if (isAbort(error)) return { kind: "abort" };
  if (error instanceof ApiError) return { kind: "refused", code: error.code, status: error.status, message: error.message };
  return { kind: "failed", message: String(error) };
}
