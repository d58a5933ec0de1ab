import { useSignal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";

import { t } from "../features/prefs/index.ts";

type Loaded<P> = { readonly state: "loading" | "failed" } | { readonly state: "ready"; readonly component: ComponentType<P> };

interface LazyProps<P> {
  readonly load: () => Promise<ComponentType<P>>;
  readonly props: P;
  /** It comes among pages, not in place of them. */
  readonly quiet?: boolean;
  /** Nothing stands in its place meanwhile. */
  readonly silent?: boolean;
}

/** A component that is fetched when it is first drawn. `load` must be the same function each time. */
export function Lazy<P extends object>({ load, props, quiet = false, silent = false }: LazyProps<P>) {
  const loaded = useSignal<Loaded<P>>({ state: "loading" });
  useEffect(() => {
    load().then(
      (component) => (loaded.value = { state: "ready", component }),
      () => (loaded.value = { state: "failed" }),
    );
  }, [load, loaded]);
  const now = loaded.value;
  if (now.state === "ready") return <now.component {...props} />;
  if (silent) return null;
  return (
    <main class={quiet ? "alone" : "lazy"}>
      <p role="status">{quiet && now.state === "loading" ? "" : t(now.state === "loading" ? "viewer.loading" : "viewer.failed")}</p>
    </main>
  );
}
