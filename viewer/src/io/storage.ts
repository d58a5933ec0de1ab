/** What this browser remembers for us: preferences only, never anything about a patient. */

import { sessionHere } from "../core/place.ts";

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
  if (sessionHere() !== undefined) return; // a session leaves nothing behind, not even how it was looked at
  try {
    localStorage.setItem(`fileroom.${key}`, value);
  } catch {
    // as above
  }
}
