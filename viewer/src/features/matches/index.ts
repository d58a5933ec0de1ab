/** Patients who might be one person: side by side, to be joined or told apart, and taken back. */
import "./matches.css";

export { MatchesPage, type MatchesPageProps } from "./MatchesPage.tsx";
