import { afterAll } from "vitest";

/** What must end with the file's tests, the last begun first; also when not everything could be begun. */
export function cleanup(): (end: () => unknown) => void {
  const ends: (() => unknown)[] = [];
  afterAll(async () => {
    for (const end of ends.reverse()) await end();
  });
  return (end) => {
    ends.push(end);
  };
}
