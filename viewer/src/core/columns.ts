/** Which columns fit: a narrow table leaves out the least needed ones rather than squeeze all. */

export interface ColumnWidth {
  readonly min: number;
  /** 0 is never left out; of the others the highest goes first. */
  readonly spare: number;
}

export function fitting<C extends ColumnWidth>(columns: readonly C[], width: number): C[] {
  const shown = [...columns];
  const needed = (): number => shown.reduce((sum, column) => sum + column.min, 0);
  while (needed() > width) {
    const least = Math.max(...shown.map((column) => column.spare));
    if (least <= 0) break;
    shown.splice(
      shown.findLastIndex((column) => column.spare === least),
      1,
    );
  }
  return shown;
}
