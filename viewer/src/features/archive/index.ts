/** The archive: everybody in the room, their studies and series. */
import "./archive.css";

export { ArchivePage } from "./ArchivePage.tsx";
export { ArchiveStore } from "./archiveStore.ts";
export { SearchBox } from "./SearchBox.tsx";
