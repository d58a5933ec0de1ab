import { useSignal } from "@preact/signals";
import { elementScroll, observeElementOffset, observeElementRect, type VirtualItem, Virtualizer } from "@tanstack/virtual-core";
import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

import { follow } from "./follow.ts";

export interface VirtualOptions {
  readonly scroller: RefObject<HTMLElement | null>;
  readonly count: number;
  readonly rowHeight: number;
  /** Where the list begins when it is drawn again. */
  readonly initialOffset?: number;
}

/** @tanstack/virtual-core for Preact: the rows to draw now, and how to bring one into view. */
export function useVirtual({ scroller, count, rowHeight, initialOffset = 0 }: VirtualOptions): Virtualizer<HTMLElement, Element> {
  const drawn = useSignal(0);
  follow(drawn);
  const held = useRef<Virtualizer<HTMLElement, Element> | null>(null);
  const options = {
    count,
    estimateSize: () => rowHeight,
    getScrollElement: () => scroller.current,
    observeElementRect,
    observeElementOffset,
    scrollToFn: elementScroll,
    initialOffset,
    overscan: 12,
    onChange: () => {
      drawn.value += 1;
    },
  };
  held.current ??= new Virtualizer<HTMLElement, Element>(options);
  const virtualizer = held.current;
  virtualizer.setOptions(options);
  useLayoutEffect(() => {
    virtualizer.measure(); // it keeps what it has measured until it is told
  }, [virtualizer, rowHeight]);
  useLayoutEffect(() => virtualizer._didMount(), [virtualizer]);
  useLayoutEffect(() => {
    virtualizer._willUpdate();
  });
  return virtualizer;
}

export type { VirtualItem };
