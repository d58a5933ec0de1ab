import type * as api from "../../io/api.ts";

/** What the archive page asks of the server: given to its stores, so that tests can answer instead. */
export type ArchiveApi = Pick<typeof api, "entry" | "labels" | "patients" | "remove" | "restore" | "series" | "setLabels" | "setNote" | "status" | "studies">;
