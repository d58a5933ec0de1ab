/** What an import says about itself, and paths as people paste them. */
import type { Translate } from "./messages.ts";
import { DETAILS, type ImportSummary, type LedgerEntry, type Outcome, type Progress, type Reason, type ReasonCount } from "./model.ts";

/** Outcomes that left a file out of the archive, worst first. */
export const LEFT_OUT: readonly Outcome[] = ["unreadable", "conflict", "no_identity", "refused", "cancelled", "not_dicom"];

/** The order in which a summary tells what happened. */
const TOLD: readonly Outcome[] = ["added", "changed", "moved", "back", "duplicate", "unchanged", "gone", ...LEFT_OUT];

/** The outcomes that occurred, in the order to tell them. */
export const occurred = (summary: ImportSummary): Outcome[] => TOLD.filter((outcome) => summary[outcome] > 0);

export const leftOut = (summary: ImportSummary): number => LEFT_OUT.reduce((sum, outcome) => sum + summary[outcome], 0);

/** How much is done, 0 … 1; undefined while nobody knows how much there is. */
export function fraction(progress: Progress): number | undefined {
  const { total, done, phase } = progress;
  if (phase === "finishing") return 1;
  return total === null || total === 0 ? undefined : Math.min(1, done / total);
}

export interface ReasonGroup {
  readonly outcome: Outcome;
  readonly reason: Reason;
  readonly count: number;
  readonly paths: readonly string[];
}

/** Each reason with its count and the first `few` of the paths that are at hand. */
export const byReason = (counts: readonly ReasonCount[], examples: readonly LedgerEntry[], few = 3): ReasonGroup[] =>
  counts.map(({ outcome, reason, files }) => {
    const alike = examples.filter((one) => one.outcome === outcome && one.reason === reason);
    return { outcome, reason, count: files, paths: alike.slice(0, few).map((one) => one.path) };
  });

/** What exactly a line of the ledger says beyond its reason: a sentence, or a path or name as it is. */
export function detailText(detail: string, t: Translate): string {
  const known = DETAILS.find((one) => one === detail);
  return known === undefined ? detail : t(`detail.${known}`);
}

/** Who asked for an import, when it is known. */
export function whoText(who: string, t: Translate): string {
  if (who === "page") return t("imports.who.page");
  return who === "watch" ? t("imports.who.watch") : who;
}

/** A path as pasted: without the quotes of a shell or a file manager, and without `file://`. */
export function cleanPath(pasted: string): string {
  const text = pasted.trim().replace(/^(["'])(.*)\1$/, "$2");
  if (!text.startsWith("file://")) return text;
  const path = text.slice("file://".length).replace(/^localhost\//, "/");
  const local = /^\/[A-Za-z]:/.test(path) ? path.slice(1) : path;
  try {
    return decodeURIComponent(local);
  } catch {
    return local; // not an address after all
  }
}

export interface Crumb {
  readonly name: string;
  readonly path: string;
}

/** The folders above a path, from the root down; both ways of writing paths are known. */
export function breadcrumbs(path: string): Crumb[] {
  const windows = /^[A-Za-z]:/.test(path) || path.startsWith("\\\\");
  const separator = windows ? "\\" : "/";
  const share = path.startsWith("\\\\");
  const parts = path.split(windows ? /[\\/]+/ : /\/+/).filter((part) => part !== "");
  const root: Crumb[] = windows ? [] : [{ name: "/", path: "/" }];
  return parts.reduce((crumbs, part, index) => {
    const before = parts.slice(0, index + 1).join(separator);
    const full = windows ? (share ? `\\\\${before}` : index === 0 ? `${before}\\` : before) : `/${before}`;
    return [...crumbs, { name: part, path: full }];
  }, root);
}

/** The last part of a path: what a folder is called. */
export const lastPart = (path: string): string => breadcrumbs(path).at(-1)?.name ?? path;
