/** Hanging: which series of a person go beside the one that was opened. Pure rules, the first that fits. */
import { cellsOf, type LayoutName, layoutOf } from "./layouts.ts";
import type { Series } from "./model.ts";

/** Words of the body, in English and Italian, as they stand in Body Part Examined and in descriptions. */
const REGIONS: readonly (readonly [region: string, words: RegExp])[] = [
  ["head", /\b(head|brain|skull|cranio|cranium|encefalo|testa|neuro|sella|orbit\w*)\b/i],
  ["neck", /\b(neck|collo|carotid\w*|thyroid|tiroide)\b/i],
  ["chest", /\b(chest|thorax|torace|lung|lungs|polmon\w+|heart|cuore|cardiac)\b/i],
  ["abdomen", /\b(abdomen|addome|liver|fegato|kidney|rene|reni|abd)\b/i],
  ["pelvis", /\b(pelvis|pelvi|bacino|prostat\w+|hip|anca)\b/i],
  ["spine", /\b(spine|rachide|[ctl]spine|lumbar|lombar\w+|cervical\w*|colonna)\b/i],
  ["breast", /\b(breast|mammella|mammo\w*|seno)\b/i],
  ["knee", /\b(knee|ginocchio)\b/i],
  ["shoulder", /\b(shoulder|spalla)\b/i],
  ["hand", /\b(hand|mano|wrist|polso|finger|dito)\b/i],
  ["foot", /\b(foot|piede|ankle|caviglia)\b/i],
];

/** The part of the body that a series is of, when it says so. */
export function regionOf({ body_part_examined: part, description, protocol_name: protocol, study }: Series): string | undefined {
  for (const text of [part, description, protocol, study.description]) {
    const found = REGIONS.find(([, words]) => words.test(text.replaceAll(/[_^-]/g, " ")));
    if (found !== undefined) return found[0];
  }
  return part === "" ? undefined : part.toLowerCase();
}

const hasImages = (one: Series): boolean => one.rows !== null;

/** An earlier study's series like this one: same modality and region, the newest first; of one study the most alike. */
export function priorsOf(opened: Series, all: readonly Series[]): Series[] {
  const region = regionOf(opened);
  const likeness = (one: Series): number =>
    (one.plane === opened.plane ? 4 : 0) + (one.description === opened.description ? 2 : 0) + (one.original === opened.original ? 1 : 0);
  return all
    .filter((one) => one.study.id !== opened.study.id && hasImages(one) && one.modality === opened.modality)
    .filter((one) => one.study.date < opened.study.date && regionOf(one) === region)
    .sort((a, b) => (a.study.date === b.study.date ? likeness(b) - likeness(a) : a.study.date < b.study.date ? 1 : -1));
}

/** Images of the same body at the same time in another way: PET and CT of one frame of reference. */
function partnersOf(opened: Series, siblings: readonly Series[]): Series[] {
  const wanted = { PT: ["CT", "MR"], CT: ["PT"], MR: ["PT"] }[opened.modality] ?? [];
  return siblings.filter((one) => wanted.includes(one.modality) && one.frame_of_reference_uid !== "" && one.frame_of_reference_uid === opened.frame_of_reference_uid);
}

/** Modalities of which two or four pictures make one examination. */
const PAIRED: Readonly<Record<string, LayoutName>> = { MG: "2x2", CR: "1x2", DX: "1x2", PT: "1x2" };

/** The layout to begin with, where the person has not chosen another for this modality. */
export function layoutFor(opened: Series, all: readonly Series[]): LayoutName {
  const siblings = all.filter((one) => one.study.id === opened.study.id && hasImages(one));
  const paired = PAIRED[opened.modality];
  if (paired === undefined) return "1x1";
  if (opened.modality === "PT") return partnersOf(opened, siblings).length > 0 ? paired : "1x1";
  const alike = siblings.filter((one) => one.modality === opened.modality).length;
  return alike >= cellsOf(layoutOf(paired)) ? paired : alike > 1 ? "1x2" : "1x1";
}

/**
 * The series for the viewports of a layout, the opened one first; undefined for a viewport that stays empty. Beside it
 * go its partner of the same body at the same time, an earlier one of the same region, and then the study's next ones.
 */
export function hang(opened: Series, all: readonly Series[], layout: LayoutName): (Series | undefined)[] {
  const cells = cellsOf(layoutOf(layout));
  const siblings = all.filter((one) => one.study.id === opened.study.id && hasImages(one));
  const at = siblings.findIndex((one) => one.id === opened.id);
  const following = [...siblings.slice(at + 1), ...siblings.slice(0, Math.max(0, at))];
  const alike = following.filter((one) => one.modality === opened.modality);
  const film = opened.modality in PAIRED && opened.modality !== "PT";
  const priors = priorsOf(opened, all).slice(0, 1);
  const order = film ? [...alike, ...priors, ...following] : [...partnersOf(opened, siblings), ...priors, ...alike, ...following];
  const others = [...new Set(order)].slice(0, cells - 1);
  return [opened, ...others, ...Array<undefined>(cells - 1 - others.length).fill(undefined)];
}
