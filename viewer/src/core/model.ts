/**
 * The nouns of the house, as `src/fileroom/model/` has them and `model.plain` writes them.
 *
 * Dates and times are the text that stands in the file (DA `YYYYMMDD`, TM `HHMMSS.ffffff`, PS3.5 6.2), lengths are
 * millimetres, absent values are `null` (numbers) or `""` (text).
 */
import type { Remark } from "./others.ts";


export type Level = "patient" | "study" | "series" | "instance";

export const OUTCOMES = [
  "added",
  "unchanged",
  "changed",
  "moved",
  "back",
  "duplicate",
  "conflict",
  "not_dicom",
  "no_identity",
  "unreadable",
  "refused",
  "cancelled",
  "gone",
] as const;
/** What became of one path of an import. */
export type Outcome = (typeof OUTCOMES)[number];

export const REASONS = [
  "new_instance",
  "copied",
  "brought_back",
  "same_as_before",
  "content_changed",
  "moved_from",
  "back_again",
  "same_instance",
  "other_content",
  "chosen",
  "other_patient",
  "empty_file",
  "all_zeros",
  "no_dicom",
  "special_file",
  "dicomdir",
  "no_sop_instance_uid",
  "no_study_instance_uid",
  "no_series_instance_uid",
  "permission_denied",
  "io_error",
  "vanished",
  "truncated",
  "damaged",
  "link_loop",
  "link_to_nothing",
  "patient_limit",
  "container",
  "no_container",
  "broken_container",
  "nested_container",
  "outside_container",
  "link_member",
  "same_name",
  "encrypted",
  "unknown_storage",
  "bomb",
  "no_space",
  "copy_failed",
  "cancelled",
  "not_there",
] as const;
/** Why a path has its outcome. */
export type Reason = (typeof REASONS)[number];

export const DETAILS = [
  "ends_early",
  "pixels_cut",
  "too_long",
  "item_too_long",
  "too_deep",
  "bad_deflate",
  "not_understood",
  "bad_uid",
  "bad_name",
  "drive_error",
  "no_answer",
  "too_many_open",
  "name_too_long",
  "not_the_same",
  "changed_meanwhile",
  "name_taken",
  "link_in_the_way",
  "stream_ends_early",
  "stream_damaged",
  "list_damaged",
  "too_many_members",
  "files_overlap",
  "out_of_proportion",
  "sizes_differ",
  "beyond_end",
  "sparse_file",
] as const;
/** What exactly is wrong with a file, where its reason leaves that open. */
export type Detail = (typeof DETAILS)[number];

/** Whether a place can be reached: its drive is away, or the drive is there and the place is not. */
export type Reach = "online" | "offline" | "missing";

/** Whether the files of an entry can be reached, and are what they were when they were read. */
export type State = Reach | "changed";

/** A mounted filesystem with an identity of its own. */
export interface Drive {
  readonly id: number;
  readonly kind: string;
  readonly filesystem_id: string;
  readonly label: string;
  readonly mount_point: string;
  readonly state: Reach;
}

/** A folder that the user brought in. */
/** Why nothing was concluded from what a folder showed when it was last looked at. */
export type Hindrance = "empty" | "unreadable" | "other_filesystem" | "failed";

export interface Root {
  readonly id: number;
  readonly path: string;
  readonly drive: Drive;
  readonly added: string;
  readonly last_import: string;
  readonly files: number;
  readonly dicom: number;
  readonly watched: boolean;
  readonly state: Reach;
  readonly hindrance: Hindrance | null;
  /** What the user said its files are written in. */
  readonly charset: string;
}

export type Plane = "axial" | "sagittal" | "coronal" | "oblique";

/** A Person Name with its three component groups (PS3.5 6.2.1), each as it stands in the file (`A^B^C`). */
export interface PersonName {
  readonly alphabetic: string;
  readonly ideographic: string;
  readonly phonetic: string;
}

/** How much lies below an entry; `bytes` is the size of its files on disk. */
export interface Counts {
  readonly studies: number;
  readonly series: number;
  readonly instances: number;
  readonly frames: number;
  readonly bytes: number;
}

/** A patient that the user said is the same person as another, by what identifies them. */
export interface Alias {
  readonly id: string;
  readonly name: PersonName;
  readonly patient_id: string;
  readonly issuer_of_patient_id: string;
  readonly birth_date: string;
}

/** A character set that the user set, for a folder or for a patient. */
export interface CharsetRule {
  readonly id: number;
  readonly charset: string;
  readonly root: number | null;
  readonly patients: readonly Patient[];
  readonly said: string;
  readonly at: string;
}

/** The names of all character sets, and what was set. */
export interface Charsets {
  readonly known: readonly string[];
  readonly rules: readonly CharsetRule[];
}

/** What the user said of an entry, and how sure one can be of its letters. */
export interface Said {
  /** The character set its texts were read by, where that is a guess. */
  readonly charset_guessed: string;
  readonly note: string;
  readonly labels: readonly string[];
}

export interface Patient extends Said {
  readonly id: string;
  readonly name: PersonName;
  readonly patient_id: string;
  readonly issuer_of_patient_id: string;
  readonly birth_date: string;
  readonly sex: string;
  readonly anonymous: boolean;
  /** Why these files are held to be one person's. */
  readonly reason: string;
  readonly counts: Counts;
  readonly modalities: readonly string[];
  readonly last_study_date: string;
  readonly state: State;
  /** The patients that the user said are the same person; counts are those of all. */
  readonly also: readonly Alias[];
}

export interface Study extends Said {
  readonly id: string;
  readonly patient: Patient;
  readonly study_instance_uid: string;
  readonly study_id: string;
  readonly date: string;
  readonly time: string;
  readonly description: string;
  readonly accession_number: string;
  readonly institution_name: string;
  readonly referring_physician_name: PersonName;
  readonly performing_physician_name: PersonName;
  readonly manufacturer: string;
  readonly manufacturer_model_name: string;
  readonly station_name: string;
  readonly patient_age: string;
  readonly modalities: readonly string[];
  readonly counts: Counts;
  readonly state: State;
}

/** `original` is false when Image Type says the pixels were derived, `reformatted` when they were re-sampled. */
export interface Series extends Said {
  readonly id: string;
  readonly study: Study;
  readonly series_instance_uid: string;
  readonly modality: string;
  readonly number: number | null;
  readonly description: string;
  readonly date: string;
  readonly time: string;
  readonly protocol_name: string;
  readonly body_part_examined: string;
  readonly laterality: string;
  readonly patient_position: string;
  readonly performing_physician_name: PersonName;
  readonly performed_procedure_step_start_date: string;
  readonly performed_procedure_step_start_time: string;
  readonly manufacturer: string;
  readonly manufacturer_model_name: string;
  readonly station_name: string;
  readonly frame_of_reference_uid: string;
  readonly rows: number | null;
  readonly columns: number | null;
  readonly pixel_spacing: readonly number[];
  readonly slice_thickness: number | null;
  readonly spacing_between_slices: number | null;
  readonly plane: Plane | null;
  readonly image_type: readonly string[];
  readonly original: boolean;
  readonly reformatted: boolean;
  readonly sop_class_uid: string;
  readonly transfer_syntax_uid: string;
  readonly counts: Counts;
  readonly state: State;
  /** Images of it whose files have different content. */
  readonly conflicts: number;
}

/** A text in which something was found; `spans` are the parts that match, in Unicode code points. */
export interface Hit {
  readonly field: string;
  readonly text: string;
  readonly spans: readonly (readonly [start: number, end: number])[];
}

/** A stretch of an ordered answer: `items` from `offset` on, of `total` in all. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly total: number;
  readonly offset: number;
}

/** The answer to a search. `hits` are those of each item; `instead` the words that were looked for in place of misspelt ones. */
export interface Found<T> extends Page<T> {
  readonly hits: readonly (readonly Hit[])[];
  readonly instead: readonly (readonly [typed: string, meant: string])[];
  /** There are more hits than `total`. */
  readonly more: boolean;
}

export const LIKENESSES = ["same_id", "same_person"] as const;

/** Patients who might be one person: one Patient ID with other names or birth dates, or one name and birth date with other IDs. */
export interface PossibleMatch {
  readonly likeness: (typeof LIKENESSES)[number];
  readonly patients: readonly Patient[];
}

export type Verdict = "same" | "different";

/** What the user said of two patients; `said` tells who was meant when nothing of one is in the catalog. */
export interface PatientRule {
  readonly id: number;
  readonly verdict: Verdict;
  readonly first: Patient | null;
  readonly second: Patient | null;
  readonly said: readonly [string, string];
  readonly at: string;
}

export interface LabelCount {
  readonly label: string;
  readonly entries: number;
}

export interface SavedSearch {
  readonly name: string;
  readonly level: Level;
  readonly words: string;
}

/** One attribute of a file as a line; `depth` counts the sequences it lies in. */
export interface Attribute {
  readonly depth: number;
  readonly tag: string;
  readonly vr: string;
  readonly keyword: string;
  readonly name: string;
  readonly value: string;
}

/** Per-frame values of a multi-frame image with functional groups (PS3.3 C.7.6.16.1): one item per frame. */
export interface PerFrame {
  readonly image_position: readonly (readonly number[])[];
  readonly image_orientation: readonly (readonly number[])[];
  readonly pixel_spacing: readonly (readonly number[])[];
  readonly window_center: readonly (readonly number[])[];
  readonly window_width: readonly (readonly number[])[];
  readonly rescale_slope: readonly (number | null)[];
  readonly rescale_intercept: readonly (number | null)[];
  readonly voi_lut_function: readonly string[];
  readonly stack_id: readonly string[];
  readonly frame_type: readonly string[];
  readonly temporal_position: readonly (number | null)[];
  readonly echo_time: readonly (number | null)[];
  readonly diffusion_b_value: readonly (number | null)[];
  readonly trigger_time: readonly (number | null)[];
  /** Dimension Index Values, but for those that say where a frame lies (PS3.3 C.7.6.17). */
  readonly dimensions: readonly (readonly number[])[];
  /** Of Nuclear Medicine alone; the same of the two below. */
  readonly vectors: readonly FrameVector[];
  /** Milliseconds that each frame of a gated or dynamic image took. */
  readonly frame_time: readonly (number | null)[];
  /** Degrees from each view of a rotation to the next. */
  readonly angular_step: readonly (number | null)[];
}

/** What frames of Nuclear Medicine are told apart by (PS3.3 C.8.4.8), what counts slowest first. */
export type VectorKind = "energy_window" | "detector" | "phase" | "rotation" | "rr_interval" | "time_slot" | "slice" | "angular_view" | "time_slice";

/** By which number each frame goes, from 1, and what the numbers are called, that of 1 first. */
export interface FrameVector {
  readonly kind: VectorKind;
  readonly values: readonly number[];
  readonly names: readonly string[];
}

/** One instance of `GET /api/series/{id}/images`: all a viewer needs to show it. */
export interface SeriesImage {
  readonly id: string;
  readonly sop_instance_uid: string;
  readonly sop_class_uid: string;
  readonly instance_number: number | null;
  readonly transfer_syntax_uid: string;
  readonly frames: number;
  readonly has_pixels: boolean;
  readonly rows: number | null;
  readonly columns: number | null;
  readonly samples_per_pixel: number | null;
  readonly photometric_interpretation: string;
  readonly planar_configuration: number | null;
  readonly bits_allocated: number | null;
  readonly bits_stored: number | null;
  readonly high_bit: number | null;
  readonly pixel_representation: number | null;
  readonly pixel_spacing: readonly number[];
  readonly imager_pixel_spacing: readonly number[];
  readonly slice_thickness: number | null;
  readonly spacing_between_slices: number | null;
  readonly image_position: readonly number[];
  readonly image_orientation: readonly number[];
  readonly slice_location: number | null;
  readonly window_center: readonly number[];
  readonly window_width: readonly number[];
  readonly rescale_slope: number | null;
  readonly rescale_intercept: number | null;
  readonly rescale_type: string;
  readonly frame_time: number | null;
  readonly cine_rate: number | null;
  readonly image_type: readonly string[];
  readonly acquisition_number: number | null;
  readonly acquisition_date: string;
  readonly acquisition_time: string;
  readonly content_date: string;
  readonly content_time: string;
  readonly frame_of_reference_uid: string;
  /** Directions of rows and of columns (PS3.3 C.7.6.1.1.1), where there is no orientation in the patient. */
  readonly patient_orientation: readonly string[];
  readonly image_laterality: string;
  readonly view_position: string;
  /** Vertical and horizontal (PS3.3 C.7.6.3.1.7). */
  readonly pixel_aspect_ratio: readonly number[];
  readonly voi_lut_function: string;
  readonly presentation_lut_shape: string;
  /** Of the first overlay; null when there is none. */
  readonly overlay_rows: number | null;
  /** Of PET (PS3.3 C.8.9.1). */
  readonly units: string;
  readonly recommended_display_frame_rate: number | null;
  readonly echo_time: number | null;
  readonly diffusion_b_value: number | null;
  readonly temporal_position_identifier: number | null;
  readonly trigger_time: number | null;
  /** Address of the frames, without the number: `/api/instances/{id}/frames`. */
  readonly frames_url: string;
  readonly per_frame: PerFrame | null;
}

/** A look-up table; `data` is Base64 of words of 16 bits in little endian. */
export interface TableData {
  readonly first: number;
  readonly bits: number;
  readonly data: string;
  readonly explanation: string;
}

/** An overlay plane (PS3.3 C.9.2): one bit a pixel, the first in the lowest place, in Base64. */
export interface OverlayData {
  /** 0x6000, and every second one up to 0x601e. */
  readonly group: number;
  readonly kind: string;
  readonly rows: number;
  readonly columns: number;
  /** Row and column of the image, from 1. */
  readonly origin: readonly [row: number, column: number];
  readonly frames: number;
  readonly first_frame: number;
  readonly label: string;
  readonly data: string;
}

/** A part of an ultrasound image whose pixels have a size: its corners in pixels, and millimetres to a pixel. */
export interface Region {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  /** Millimetres to a pixel; null where an axis counts something else, as time or velocity. */
  readonly across: number | null;
  readonly down: number | null;
  /** Where it overlaps with one that is not, it is what one sees (Region Flags, PS3.3 C.8.5.5.1.3). */
  readonly high: boolean;
}

/** `GET /api/instances/{id}/display`: what some images need besides to be shown or measured. */
export interface Display {
  readonly modality_table: TableData | null;
  readonly voi_tables: readonly TableData[];
  readonly overlays: readonly OverlayData[];
  readonly padding: readonly number[];
  readonly regions: readonly Region[];
  readonly uptake: { readonly factor: number | null; readonly missing: string } | null;
  /** Milliseconds from each frame of a clip to the next one, the first 0; empty where they are even (PS3.3 C.7.6.5). */
  readonly frame_times: readonly number[];
  /** VOI tables of single frames, and which of them each frame has, from 0, or -1; empty where none has (PS3.3 C.7.6.16.2.10b). */
  readonly frame_tables: readonly TableData[];
  readonly table_of_frame: readonly number[];
}

export interface SeriesImages {
  readonly series: Series;
  readonly instances: readonly SeriesImage[];
}

/** What archive this is (`archive.Status`); `demo` when these are phantoms, `max_patients` where there is a limit. */
export interface Status {
  readonly version: string;
  readonly demo: boolean;
  readonly archive_id: string;
  readonly folder: string;
  readonly catalog: string;
  readonly catalog_bytes: number;
  readonly sealed: boolean;
  readonly cipher: string;
  readonly key_source: string;
  readonly key_place: string;
  readonly schema_version: string;
  readonly header_reader: string;
  /** Files were read by an older version, which took less from them: reading them again fills in what is new. */
  readonly outdated: boolean;
  readonly patients: number;
  readonly max_patients: number | null;
  readonly studies: number;
  readonly series: number;
  readonly instances: number;
  readonly frames: number;
  readonly bytes: number;
  readonly files: number;
  readonly imports: number;
  /** Another word after every change of the catalog, whichever program made it. */
  readonly revision: string;
}

/** The flat object that closes an import (`ImportSummary.as_line`). Entities counted are those it added. */
export interface ImportSummary extends Readonly<Record<Outcome, number>> {
  readonly import: number;
  readonly kind: "import" | "copy" | "rebuild" | "relink" | "received";
  readonly state: "running" | "done" | "cancelled" | "failed" | "interrupted";
  readonly files: number;
  readonly patients: number;
  readonly studies: number;
  readonly series: number;
  readonly instances: number;
  readonly bytes: number;
  readonly seconds: number;
  readonly roots: readonly string[];
  readonly started: string;
  readonly ended: string;
  /** The user of the operating system, `page`, or `watch` for a pass that nobody asked for. */
  readonly who: string;
  readonly message: string;
}

/** One path of an import with what became of it and why. */
export interface LedgerEntry {
  readonly path: string;
  readonly outcome: Outcome;
  readonly reason: Reason;
  /** A {@link Detail}, or the path where a moved file was before, or the system's name of an error. */
  readonly detail: string;
  readonly size: number;
}

/** How many paths of an import had an outcome for one reason (`model.ReasonCount`). */
export interface ReasonCount {
  readonly outcome: Outcome;
  readonly reason: Reason;
  readonly files: number;
}

/** How far an import is (`jobs.Progress`); `total` is null while folders are still being walked. */
export interface Progress {
  readonly phase: "walking" | "reading" | "finishing";
  readonly seen: number;
  readonly done: number;
  readonly read: number;
  readonly total: number | null;
  readonly files_per_second: number;
  readonly seconds: number;
  readonly seconds_left: number | null;
  readonly patients: number;
  readonly studies: number;
  readonly series: number;
  readonly instances: number;
  readonly problems: number;
  readonly current: string;
}

/** A long piece of work, by what it does. */
interface JobOf<Kind extends string, Summary> {
  readonly job: string;
  readonly kind: Kind;
  /** A pass over a watched folder, which nobody asked for. */
  readonly automatic: boolean;
  readonly state: "running" | "done" | "cancelled" | "failed";
  readonly progress: Progress;
  readonly summary: Summary | null;
  readonly message: string;
  /** Of what failed: the kind of error, a word that the page knows a sentence for, and what may be said beside it; else "". */
  readonly code?: string;
  readonly reason?: string;
  readonly about?: string;
}
export type ImportJob = JobOf<"import", ImportSummary>;
export type CheckJob = JobOf<"check", CheckReport>;
/** What a relink found, or followed (then with a number to take it back by). */
export interface RelinkReport {
  readonly id: number | null;
  readonly files: number;
  readonly images: number;
  readonly series: number;
  readonly bytes: number;
  readonly moves: readonly Relinked[];
  /** How many were not found; `still` says where they are recorded. */
  readonly left: number;
  readonly still: readonly Relinked[];
}

/** Some files of one folder: found in `new`, or still in `state`. */
export interface Relinked {
  readonly old: string;
  readonly new: string;
  readonly state: State;
  readonly files: number;
}

/** What a purge deleted, or would delete: copies of removed entries that the archive owns. */
export interface PurgeReport {
  readonly done: boolean;
  readonly files: number;
  readonly bytes: number;
  readonly entries: readonly Purged[];
  readonly left: readonly string[];
}

export interface Purged {
  readonly patient: PersonName;
  readonly date: string;
  readonly description: string;
  readonly files: number;
  readonly bytes: number;
}
export type RelinkJob = JobOf<"relink", RelinkReport>;
/** A series as a file, which waits to be fetched. */
export interface Conversion {
  readonly name: string;
  readonly size: number;
  readonly media_type: string;
  readonly image: { readonly remarks: readonly Remark[] };
}
export type ConversionJob = JobOf<"conversion", Conversion>;
/** A copy of a medium in memory: what could not be read of it, by their paths. */
export type CarryingJob = JobOf<"carrying", { readonly files: number; readonly bytes: number; readonly unread: readonly string[] }>;

/** An image that was not written to a medium. */
export interface LeftOut {
  readonly instance: string;
  readonly reason: string;
  readonly words: string;
  readonly path: string;
}

/** A medium that was written and read back. */
export interface MediaReport {
  readonly form: "iso" | "zip" | "folder";
  readonly deidentified: boolean;
  readonly files: number;
  readonly bytes: number;
  readonly patients: number;
  readonly studies: number;
  readonly series: number;
  /** In pages that show them in a browser, where those were asked for; and images that these cannot show. */
  readonly pictures: number;
  readonly unpictured: number;
  readonly left_out: readonly LeftOut[];
  /** What de-identifying did: `{"removed PatientAddress": 12}`. */
  readonly changed: Readonly<Record<string, number>>;
}
/** What of what identifies is kept (PS3.15 E.3); `force`: images whose pixels may show a name are taken all the same. */
export interface Deidentify {
  readonly retain_uids: boolean;
  readonly retain_dates: boolean;
  readonly retain_characteristics: boolean;
  readonly force: boolean;
}

export interface WriteMedia {
  readonly ids: readonly string[];
  readonly form: "iso" | "zip" | "folder";
  /** Of a new folder. */
  readonly path?: string;
  readonly password?: string;
  readonly deidentify: Deidentify | null;
  /** With pages that show the images in any browser. */
  readonly viewer: boolean;
}
export type MediaJob = JobOf<"media", MediaReport>;

export type Job = ImportJob | CheckJob | RelinkJob | ConversionJob | CarryingJob | MediaJob;

/** Another DICOM node. What proves to it who we are is never told, only whether there is something. */
export interface Peer {
  readonly name: string;
  readonly kind: "dimse" | "dicomweb";
  readonly title: string;
  readonly host: string;
  readonly port: number;
  readonly url: string;
  readonly calls: boolean;
  readonly tls: boolean;
  readonly secret: boolean;
  readonly at: string;
}

export type NewPeer =
  | { readonly name: string; readonly kind: "dicomweb"; readonly url: string; readonly secret?: string }
  | { readonly name: string; readonly kind: "dimse"; readonly title: string; readonly host: string; readonly port: number; readonly tls: boolean; readonly calls: boolean };

/** A study or series as another node tells of it; `instances` is null when it does not say, `here` are those in this archive. */
export interface Elsewhere {
  readonly level: "study" | "series";
  readonly study_instance_uid: string;
  readonly series_instance_uid: string;
  readonly name: PersonName;
  readonly patient_id: string;
  readonly birth_date: string;
  readonly sex: string;
  readonly date: string;
  readonly time: string;
  readonly description: string;
  readonly modalities: readonly string[];
  readonly accession_number: string;
  readonly number: number | null;
  readonly instances: number | null;
  readonly here: number;
}

/** What a node answered; `unasked` are words that cannot be looked for there. */
export interface Asked {
  readonly items: readonly Elsewhere[];
  readonly more: boolean;
  readonly unasked: readonly string[];
}

/** A fetch from another node, or a sending to one. */
export interface FetchJob {
  readonly job: string;
  readonly kind: "fetch" | "send";
  /** With whom, and of what: a fetch without series is of the whole study, a sending is of entries. */
  readonly of: { readonly peer?: string; readonly study?: string; readonly series?: readonly string[]; readonly ids?: readonly string[] };
  readonly state: "running" | "done" | "cancelled" | "failed";
  readonly progress: Progress;
  readonly summary: { readonly state: string; readonly done: number; readonly failed: number; readonly had: number } | null;
  readonly message: string;
  /** Of what failed, as in a problem document. */
  readonly code?: string;
  readonly reason?: string;
  readonly about?: string;
}

export const TROUBLES = [
  "database",
  "damaged",
  "unreadable",
  "missing",
  "changed",
  "lost",
  "gap",
  "same_place",
  "uneven",
  "numbers",
  "one_drive",
] as const;
/** What a check can find, worst first. */
export type Trouble = (typeof TROUBLES)[number];

/** What a check looked at, and how often it found what (`model.CheckReport`). */
export interface CheckReport {
  readonly id: number;
  readonly state: "done" | "cancelled";
  readonly started: string;
  readonly read_data: boolean;
  readonly sample: number;
  readonly files: number;
  readonly offline: number;
  readonly read: number;
  readonly first_read: number;
  readonly bytes: number;
  readonly seconds: number;
  readonly counts: Readonly<Partial<Record<Trouble, number>>>;
}

/** The study or series that a finding is about. */
export interface Subject {
  readonly patient: PersonName;
  readonly anonymous: boolean;
  readonly study_date: string;
  readonly description: string;
  readonly modality: string;
  readonly number: number | null;
}

/** One thing that is not right, or worth a look; `detail` tells in English what `values` says in numbers. */
export interface Finding {
  readonly trouble: Trouble;
  readonly path: string;
  readonly entry: string;
  readonly subject: Subject | null;
  readonly detail: string;
  readonly values: Readonly<Record<string, number | string>>;
}

/** An attribute that two files have different values for; both are empty for pixels, sequences, private attributes. */
export interface Difference {
  readonly keyword: string;
  readonly name: string;
  /** In the file that is shown. */
  readonly one: string;
  readonly other: string;
}

/** One of the files that claim to be one image. */
export interface ConflictFile {
  readonly id: number;
  readonly path: string;
  readonly drive: string;
  readonly size: number;
  readonly shown: boolean;
  readonly state: State;
  readonly differences: readonly Difference[];
  /** Why it could not be compared with the one that is shown, in English. */
  readonly problem: string;
}

/** An image whose files have different content; `chosen`: the person said which is shown. */
export interface Conflict {
  readonly instance: string;
  readonly series: string;
  readonly number: number | null;
  readonly chosen: boolean;
  readonly files: readonly ConflictFile[];
}

export interface Place {
  readonly name: string;
  readonly path: string;
  readonly kind: "home" | "desktop" | "documents" | "downloads" | "drive" | "root" | "recent";
}

export interface Folder {
  readonly path: string;
  readonly parent: string | null;
  readonly folders: readonly { readonly name: string; readonly path: string }[];
  readonly files: number;
  /** Its files, when they were asked for. */
  readonly names?: readonly { readonly name: string; readonly path: string }[];
  readonly problem: "permission_denied" | "not_found" | null;
}

/** What `GET /api/entries/{id}` answers (instances are told apart by the viewer, which has `SeriesImages`). */
/** A file of an image. */
export interface ImageFile {
  readonly path: string;
  readonly state: State;
}

export type Entry =
  | { readonly level: "patient"; readonly entry: Patient }
  | { readonly level: "study"; readonly entry: Study }
  | { readonly level: "series"; readonly entry: Series };

/** A disc or a stick that is plugged in. */
export interface Medium {
  readonly path: string;
  readonly label: string;
  readonly kind: "disc" | "stick";
}

/** Something that is looked at and not kept. */
export interface Session {
  readonly session: string;
  readonly url: string;
  /** Where it is looked at first. */
  readonly page: string;
  readonly label: string;
  readonly kind: string;
  readonly opened: string;
}

/** What is known of the medium of a session: what its DICOMDIR lists, and what is really there. */
export interface MediumFound {
  readonly label: string;
  readonly kind: string;
  /** What a copy in memory takes. */
  readonly bytes: number;
  readonly directory: boolean;
  readonly listed: number;
  readonly missing: readonly string[];
  readonly refused: readonly string[];
  readonly unlisted: number;
  readonly unreadable: number;
  readonly trouble: "" | "cut" | "unreached" | "damaged";
  /** It was looked through to the end. */
  readonly whole: boolean;
  /** By the last copy into memory, which can be asked for again. */
  readonly unread: readonly string[];
  readonly in_memory: boolean;
  /** What is in memory cannot be swapped out to a disk. */
  readonly locked: boolean;
}

/** How far it is to take a study of a session into the archive. */
export interface Keeping {
  readonly state: string;
  readonly progress: Progress;
  readonly message: string;
  /** Of what failed, the kind of error; else "". */
  readonly code?: string;
  readonly failed: readonly { readonly name: string; readonly reason: string }[];
  /** The medium still answers; a stick that was torn out does not. */
  readonly there: boolean;
  /** All of it is in the archive: the medium may be ejected. */
  readonly safe: boolean;
}
