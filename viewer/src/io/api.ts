/** The typed client of docs/http-api.md. One function per route; nothing is kept here. */
import type {
  Asked,
  Attribute,
  Charsets,
  CheckReport,
  Conflict,
  Counts,
  Display,
  Drive,
  Entry,
  Elsewhere,
  FetchJob,
  Finding,
  Folder,
  Found,
  ImportSummary,
  Job,
  Keeping,
  LabelCount,
  LedgerEntry,
  Medium,
  MediumFound,
  NewPeer,
  Outcome,
  Page,
  Patient,
  PatientRule,
  Peer,
  Place,
  PurgeReport,
  PossibleMatch,
  ReasonCount,
  Root,
  SavedSearch,
  Series,
  SeriesImages,
  Session,
  State,
  Status,
  Study,
  Trouble,
  Verdict,
  WriteMedia,
} from "../core/model.ts";
import type { Measurement } from "../core/measure.ts";
import { type Dropped, handedIn, type Others } from "../core/others.ts";
import { address } from "../core/place.ts";
import { json, request } from "./http.ts";

export interface ListQuery {
  /** The user's words. */
  readonly q?: string | undefined;
  /** A field, or `-field` for descending. */
  readonly order?: string | undefined;
  readonly offset?: number | undefined;
  readonly limit?: number | undefined;
  /** The id of a drive on which some of it lies. */
  readonly drive?: number | undefined;
  readonly state?: State | undefined;
}

/** `?a=1&b=2` of what is there; the empty string says no more than absence does. */
export function queryString(values: Readonly<Record<string, string | number | undefined>>): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(values)) if (value !== undefined && value !== "") search.set(key, String(value));
  const text = search.toString();
  return text === "" ? "" : `?${text}`;
}

const at = encodeURIComponent;

// -- the archive ------------------------------------------------------------------------------------------------

export const status = (signal?: AbortSignal): Promise<Status> => json("/api/status", { signal });

export const patients = (query: ListQuery = {}, signal?: AbortSignal): Promise<Found<Patient>> =>
  json(`/api/patients${queryString({ ...query })}`, { signal });

export const studies = (query: ListQuery & { readonly patient?: string } = {}, signal?: AbortSignal): Promise<Found<Study>> =>
  json(`/api/studies${queryString({ ...query })}`, { signal });

export const series = (query: ListQuery & { readonly study?: string; readonly patient?: string } = {}, signal?: AbortSignal): Promise<Found<Series>> =>
  json(`/api/series${queryString({ ...query })}`, { signal });

export const entry = (id: string, signal?: AbortSignal): Promise<Entry> => json(`/api/entries/${at(id)}`, { signal });

export const images = (seriesId: string, signal?: AbortSignal): Promise<SeriesImages> =>
  json(`/api/series/${at(seriesId)}/images`, { signal });

/** What some images need besides to be shown or measured. */
export const display = (instanceId: string, signal?: AbortSignal): Promise<Display> =>
  json(`/api/instances/${at(instanceId)}/display`, { signal });

/** What was measured on a series. */
export const measurements = async (seriesId: string): Promise<readonly Measurement[]> =>
  (await json<{ measurements: readonly Measurement[] }>(`/api/series/${at(seriesId)}/measurements`)).measurements;

/** Keep these and no others; also when the page is being left. */
export const keepMeasurements = async (seriesId: string, all: readonly Measurement[]): Promise<void> => {
  await request(`/api/series/${at(seriesId)}/measurements`, { method: "PUT", body: { measurements: all } });
};

export const measurementsUrl = (seriesId: string, form: "csv" | "sr"): string => address(`/api/series/${at(seriesId)}/measurements/${form}`);

export const thumbnailUrl = (seriesId: string): string => address(`/api/series/${at(seriesId)}/thumbnail`);

/** Frame `number`, counted from 1, as stored. */
export const frameUrl = (instanceId: string, number: number): string => address(`/api/instances/${at(instanceId)}/frames/${number}`);

/** Forget entries; the files stay where they are. */
export const remove = async (ids: readonly string[]): Promise<Counts> =>
  (await json<{ removed: Counts }>("/api/remove", { method: "POST", body: { ids } })).removed;

export const restore = async (ids: readonly string[]): Promise<Counts> =>
  (await json<{ restored: Counts }>("/api/restore", { method: "POST", body: { ids } })).restored;

/** The whole list, as a table or as one JSON object a line. */
export const exportUrl = (list: "patients" | "studies" | "series" | "instances", kind: "csv" | "json", query: ListQuery = {}): string =>
  address(`/api/export/${list}.${kind}${queryString({ ...query })}`);

export const drives = (signal?: AbortSignal): Promise<readonly Drive[]> => json("/api/drives", { signal });

/** The id of one image of a series, counted from 0. */
export const instanceAt = async (seriesId: string, offset: number, signal?: AbortSignal): Promise<string | undefined> =>
  (await json<Page<{ readonly id: string }>>(`/api/instances${queryString({ series: seriesId, offset, limit: 1 })}`, { signal })).items[0]?.id;

/** All attributes of the file of an image. */
export const attributes = (instanceId: string, signal?: AbortSignal): Promise<readonly Attribute[]> =>
  json(`/api/instances/${at(instanceId)}/attributes`, { signal });

// -- what the user says -----------------------------------------------------------------------------------------

export const setNote = async (id: string, text: string): Promise<void> => {
  await request(`/api/entries/${at(id)}/note`, { method: "PUT", body: { text } });
};

export const setLabels = async (id: string, labels: readonly string[]): Promise<void> => {
  await request(`/api/entries/${at(id)}/labels`, { method: "PUT", body: { labels } });
};

export const labels = (signal?: AbortSignal): Promise<readonly LabelCount[]> => json("/api/labels", { signal });

export const matches = (signal?: AbortSignal): Promise<readonly PossibleMatch[]> => json("/api/matches", { signal });

export const rules = (signal?: AbortSignal): Promise<readonly PatientRule[]> => json("/api/rules", { signal });

/** They are one person, the first of them shown; or they are not. */
export const decide = (verdict: Verdict, ids: readonly string[]): Promise<readonly PatientRule[]> =>
  json("/api/rules", { method: "POST", body: { verdict, ids } });

export const takeBackRule = async (id: number): Promise<void> => {
  await request(`/api/rules/${id}`, { method: "DELETE" });
};

/** What the user said that files are written in. */
export const charsets = (signal?: AbortSignal): Promise<Charsets> => json("/api/charsets", { signal });

/** Set it for a folder or a patient (`""` takes it back); answers the name of the job that reads their files again. */
export const setCharset = async (whose: { readonly root: number } | { readonly patient: string }, charset: string): Promise<string> =>
  (await json<{ job: string }>("/api/charsets", { method: "POST", body: { ...whose, charset } })).job;

/** What was opened last, newest first. */
export const recent = (limit = 12, signal?: AbortSignal): Promise<readonly (Study | Series)[]> => json(`/api/recent${queryString({ limit })}`, { signal });

export const opened = async (id: string): Promise<void> => {
  await request("/api/recent", { method: "POST", body: { ids: [id] }, outlives: true });
};

export const forgetRecent = async (): Promise<void> => {
  await request("/api/recent", { method: "DELETE" });
};

export const savedSearches = (signal?: AbortSignal): Promise<readonly SavedSearch[]> => json("/api/searches", { signal });

export const saveSearch = async (search: SavedSearch): Promise<void> => {
  await request("/api/searches", { method: "POST", body: search });
};

export const dropSearch = async (name: string): Promise<void> => {
  await request(`/api/searches/${at(name)}`, { method: "DELETE" });
};

// -- the folders that were brought in ---------------------------------------------------------------------------

export const roots = (signal?: AbortSignal): Promise<readonly Root[]> => json("/api/roots", { signal });

export const watchRoot = (id: number, watched: boolean): Promise<Root> => json(`/api/roots/${id}`, { method: "PATCH", body: { watched } });

/** Take a folder from the list, and what it brought in out of the archive; the files stay. */
export const forgetRoot = async (id: number): Promise<Counts> =>
  (await json<{ removed: Counts }>(`/api/roots/${id}`, { method: "DELETE" })).removed;

export const restoreRoot = async (id: number): Promise<Counts> =>
  (await json<{ restored: Counts }>(`/api/roots/${id}/restore`, { method: "POST", body: {} })).restored;

/** Import it again, wherever its drive is now; answers the name of the job. */
export const importRoot = async (id: number): Promise<string> =>
  (await json<{ job: string }>(`/api/roots/${id}/import`, { method: "POST", body: {} })).job;

// -- imports ----------------------------------------------------------------------------------------------------

/** Start an import, in place or by copies into the archive; answers the name of its job. */
export const startImport = async (paths: readonly string[], copy: boolean): Promise<string> =>
  (await json<{ job: string }>("/api/imports", { method: "POST", body: { paths, copy } })).job;

/** Read again what the archive knows: all of it, or what lies under a folder; answers the name of the job. */
export const rebuild = async (paths: readonly string[] = []): Promise<string> =>
  (await json<{ job: string }>("/api/rebuild", { method: "POST", body: { paths } })).job;

/** Look in a folder for files that are not where they were; `follow` records them there. Answers the name of the job. */
export const relink = async (path: string, follow: boolean): Promise<string> =>
  (await json<{ job: string }>("/api/relink", { method: "POST", body: { path, follow } })).job;

/** Which of its own copies of removed entries the archive would delete. */
export const wouldPurge = (): Promise<PurgeReport> => json("/api/purge");

/** Delete them. */
export const purge = (): Promise<PurgeReport> => json("/api/purge", { method: "POST", body: { delete: true } });

export const imports = (offset = 0, limit = 100, signal?: AbortSignal): Promise<Page<ImportSummary>> =>
  json(`/api/imports${queryString({ offset, limit })}`, { signal });

export const importSummary = (id: number, signal?: AbortSignal): Promise<ImportSummary> => json(`/api/imports/${id}`, { signal });

export const ledger = (
  id: number,
  query: { readonly outcome?: Outcome | undefined; readonly offset?: number; readonly limit?: number },
  signal?: AbortSignal,
): Promise<Page<LedgerEntry>> => json(`/api/imports/${id}/ledger${queryString({ ...query })}`, { signal });

/** The whole ledger to keep, as a table or as JSON. */
export const ledgerUrl = (id: number, kind: "csv" | "json", outcome?: Outcome): string =>
  address(`/api/imports/${id}/ledger.${kind}${queryString({ outcome })}`);

export const reasons = (id: number, signal?: AbortSignal): Promise<readonly ReasonCount[]> => json(`/api/imports/${id}/reasons`, { signal });

/** Take back what an import brought in; the files stay. */
export const undoImport = async (id: number): Promise<Counts> =>
  (await json<{ removed: Counts }>(`/api/imports/${id}/undo`, { method: "POST", body: {} })).removed;

export const jobs = (signal?: AbortSignal): Promise<readonly Job[]> => json("/api/jobs", { signal });

export const jobEventsUrl = (job: string): string => address(`/api/jobs/${at(job)}/events`);

export const cancelJob = async (job: string): Promise<void> => {
  await request(`/api/jobs/${at(job)}`, { method: "DELETE" });
};

// -- conflicts --------------------------------------------------------------------------------------------------

/** Images of a series whose files have different content, and in what they differ. */
export const conflicts = (series: string, signal?: AbortSignal): Promise<Page<Conflict>> => json(`/api/conflicts${queryString({ series })}`, { signal });

/** Show this file of its image from now on. */
export const choose = async (file: number): Promise<void> => {
  await request("/api/choose", { method: "POST", body: { file } });
};

/** Take that back: the file that was met first is shown again. */
export const unchoose = async (file: number): Promise<void> => {
  await request("/api/unchoose", { method: "POST", body: { file } });
};

// -- checks -----------------------------------------------------------------------------------------------------

/** Start a check; `sample` from 0 to 1 is how many of the files are read. Answers the name of its job. */
export const startCheck = async (how: { readonly read_data: boolean; readonly sample: number }): Promise<string> =>
  (await json<{ job: string }>("/api/checks", { method: "POST", body: how })).job;

export const checks = (offset = 0, limit = 1, signal?: AbortSignal): Promise<Page<CheckReport>> =>
  json(`/api/checks${queryString({ offset, limit })}`, { signal });

export const findings = (
  id: number,
  query: { readonly trouble?: Trouble; readonly offset?: number; readonly limit?: number },
  signal?: AbortSignal,
): Promise<Page<Finding>> => json(`/api/checks/${id}/findings${queryString({ ...query })}`, { signal });

// -- what is looked at and not kept -----------------------------------------------------------------------------

/** The discs and sticks that are plugged in. */
export const media = (signal?: AbortSignal): Promise<readonly Medium[]> => json("/api/media", { signal });

export const sessions = (signal?: AbortSignal): Promise<readonly Session[]> => json("/api/sessions", { signal });

export const openSession = (path: string): Promise<Session> => json("/api/sessions", { method: "POST", body: { path } });

/** Close it, and forget all of it. */
export const closeSession = async (id: string): Promise<void> => {
  await request(`/api/sessions/${at(id)}`, { method: "DELETE" });
};

/** What is known of the medium of the session that is shown. */
export const mediumFound = (signal?: AbortSignal): Promise<MediumFound> => json("/api/medium", { signal });

/** Begin to write entries as a medium. */
export const writeMedia = async (how: WriteMedia): Promise<string> => (await json<{ job: string }>("/api/write-media", { method: "POST", body: how })).job;

/** The medium that a job wrote, to be saved; it is given once. */
export const writtenMediumUrl = (job: string): string => address(`/api/jobs/${at(job)}/media`);

/** Begin to copy its images into memory: a job of the session. */
export const copyMedium = async (): Promise<string> => (await json<{ job: string }>("/api/medium/copy", { method: "POST", body: {} })).job;

/** Take entries of a session into the archive; answers the name of the job there. */
export const keep = async (session: string, ids: readonly string[]): Promise<string> =>
  (await json<{ job: string }>(`/api/sessions/${at(session)}/keep`, { method: "POST", body: { ids } })).job;

export const stopKeeping = async (session: string, job: string): Promise<void> => {
  await request(`/api/sessions/${at(session)}/keep/${at(job)}`, { method: "DELETE" });
};

export const keeping = (session: string, job: string): Promise<Keeping> => json(`/api/sessions/${at(session)}/keep/${at(job)}`);

/** Look at files of other kinds, by their paths on this computer. */
export const openOthers = (paths: readonly string[]): Promise<Session> => json("/api/others", { method: "POST", body: { paths } });

/** The same with files that the browser has. */
export const handInOthers = (files: readonly Dropped[]): Promise<Session> => json("/api/others", { method: "POST", body: handedIn(files) });

/** What the files of this session are. */
export const openedOthers = (signal?: AbortSignal): Promise<Others> => json("/api/others", { signal });

/** Every series of a session. */
export const allSeries = async (signal?: AbortSignal): Promise<readonly Series[]> => (await series({ limit: 1000 }, signal)).items;

/** Begin to write a series as one file; answers the name of the job. */
export const convertSeries = async (id: string, form: string): Promise<string> =>
  (await json<{ job: string }>(`/api/series/${at(id)}/convert`, { method: "POST", body: { form } })).job;

export const madeFileUrl = (job: string): string => address(`/api/jobs/${at(job)}/file`);

// -- other nodes ------------------------------------------------------------------------------------------------

export const peers = (signal?: AbortSignal): Promise<readonly Peer[]> => json("/api/peers", { signal });

export const setPeer = (peer: NewPeer): Promise<Peer> => json("/api/peers", { method: "POST", body: peer });

export const removePeer = async (name: string): Promise<void> => {
  await request("/api/peers/remove", { method: "POST", body: { name } });
};

/** Whether it answers; a refusal says why not. */
export const echoPeer = async (name: string): Promise<void> => {
  await request("/api/peers/echo", { method: "POST", body: { name } });
};

export const askPeer = (peer: string, q: string): Promise<Asked> => json(`/api/peers/studies${queryString({ peer, q })}`);

export const seriesAtPeer = (peer: string, study: string): Promise<Page<Elsewhere>> => json(`/api/peers/series${queryString({ peer, study })}`);

/** Fetch what is not here yet of a study, or of some of its series; answers the name of the job. */
export const fetchFromPeer = async (peer: string, study: string, series: readonly string[]): Promise<string> =>
  (await json<{ job: string }>("/api/peers/fetch", { method: "POST", body: { peer, study, series } })).job;

/** Send entries of any level; answers the name of the job. */
export const sendToPeer = async (peer: string, ids: readonly string[]): Promise<string> =>
  (await json<{ job: string }>("/api/peers/send", { method: "POST", body: { peer, ids } })).job;

export const fetchJob = (job: string): Promise<FetchJob> => json(`/api/jobs/${at(job)}`);

// -- the folder chooser -----------------------------------------------------------------------------------------

export const places = (signal?: AbortSignal): Promise<readonly Place[]> => json("/api/places", { signal });

export const folder = (path: string, signal?: AbortSignal, withFiles = false): Promise<Folder> =>
  json(`/api/folder${queryString({ path, with_files: withFiles ? "true" : "" })}`, { signal });

// -- sign-in ----------------------------------------------------------------------------------------------------

/** Sign in with the one-time token of the printed address. */
export const signIn = async (token: string): Promise<void> => {
  await request("/api/session", { method: "POST", body: { token } });
};
