/** How the window of the viewer is divided. A new layout is a line here; what its cells hold is told by their kind. */
import type { MessageKey } from "./messages.ts";

export interface Layout {
  readonly name: string;
  readonly label: MessageKey;
  readonly columns: number;
  readonly rows: number;
  /** Cells that look at one volume; the viewport of the series is then one of them, or stands aside. */
  readonly volume?: readonly ("axial" | "coronal" | "sagittal" | "solid" | "stack")[];
}

export const LAYOUTS = [
  { name: "1x1", label: "viewport.layout.1x1", columns: 1, rows: 1 },
  { name: "1x2", label: "viewport.layout.1x2", columns: 2, rows: 1 },
  { name: "2x2", label: "viewport.layout.2x2", columns: 2, rows: 2 },
  { name: "mpr", label: "viewport.layout.mpr", columns: 2, rows: 2, volume: ["axial", "sagittal", "coronal", "stack"] },
  { name: "mpr3d", label: "viewport.layout.mpr3d", columns: 2, rows: 2, volume: ["axial", "sagittal", "coronal", "solid"] },
  { name: "3d", label: "viewport.layout.3d", columns: 1, rows: 1, volume: ["solid"] },
] as const satisfies readonly Layout[];

export type LayoutName = (typeof LAYOUTS)[number]["name"];
export const LAYOUT_NAMES = LAYOUTS.map(({ name }) => name);

export const layoutOf = (name: LayoutName): Layout => LAYOUTS.find((one) => one.name === name) ?? LAYOUTS[0];

/** How many viewports a layout has that hold a series each. */
export const cellsOf = ({ columns, rows, volume }: Layout): number => (volume === undefined ? columns * rows : 1);
