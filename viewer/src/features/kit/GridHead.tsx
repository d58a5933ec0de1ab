import { useSignal } from "@preact/signals";

import { parseOrder, toggleOrder } from "../../core/order.ts";
import type { Column } from "./Grid.tsx";
import { Icon } from "./Icon.tsx";

interface GridHeadProps<T> {
  readonly columns: readonly Column<T>[];
  readonly order: string | undefined;
  readonly onOrder: ((order: string) => void) | undefined;
}

/** The heads of the columns: one stop for Tab, left and right between them, Enter or a click orders by one. */
export function GridHead<T>({ columns, order, onOrder }: GridHeadProps<T>) {
  const stop = useSignal(0);
  const sortable = columns.filter((column) => column.field !== undefined && onOrder !== undefined);
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (step === 0 || !(event.currentTarget instanceof HTMLElement)) return;
    event.preventDefault();
    stop.value = Math.min(sortable.length - 1, Math.max(0, stop.value + step));
    event.currentTarget.querySelectorAll<HTMLButtonElement>("button")[stop.value]?.focus();
  };
  return (
    <div class="grid-head" role="rowgroup">
      <div class="grid-row" role="row" aria-rowindex={1} onKeyDown={onKeyDown}>
        {columns.map((column) => (
          <Head key={column.key} column={column} order={order} onOrder={onOrder} stop={sortable.indexOf(column) === stop.value} />
        ))}
      </div>
    </div>
  );
}

interface HeadProps<T> {
  readonly column: Column<T>;
  readonly order: string | undefined;
  readonly onOrder: ((order: string) => void) | undefined;
  readonly stop: boolean;
}

function Head<T>({ column, order, onOrder, stop }: HeadProps<T>) {
  const { field } = column;
  const now = order === undefined ? undefined : parseOrder(order);
  const active = field !== undefined && now?.field === field;
  const sort = active ? (now.descending ? "descending" : "ascending") : undefined;
  return (
    <div role="columnheader" class={column.end === true ? "grid-cell end" : "grid-cell"} aria-sort={sort} title={column.title}>
      {field === undefined || onOrder === undefined ? (
        <span class="grid-title">{column.title}</span>
      ) : (
        <button
          type="button"
          class={active ? "grid-sort active" : "grid-sort"}
          tabIndex={stop ? 0 : -1}
          onClick={() => {
            onOrder(toggleOrder(order ?? "", field, column.descendingFirst));
          }}
        >
          <span class="grid-title">{column.title}</span>
          {active ? (
            <span class={sort === "ascending" ? "grid-arrow up" : "grid-arrow"}>
              <Icon name="down" size={12} />
            </span>
          ) : null}
        </button>
      )}
    </div>
  );
}
