/** Our icons: strokes on a grid of 16, drawn here so that nothing is fetched. */
const PATHS = {
  auto: "M8 2.5a5.5 5.5 0 1 0 0 11zM8 2.5a5.5 5.5 0 0 1 0 11",
  back: "M9.5 3.5 5 8l4.5 4.5",
  check: "m3.5 8.5 3 3 6-7",
  chevron: "m6 4 4 4-4 4",
  clock: "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zM8 5v3.2l2.2 1.3",
  close: "m4 4 8 8M12 4l-8 8",
  columns: "M2.5 3.5h11v9h-11zM6.2 3.5v9M9.8 3.5v9",
  desktop: "M2.5 3.5h11v7h-11zM6 13h4M8 10.5V13",
  disc: "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zM8 6.7a1.3 1.3 0 1 0 0 2.6 1.3 1.3 0 0 0 0-2.6z",
  document: "M4 2.5h5l3 3v8H4zM9 2.5v3h3",
  down: "m4.5 6.5 3.5 3.5 3.5-3.5",
  download: "M8 2.5v7M5 7l3 3 3-3M3 13h10",
  drive: "M2.5 9h11v4h-11zM2.5 9l2-5.5h7l2 5.5M10.8 11h.4",
  folder: "M2.5 4.5h4l1.5 1.5h5.5v7h-11z",
  globe: "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zM2.5 8h11M8 2.5c3 3 3 8 0 11M8 2.5c-3 3-3 8 0 11",
  home: "M2.5 8 8 3l5.5 5M4 7v6h8V7",
  info: "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zM8 7.3v3.4M8 5.2v.2",
  layers: "m8 2.8 5.5 3-5.5 3-5.5-3zM2.5 9.3l5.5 3 5.5-3",
  lock: "M4 7.5h8v6H4zM5.5 7.5V5.3a2.5 2.5 0 0 1 5 0v2.2",
  moon: "M12.8 9.6A5.3 5.3 0 0 1 6.4 3.2a5.3 5.3 0 1 0 6.4 6.4z",
  more: "M8 3.6v.1M8 8v.1M8 12.4v.1",
  open: "M6.5 3.5h-3v9h9v-3M9 3.5h3.5V7M12 4 7.5 8.5",
  person: "M8 3a2.4 2.4 0 1 0 0 4.8A2.4 2.4 0 0 0 8 3zM3.5 13c.3-2.6 2-3.8 4.5-3.8s4.2 1.2 4.5 3.8",
  panel: "M2.5 3.5h11v9h-11zM10 3.5v9",
  search: "M7 3a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM10 10l3.2 3.2",
  star: "m8 2.6 1.7 3.4 3.8.5-2.8 2.7.7 3.8L8 11.2 4.6 13l.7-3.8-2.8-2.7 3.8-.5z",
  sun: "M8 5.4a2.6 2.6 0 1 0 0 5.2 2.6 2.6 0 0 0 0-5.2zM8 2v1.2M8 12.8V14M2 8h1.2M12.8 8H14M3.8 3.8l.8.8M11.4 11.4l.8.8M12.2 3.8l-.8.8M4.6 11.4l-.8.8",
  trash: "M3 4.5h10M6.2 4.5v-1.5h3.6v1.5M4.3 4.5l.6 8.5h6.2l.6-8.5M6.8 7v3.8M9.2 7v3.8",
  unlock: "M4 7.5h8v6H4zM5.5 7.5V5.3a2.5 2.5 0 0 1 4.8-1",
  up: "M8 13V4M4.5 7.5 8 4l3.5 3.5",
  warning: "M8 2.8 14 13H2zM8 6.5v3.2M8 11.2v.2",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 16 }: { readonly name: IconName; readonly size?: number }) {
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} fill="none" stroke="currentColor" stroke-width={name === "more" ? 2 : 1.35} stroke-linecap="round" stroke-linejoin="round" />
    </svg>
  );
}
