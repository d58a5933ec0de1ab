import { signal } from "@preact/signals";

import { t } from "../prefs/index.ts";
import { Icon } from "./Icon.tsx";

export interface Toast {
  readonly text: string;
  readonly kind?: "good" | "bad";
  readonly action?: { readonly label: string; readonly run: () => void };
}

interface Shown extends Toast {
  readonly id: number;
}

const shown = signal<readonly Shown[]>([]);
let lastId = 0;

/** Say something that needs no answer. What can be undone stays long enough to be. */
export function toast(said: Toast): void {
  lastId += 1;
  const id = lastId;
  shown.value = [...shown.value.slice(-2), { ...said, id }];
  setTimeout(
    () => {
      dismiss(id);
    },
    said.action === undefined ? 6000 : 14_000,
  );
}

const dismiss = (id: number): void => {
  shown.value = shown.value.filter((one) => one.id !== id);
};

/** Over a dialog, which else lies over all of the page; anew each time, for it may have been opened since. */
function lift(host: HTMLElement | null): void {
  if (host === null) return;
  const over = host.firstChild !== null && document.querySelector("dialog:modal") !== null;
  host.popover = null;
  if (over) {
    host.popover = "manual";
    host.showPopover();
  }
}

/** Where toasts appear, read aloud politely; the shell has one. */
export function ToastHost() {
  return (
    <div ref={(host) => { lift(host); }} class="toasts" role="status" aria-live="polite">
      {shown.value.map((one) => (
        <div key={one.id} class={one.kind === "bad" ? "toast bad" : "toast"}>
          <Icon name={one.kind === "bad" ? "warning" : "check"} />
          <span class="toast-text">{one.text}</span>
          {one.action === undefined ? null : <ToastAction toast={one} action={one.action} />}
          <button type="button" class="icon-button" aria-label={t("action.close")} onClick={() => { dismiss(one.id); }}>
            <Icon name="close" size={14} />
          </button>
        </div>
      ))}
    </div>
  );
}

function ToastAction({ toast: one, action }: { readonly toast: Shown; readonly action: NonNullable<Toast["action"]> }) {
  return (
    <button
      type="button"
      class="toast-action"
      onClick={() => {
        dismiss(one.id);
        action.run();
      }}
    >
      {action.label}
    </button>
  );
}
