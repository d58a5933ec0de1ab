/** Where the cursor of a list goes when a key is pressed (WAI-ARIA grid pattern). */

/** The new row, or undefined when the key does not move the cursor. -1 says that there is no cursor yet. */
export function moveCursor(key: string, cursor: number, count: number, page: number): number | undefined {
  if (count === 0) return undefined;
  const target = targetOf(key, cursor, count, Math.max(1, page));
  return target === undefined ? undefined : Math.min(count - 1, Math.max(0, target));
}

function targetOf(key: string, cursor: number, count: number, page: number): number | undefined {
  switch (key) {
    case "ArrowDown":
      return cursor + 1;
    case "ArrowUp":
      return cursor < 0 ? count - 1 : cursor - 1;
    case "PageDown":
      return cursor + page;
    case "PageUp":
      return cursor - page;
    case "Home":
      return 0;
    case "End":
      return count - 1;
    default:
      return undefined;
  }
}
