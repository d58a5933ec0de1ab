/** What objects hold that are no images (`GET /api/instances/{id}/content`, src/fileroom/dicom/contents). */

import type { OverlayData, Series, TableData } from "./model.ts";

export interface Reference {
  readonly sop_class_uid: string;
  readonly sop_instance_uid: string;
  readonly frames: readonly number[];
}

/** A content item of a report; `kind` is its value type in lower case. */
export interface ReportEntry {
  readonly kind: string;
  readonly name: string;
  readonly value: string;
  readonly unit: string;
  readonly continuous: boolean;
  readonly references: readonly Reference[];
  readonly table: { readonly columns: readonly string[]; readonly rows: readonly (readonly string[])[] } | null;
  readonly children: readonly ReportEntry[];
}

export interface Report {
  readonly title: string;
  readonly completion: string;
  readonly verification: string;
  readonly verified_by: readonly string[];
  readonly date: string;
  readonly time: string;
  readonly entries: readonly ReportEntry[];
}

/** A curve: value = (sample + baseline) × scale, in unit; `data` are 32-bit integers in little endian, in Base64. */
export interface Channel {
  readonly name: string;
  readonly unit: string;
  readonly scale: number;
  readonly baseline: number;
  readonly low_filter: number | null;
  readonly high_filter: number | null;
  readonly notch_filter: number | null;
  readonly padding: number | null;
  readonly data: string;
}

export interface ChannelGroup {
  readonly label: string;
  readonly frequency: number;
  readonly samples: number;
  readonly channels: readonly Channel[];
  readonly problem: "" | "encoding" | "too_long" | "damaged";
}

export interface Waveform {
  readonly groups: readonly ChannelGroup[];
  readonly notes: readonly { readonly name: string; readonly value: string; readonly unit: string }[];
}

export interface DocumentFacts {
  readonly title: string;
  readonly media_type: string;
  readonly size: number | null;
  readonly ending: string;
}

/** A structure of a segmentation: its number is the value of its pixels in a label map. */
export interface Segment {
  readonly number: number;
  readonly label: string;
  readonly category: string;
  readonly what: string;
  readonly algorithm: string;
  readonly colour: readonly [number, number, number] | null;
}

/** `frames`: of each frame the number of its segment, 0 in a label map. */
export interface Segmentation {
  readonly type: string;
  readonly maximum: number;
  readonly label: string;
  readonly segments: readonly Segment[];
  readonly frames: readonly number[];
  readonly sources: readonly string[];
  /** What has pixels where each frame has them: a SOP Instance UID, with `/N` behind it when it is frame N alone; or "". */
  readonly over: readonly string[];
  /** How many frames a slide has that is tiled as this one; 0 of all else. */
  readonly tiles: number;
}

/** A structure that is drawn by outlines. */
export interface Structure {
  readonly number: number;
  readonly label: string;
  readonly what: string;
  readonly colour: readonly [number, number, number] | null;
  readonly contours: readonly { readonly type: string; readonly points: string }[];
}

export interface Contours {
  readonly label: string;
  readonly space: string;
  readonly structures: readonly Structure[];
  readonly damaged: number;
}

export type Colour = readonly [red: number, green: number, blue: number];

/** An image that a presentation state means; `frames` from 1, empty for all. */
export interface MeantImage {
  readonly sop_instance_uid: string;
  readonly frames: readonly number[];
}

export interface Graphic {
  readonly type: string;
  readonly units: string;
  readonly filled: boolean;
  readonly points: readonly number[];
}

export interface GraphicText {
  readonly value: string;
  readonly units: string;
  readonly box: readonly number[];
  readonly anchor_units: string;
  readonly anchor: readonly number[];
}

/** How somebody wanted images to be seen: rotated clockwise, then flipped; lists are for the images that they name. */
export interface Presentation {
  readonly label: string;
  readonly description: string;
  /** All that it is about; none named: all of its series. */
  readonly images: readonly MeantImage[];
  readonly inverse: boolean;
  readonly rotation: number;
  readonly flip: boolean;
  /** Slope and intercept to the values that its windows are in; empty when it does not say. */
  readonly rescale: readonly number[];
  /** In the place of the rescale. */
  readonly modality_table: TableData | null;
  /** For the grey levels that come of its windows. */
  readonly presentation_table: TableData | null;
  readonly windows: readonly {
    readonly images: readonly MeantImage[];
    readonly centers: readonly number[];
    readonly widths: readonly number[];
    readonly function: string;
    readonly table: TableData | null;
  }[];
  readonly areas: readonly { readonly images: readonly MeantImage[]; readonly first: readonly number[]; readonly last: readonly number[]; readonly mode: string }[];
  readonly annotations: readonly { readonly images: readonly MeantImage[]; readonly layer: string; readonly graphics: readonly Graphic[]; readonly texts: readonly GraphicText[] }[];
  /** What is drawn together, the higher order over the lower; red, green and blue. */
  readonly layers: readonly { readonly name: string; readonly order: number; readonly colour: Colour | null }[];
  /** The layer that an overlay is drawn in, be it of the image or its own; "": not at all. */
  readonly activations: readonly { readonly group: number; readonly layer: string }[];
  /** In the place of those of the image of the same groups. */
  readonly overlays: readonly OverlayData[];
  /** The colours from the darkest grey to the brightest, red, green and blue a byte each, in Base64; empty for grey. */
  readonly palette: string;
  readonly shutters: readonly { readonly shape: string; readonly values: readonly number[] }[];
  /** The group of its overlay that hides what is below its bits; 0: none. */
  readonly shutter_overlay: number;
  readonly shutter_colour: Colour;
  /** What else it asks for, and is not done. */
  readonly unapplied: readonly Unapplied[];
}

export type Unapplied = "rescale" | "modality_table" | "presentation_table" | "palette" | "blending" | "subtraction" | "overlays" | "bitmap_shutter" | "compounds" | "size";

/** Where an object that is referred to lies in this archive. */
export interface Whereabouts {
  readonly instance: string;
  readonly series: string;
}

interface ContentOf<Kind extends string, Held> {
  readonly kind: Kind;
  readonly sop_class_uid: string;
  readonly content: Held;
  readonly known: Readonly<Record<string, Whereabouts>>;
  /** Ids of the series here that it lies over. */
  readonly subjects: readonly string[];
}

/** `GET /api/series/{id}/related`: an object that lies over the images of a series. */
export interface Related {
  readonly instance: string;
  readonly series: Series;
  readonly label: string;
}

export type Content =
  | ContentOf<"segmentation", Segmentation>
  | ContentOf<"contours", Contours>
  | ContentOf<"presentation", Presentation>
  | ContentOf<"report", Report> | ContentOf<"waveform", Waveform> | ContentOf<"document", DocumentFacts> | ContentOf<"other", null>;

/** So many images in a row are a list of what was looked at (an Image Library, TID 1600): rarely read, and long. */
const MANY_IMAGES = 12;

/** Whether a container lists images before all else. */
export function isLibrary(entry: ReportEntry): boolean {
  const images = counted(entry, (kind) => kind === "image");
  return entry.kind === "container" && images > MANY_IMAGES && images > counted(entry, () => true) / 2;
}

const counted = (entry: ReportEntry, is: (kind: string) => boolean): number =>
  entry.children.reduce((sum, child) => sum + (is(child.kind) ? 1 : 0) + counted(child, is), 0);
