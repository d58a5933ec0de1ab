/** The viewer's own icons, on the same grid and in the same stroke as those of the kit. */
const PATHS = {
  window: "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zM8 2.5v11M10 3v10M12 4.3v7.4",
  scroll: "M4 2.5h8v11H4zM8 5v6M6.3 6.5 8 4.8l1.7 1.7M6.3 9.5 8 11.2l1.7-1.7",
  zoom: "M7 3a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM10 10l3.2 3.2M5.3 7h3.4M7 5.3v3.4",
  pan: "M8 2v12M2 8h12M6.5 3.5 8 2l1.5 1.5M6.5 12.5 8 14l1.5-1.5M3.5 6.5 2 8l1.5 1.5M12.5 6.5 14 8l-1.5 1.5",
  windows: "M2.5 12.5 6 12.5 10 3.5h3.5M2.5 3.5v9h11",
  fit: "M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10M6 6h4v4H6z",
  actual: "M4 5.5 5.5 4.2V12M4 12h3M10.5 5.5 12 4.2V12M10.5 12h3M8.3 6.5v.1M8.3 10v.1",
  turn: "M12.8 6.5A5.2 5.2 0 1 0 13.2 9M13 3v3.7H9.3",
  flip: "M8 2v12M6 4.5v7H2zM10 4.5v7h4z",
  invert: "M8 2.5a5.5 5.5 0 1 0 0 11zM8 2.5a5.5 5.5 0 0 1 0 11M3.4 5.5H8M2.6 8H8M3.4 10.5H8",
  reset: "M3.2 6.5A5.2 5.2 0 1 1 2.8 9M3 3v3.7h3.7",
  play: "M5 3.2v9.6L12.5 8z",
  pause: "M5.2 3.5v9M10.8 3.5v9",
  slower: "M8 3.5 3.5 8 8 12.5M13 3.5 8.5 8l4.5 4.5",
  faster: "M3 3.5 7.5 8 3 12.5M8 3.5 12.5 8 8 12.5",
  corners: "M2.5 2.5h11v11h-11zM4.5 5h2.5M4.5 7h1.5M9 11h2.5M10 9h1.5",
  keys: "M1.8 4.5h12.4v7H1.8zM4 6.7v.1M6.5 6.7v.1M9 6.7v.1M11.7 6.7v.1M4.8 9.4h6.4",
  measure: "M2.5 10.5 10.5 2.5l3 3-8 8zM5 8l1.4 1.4M7.2 5.8l1 1M9.4 3.6l1.4 1.4",
  magnify: "M6.8 2.8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM9.7 9.7l3.5 3.5M8.6 5.2a2.4 2.4 0 0 0-1.8-.9",
  layout: "M2.5 2.5h11v11h-11zM8 2.5v11M2.5 8h11",
  link: "M6.8 9.2l2.4-2.4M7.5 4.8l1.6-1.6a2.6 2.6 0 0 1 3.7 3.7l-1.6 1.6M8.5 11.2l-1.6 1.6a2.6 2.6 0 0 1-3.7-3.7l1.6-1.6",
  camera: "M2 5h3l1-1.8h4L11 5h3v8H2zM8 6.6a2.2 2.2 0 1 0 0 4.4 2.2 2.2 0 0 0 0-4.4z",
  broken: "M2.5 3.5h11v9h-11zM2.5 10.5l3-3 2 2M9.5 3.5 8 7l2 1.5-1.5 4",
} as const;

export type ViewerIcon = keyof typeof PATHS;

export function Glyph({ name, size = 18 }: { readonly name: ViewerIcon; readonly size?: number }) {
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} fill="none" stroke="currentColor" stroke-width="1.25" stroke-linecap="round" stroke-linejoin="round" />
    </svg>
  );
}
