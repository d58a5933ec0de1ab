/** The folders that were brought in: whether they can be reached, their switches, and what can be done with them. */
import "./folders.css";

export { FoldersPage } from "./FoldersPage.tsx";
export { FolderStore } from "./folderStore.ts";
