/** Lengths as the page writes them. */
import type { Formats } from "./format.ts";
import type { Translate } from "./messages.ts";

/** A length, or nothing: 0.625 mm. */
export function millimetres(value: number | null, t: Translate, fmt: Formats): string {
  return value === null ? "" : t("value.mm", { value: fmt.length(value) });
}

/** Pixel Spacing: between rows, then between columns (PS3.3 10.7.1.3). */
export function spacing(values: readonly number[], t: Translate, show: (value: number) => string): string {
  const [row, column] = values;
  if (row === undefined || column === undefined) return "";
  return t("value.spacing", { row: show(row), column: show(column) });
}
