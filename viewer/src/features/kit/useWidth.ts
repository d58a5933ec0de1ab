import { useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useLayoutEffect } from "preact/hooks";

/** The inner width of an element, kept true. 0 before it is drawn. */
export function useWidth(element: RefObject<HTMLElement | null>): number {
  const width = useSignal(0);
  useLayoutEffect(() => {
    const watched = element.current;
    if (watched === null) return undefined;
    width.value = watched.clientWidth;
    const observer = new ResizeObserver(() => {
      width.value = watched.clientWidth;
    });
    observer.observe(watched);
    return () => {
      observer.disconnect();
    };
  }, [element, width]);
  return width.value;
}
