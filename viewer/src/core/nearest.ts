/** In which order a stack is loaded: what lies nearest to the image at hand first, onwards before backwards. */

/** The nearest index to `center` that `wanted` accepts; of two equally near ones the later. */
export function nearest(length: number, center: number, wanted: (index: number) => boolean): number | undefined {
  for (let distance = 0; distance < length; distance += 1) {
    for (const index of distance === 0 ? [center] : [center + distance, center - distance]) {
      if (index >= 0 && index < length && wanted(index)) return index;
    }
  }
  return undefined;
}

/** How many images around the one at hand may be kept when each takes `bytes` of `limit`. */
export function room(limit: number, bytes: number): number {
  return Math.max(1, Math.floor(limit / Math.max(1, bytes)));
}
