/** What files are written in, as the user says: the mark of a guess, and the dialog behind it. */
export { CharsetLater } from "./CharsetLater.tsx";
export { GuessMark } from "./GuessMark.tsx";
export type { CharsetTarget } from "./target.ts";
