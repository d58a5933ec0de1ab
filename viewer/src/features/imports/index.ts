/** Bringing files in: the dialog, the running import, what became of every path. */
import "./imports.css";

export { ChooserStore } from "./chooserStore.ts";
export { FolderChooser } from "./FolderChooser.tsx";
export { ImportDialog } from "./ImportDialog.tsx";
export { ImportsPage } from "./ImportsPage.tsx";
export { ImportStore } from "./importStore.ts";
export { LedgerPage } from "./LedgerPage.tsx";
export { ProgressChip } from "./ProgressChip.tsx";
