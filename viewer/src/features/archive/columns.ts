/** Which facts each list shows: chosen once, and remembered by this browser. */
import { type ReadonlySignal, signal } from "@preact/signals";

import type { MessageKey } from "../../core/messages.ts";
import { recallSome, remember } from "../../io/storage.ts";

interface Choice {
  readonly key: string;
  readonly label: MessageKey;
  /** Not shown until it is asked for. */
  readonly rare?: boolean;
}

/** What may be shown of each level, besides what it is called. */
export const CHOICES = {
  patient: [
    { key: "birth", label: "column.birthDate" },
    { key: "id", label: "column.patientId" },
    { key: "sex", label: "column.sex" },
    { key: "studies", label: "column.studies" },
    { key: "series", label: "fact.series", rare: true },
    { key: "images", label: "column.images", rare: true },
    { key: "size", label: "fact.size", rare: true },
    { key: "modalities", label: "column.modalities" },
    { key: "last", label: "column.lastStudy" },
  ],
  study: [
    { key: "accession", label: "fact.accession" },
    { key: "institution", label: "fact.institution" },
    { key: "physician", label: "fact.referring" },
    { key: "age", label: "fact.age" },
    { key: "station", label: "fact.station", rare: true },
    { key: "size", label: "fact.size", rare: true },
  ],
  series: [
    { key: "plane", label: "fact.plane" },
    { key: "thickness", label: "fact.thickness" },
    { key: "spacing", label: "fact.spacing" },
    { key: "part", label: "fact.bodyPart" },
    { key: "position", label: "fact.position" },
    { key: "matrix", label: "fact.matrix", rare: true },
    { key: "protocol", label: "fact.protocol", rare: true },
    { key: "station", label: "fact.station", rare: true },
  ],
} as const satisfies Record<string, readonly Choice[]>;

export type ColumnLevel = keyof typeof CHOICES;
export const COLUMN_LEVELS = ["patient", "study", "series"] as const satisfies readonly ColumnLevel[];

const usual = (level: ColumnLevel): readonly string[] => (CHOICES[level] as readonly Choice[]).filter((one) => one.rare !== true).map((one) => one.key);
const kept = (level: ColumnLevel): readonly string[] =>
  recallSome(`columns.${level}`, CHOICES[level].map((one) => one.key)) ?? usual(level);

const shown = { patient: signal(kept("patient")), study: signal(kept("study")), series: signal(kept("series")) };

/** The keys of what a level shows now. */
export const shownOf = (level: ColumnLevel): ReadonlySignal<readonly string[]> => shown[level];

export function show(level: ColumnLevel, key: string, on: boolean): void {
  const before = shown[level].value;
  put(level, on ? [...before, key] : before.filter((one) => one !== key));
}

export function showUsual(): void {
  for (const level of COLUMN_LEVELS) put(level, usual(level));
}

function put(level: ColumnLevel, keys: readonly string[]): void {
  shown[level].value = keys;
  remember(`columns.${level}`, keys.join(","));
}
