/** Checking: is everything where it was, and whole? */
import "./check.css";

export { CheckPage } from "./CheckPage.tsx";
export { CheckStore } from "./checkStore.ts";
