import type { ReadonlySignal } from "@preact/signals";

/** Draw the component at hand again whenever `one` changes, though its value itself is not shown. */
export const follow = <T>(one: ReadonlySignal<T>): T => one.value;
