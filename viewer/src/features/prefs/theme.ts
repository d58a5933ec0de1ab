import { effect, signal } from "@preact/signals";

import { recall, remember } from "../../io/storage.ts";

/** `auto` follows the system (prefers-color-scheme). */
export const THEMES = ["auto", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

export const theme = signal<Theme>(recall("theme", THEMES) ?? "auto");

effect(() => {
  if (theme.value === "auto") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme.value;
});

export function setTheme(to: Theme): void {
  theme.value = to;
  remember("theme", to);
}
