/** Bringing files in: the dialog and the running import. */
import "./imports.css";

export { ChooserStore } from "./chooserStore.ts";
export { FolderChooser } from "./FolderChooser.tsx";
export { ImportDialog } from "./ImportDialog.tsx";
export { ImportStore } from "./importStore.ts";
export { ProgressChip } from "./ProgressChip.tsx";
