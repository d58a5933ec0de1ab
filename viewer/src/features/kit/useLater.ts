import { useSignal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";

/** A component that is fetched when it is first `wanted`. `load` must be the same function each time. */
export function useLater<P>(wanted: boolean, load: () => Promise<ComponentType<P>>): ComponentType<P> | undefined {
  const loaded = useSignal<{ readonly component: ComponentType<P> } | undefined>(undefined);
  useEffect(() => {
    if (!wanted || loaded.peek() !== undefined) return;
    load().then(
      (component) => (loaded.value = { component }),
      () => undefined, // the server has gone: the page says so by itself
    );
  }, [wanted, load, loaded]);
  return loaded.value?.component;
}
