import type { ComponentChildren, VNode } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";

import { type ColumnWidth, fitting } from "../../core/columns.ts";
import { moveCursor } from "../../core/gridKeys.ts";
import { follow } from "./follow.ts";
import { GridHead } from "./GridHead.tsx";
import { GridRow } from "./GridRow.tsx";
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
  /** The same array until the columns change: rows are drawn again when it does. */
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
  const columns = useMemo(() => fitting(props.columns, width), [props.columns, width]);
  const draw = useRowDrawing(props, columns, rowHeight);
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
      <div
        class="grid-body"
        role="rowgroup"
        tabIndex={-1}
        ref={scroller}
        onFocus={giveFocusToGrid}
        onScroll={(event) => props.onOffset?.(event.currentTarget.scrollTop)}
      >
        <div class="grid-rows" role="presentation" style={{ height: `${virtual.getTotalSize()}px` }} {...pointing(props)}>
          {draw(withCursor(items.map((item) => item.index), cursor, total))}
        </div>
      </div>
    </div>
  );
}

/** Without a tab index of its own a browser makes what scrolls a stop for Tab; with one, a click would leave the focus there. */
function giveFocusToGrid(event: FocusEvent): void {
  if (event.currentTarget instanceof Element) event.currentTarget.closest<HTMLElement>("[role=grid]")?.focus({ preventScroll: true });
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

/** What a click, a double click and a right click on a row do; one set of listeners for all of them. */
function pointing<T>(props: GridProps<T>) {
  const rowAt = (event: MouseEvent): number => {
    const row = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-row]") : null;
    return Number(row?.dataset["row"] ?? -1);
  };
  return {
    onPointerDown: (event: PointerEvent) => {
      const index = rowAt(event);
      if (event.button === 0 && index >= 0) props.onCursor(index);
    },
    onDblClick: (event: MouseEvent) => {
      open(props, rowAt(event));
    },
    onContextMenu: (event: MouseEvent) => {
      const index = rowAt(event);
      const row = props.source.at(index);
      if (row === undefined || props.onMenu === undefined) return;
      event.preventDefault();
      props.onCursor(index);
      props.onMenu(event, row);
    },
  };
}

/** Draws rows, and hands back the very same node for a row that has not changed, so that scrolling draws only what is new. */
function useRowDrawing<T>(props: GridProps<T>, columns: readonly Column<T>[], rowHeight: number): (indices: readonly number[]) => VNode[] {
  const before = useRef(new Map<number, Drawn<T>>());
  return (indices) => {
    const now = new Map<number, Drawn<T>>();
    for (const index of indices) {
      const fresh = { row: props.source.at(index), columns, chosen: index === props.cursor, top: index * rowHeight };
      const known = before.current.get(index);
      const same = known !== undefined && known.row === fresh.row && known.columns === columns && known.chosen === fresh.chosen && known.top === fresh.top;
      if (same) now.set(index, known);
      else now.set(index, { ...fresh, node: <GridRow key={index} grid={props.id} index={index} {...fresh} /> });
    }
    before.current = now;
    return [...now.values()].map((drawn) => drawn.node);
  };
}

interface Drawn<T> {
  readonly row: T | undefined;
  readonly columns: readonly Column<T>[];
  readonly chosen: boolean;
  readonly top: number;
  readonly node: VNode;
}
