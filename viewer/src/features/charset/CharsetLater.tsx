import { useSignal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";

import type { CharsetProps } from "./target.ts";

/** The dialog, fetched when it is first asked for. */
export function CharsetLater(props: CharsetProps) {
  const loaded = useSignal<{ readonly Dialog: ComponentType<CharsetProps> } | undefined>(undefined);
  useEffect(() => {
    import("./CharsetDialog.tsx").then(
      ({ CharsetDialog }) => (loaded.value = { Dialog: CharsetDialog }),
      () => undefined, // the server has gone: the page says so by itself
    );
  }, [loaded]);
  const Dialog = loaded.value?.Dialog;
  return Dialog === undefined ? null : <Dialog {...props} />;
}
