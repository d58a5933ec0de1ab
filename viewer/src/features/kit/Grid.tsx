import type { ComponentChildren, HTMLAttributes } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";

import { type ColumnWidth, fitting } from "../../core/columns.ts";
import { moveCursor } from "../../core/gridKeys.ts";
import { follow } from "./follow.ts";
import { GridHead } from "./GridHead.tsx";
import type { Paged } from "./paged.ts";
import { useVirtual } from "./useVirtual.ts";
import { useWidth } from "./useWidth.ts";

export interface Column<T> extends ColumnWidth {
  readonly key: string;
  readonly title: string;
  /** A CSS grid track, for example `minmax(160px, 2fr)`. */
  readonly track: string;
  readonly end?: boolean;
  /** The field to ask the server's order by; absent when it cannot be ordered by. */
  readonly field?: string;
  readonly descendingFirst?: boolean;
  readonly cell: (row: T) => ComponentChildren;
  /** The whole text, where the cell may have to shorten it. */
  readonly full?: (row: T) => string;
}

export interface GridProps<T> {
  readonly id: string;
  readonly label: string;
  readonly source: Paged<T>;
  readonly columns: readonly Column<T>[];
  readonly rowHeight?: number;
  readonly order?: string;
  readonly onOrder?: (order: string) => void;
  readonly cursor: number;
  readonly onCursor: (index: number) => void;
  readonly onOpen?: (row: T) => void;
  /** A key that does not move the cursor; answers whether it was used. */
  readonly onKey?: (event: KeyboardEvent, row: T | undefined) => boolean;
  readonly onMenu?: (event: MouseEvent, row: T) => void;
  readonly rowClass?: (row: T) => string;
  readonly initialOffset?: number;
  readonly onOffset?: (offset: number) => void;
}

/** A long table: one stop for Tab, a cursor moved by keys, rows drawn and fetched as they come into view. */
export function Grid<T>(props: GridProps<T>) {
  const { id, source, rowHeight = 30, cursor } = props;
  const total = source.total.value ?? 0;
  follow(source.version);
  const scroller = useRef<HTMLDivElement>(null);
  const width = useWidth(scroller);
  const columns = fitting(props.columns, width);
  const virtual = useVirtual({ scroller, count: total, rowHeight, initialOffset: props.initialOffset ?? 0 });
  const items = virtual.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    source.want({ first, last });
  }, [source, first, last, total]);
  useCursorInView(cursor, total, (index) => {
    virtual.scrollToIndex(index, { align: "auto" });
  });

  const pageRows = Math.floor((scroller.current?.clientHeight ?? rowHeight) / rowHeight) - 1;
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target !== event.currentTarget) return;
    const to = event.ctrlKey || event.metaKey || event.altKey ? undefined : moveCursor(event.key, cursor, total, pageRows);
    if (to !== undefined) props.onCursor(to);
    else if (event.key === "Enter") open(props, cursor);
    else if (!(props.onKey?.(event, source.at(cursor)) ?? false)) return;
    event.preventDefault();
  };
  const tracks = columns.map((column) => column.track).join(" ");
  return (
    <div
      id={id}
      class="grid"
      role="grid"
      tabIndex={0}
      aria-label={props.label}
      aria-rowcount={total + 1}
      aria-colcount={columns.length}
      aria-busy={source.busy.value}
      aria-activedescendant={cursor >= 0 && cursor < total ? `${id}-${cursor}` : undefined}
      style={{ "--tracks": tracks, "--row": `${rowHeight}px` }}
      onKeyDown={onKeyDown}
    >
      <GridHead columns={columns} order={props.order} onOrder={props.onOrder} />
      <div class="grid-body" role="rowgroup" ref={scroller} onScroll={(event) => props.onOffset?.(event.currentTarget.scrollTop)}>
        <div class="grid-rows" role="presentation" style={{ height: `${virtual.getTotalSize()}px` }}>
          {withCursor(items.map((item) => item.index), cursor, total).map((index) => (
            <GridRow key={index} grid={props} columns={columns} index={index} row={source.at(index)} top={index * rowHeight} />
          ))}
        </div>
      </div>
    </div>
  );
}

/** The row at the cursor stays drawn when it is scrolled away, or the screen reader would lose its place. */
function withCursor(indices: readonly number[], cursor: number, total: number): readonly number[] {
  return cursor < 0 || cursor >= total || indices.includes(cursor) ? indices : [...indices, cursor];
}

function open<T>(props: GridProps<T>, index: number): void {
  const row = props.source.at(index);
  if (row !== undefined) props.onOpen?.(row);
}

/** Follow the cursor when it moves, and not when the list is merely drawn again (or restored where it was left). */
function useCursorInView(cursor: number, total: number, show: (index: number) => void): void {
  const before = useRef(cursor);
  useLayoutEffect(() => {
    if (cursor === before.current) return;
    before.current = cursor;
    if (cursor >= 0 && cursor < total) show(cursor);
  });
}

interface GridRowProps<T> {
  readonly grid: GridProps<T>;
  readonly columns: readonly Column<T>[];
  readonly index: number;
  readonly row: T | undefined;
  readonly top: number;
}

function GridRow<T>({ grid, columns, index, row, top }: GridRowProps<T>) {
  const chosen = index === grid.cursor;
  const common: HTMLAttributes<HTMLDivElement> = {
    id: `${grid.id}-${index}`,
    role: "row",
    "aria-rowindex": index + 2,
    style: { transform: `translateY(${top}px)` },
  };
  if (row === undefined) {
    return (
      <div {...common} class="grid-row" aria-busy>
        <div role="gridcell" class="grid-cell">
          <span class="bone" style={{ width: `${35 + ((index * 17) % 50)}%` }} />
        </div>
      </div>
    );
  }
  return (
    <div
      {...common}
      class={`grid-row ${grid.rowClass?.(row) ?? ""}`}
      aria-selected={chosen}
      onPointerDown={(event) => {
        if (event.button === 0) grid.onCursor(index);
      }}
      onDblClick={() => grid.onOpen?.(row)}
      onContextMenu={(event) => {
        if (grid.onMenu === undefined) return;
        event.preventDefault();
        grid.onCursor(index);
        grid.onMenu(event, row);
      }}
    >
      {columns.map((column) => (
        <div key={column.key} role="gridcell" class={column.end === true ? "grid-cell end" : "grid-cell"} title={column.full?.(row)}>
          {column.cell(row)}
        </div>
      ))}
    </div>
  );
}
