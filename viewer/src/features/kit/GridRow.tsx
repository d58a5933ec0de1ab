import type { HTMLAttributes } from "preact";

import type { Column } from "./Grid.tsx";

export interface GridRowProps<T> {
  /** The id of the grid. */
  readonly grid: string;
  readonly columns: readonly Column<T>[];
  readonly index: number;
  readonly row: T | undefined;
  readonly top: number;
  readonly chosen: boolean;
}

/** One line of a long list; a grey bar while it has not come. Clicks are the grid's affair: it finds the row by `data-row`. */
export function GridRow<T>({ grid, columns, index, row, top, chosen }: GridRowProps<T>) {
  const place: HTMLAttributes<HTMLDivElement> = {
    id: `${grid}-${index}`,
    role: "row",
    "aria-rowindex": index + 2, // the heads are row 1
    style: { transform: `translateY(${top}px)` },
  };
  if (row === undefined) {
    return (
      <div {...place} class="grid-row" aria-busy>
        <div role="gridcell" class="grid-cell">
          <span class="bone" style={{ width: `${35 + ((index * 17) % 50)}%` }} />
        </div>
      </div>
    );
  }
  return (
    <div {...place} data-row={index} class="grid-row" aria-selected={chosen}>
      {columns.map((column) => (
        <div key={column.key} role="gridcell" class={column.end === true ? "grid-cell end" : "grid-cell"} title={column.full?.(row)}>
          {column.cell(row)}
        </div>
      ))}
    </div>
  );
}
