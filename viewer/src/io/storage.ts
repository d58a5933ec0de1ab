/** What this browser remembers for us: preferences only, never anything about a patient. */

/** The kept value, when there is one and it is among `allowed`. */
export function recall<T extends string>(key: string, allowed: readonly T[]): T | undefined {
  try {
    const value = localStorage.getItem(`fileroom.${key}`);
    return allowed.find((one) => one === value);
  } catch {
    return undefined; // storage may be switched off; then we forget, and nothing else happens
  }
}

/** The same for a list; what is no longer among `allowed` is forgotten. */
export function recallSome<T extends string>(key: string, allowed: readonly T[]): readonly T[] | undefined {
  try {
    const values = localStorage.getItem(`fileroom.${key}`)?.split(",");
    return values === undefined ? undefined : allowed.filter((one) => values.includes(one));
  } catch {
    return undefined; // as above
  }
}

export function remember(key: string, value: string): void {
  try {
    localStorage.setItem(`fileroom.${key}`, value);
  } catch {
    // as above
  }
}

/**
 * In a session nothing goes into the browser's own store, whoever wants to put it there: libraries that we use note what the
 * machine can do. They, and we, find what was there before, and what they put in is gone with the page.
 */
export function keepNothing(): void {
  const memory = new Map<string, string>();
  try {
    for (let at = 0; at < localStorage.length; at += 1) {
      const key = localStorage.key(at);
      if (key !== null) memory.set(key, localStorage.getItem(key) ?? "");
    }
  } catch {
    // switched off: there is nothing to find
  }
  const store: Storage = {
    get length() {
      return memory.size;
    },
    key: (at) => [...memory.keys()][at] ?? null,
    getItem: (key) => memory.get(key) ?? null,
    setItem: (key, value) => void memory.set(key, value),
    removeItem: (key) => void memory.delete(key),
    clear: () => {
      memory.clear();
    },
  };
  for (const name of ["localStorage", "sessionStorage"]) Object.defineProperty(globalThis, name, { configurable: true, value: store });
}
