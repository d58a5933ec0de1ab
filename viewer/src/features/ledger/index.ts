/** What imports did: how one ended, the list of them, what became of every path. Fetched when first looked at. */
import { ledger } from "../../core/messages/ledger.ts";
import { learn } from "../../core/messages.ts";
import "./ledger.css";

learn(ledger);

export { ImportResult, type ImportResultProps } from "./ImportResult.tsx";
export { ImportsPage, type ImportsPageProps } from "./ImportsPage.tsx";
export { LedgerPage, type LedgerPageProps } from "./LedgerPage.tsx";
