/** Words that several parts of the viewer say in the same way. */
import type { MessageKey } from "../../core/messages.ts";
import type { Measured, Measurement, Unit } from "../../core/measure.ts";
import type { Patient } from "../../core/model.ts";
import { mainName } from "../../core/names.ts";
import type { PartName, Stack } from "../../core/stacks.ts";
import { type GreyWindow, roundWindow } from "../../core/window.ts";
import { fmt, t } from "../prefs/index.ts";

export function patientName(patient: Patient, nameless = false): string {
  if (nameless) return t("viewport.nameless");
  const name = patient.anonymous ? t("archive.anonymous") : mainName(patient.name);
  return name === "" ? t("archive.noName") : name;
}

/** Width and centre, as radiographers write them: W 400 L 40. */
export const showWindow = (width: number, center: number): string =>
  `W ${fmt().number(roundWindow(width), MOST)} L ${fmt().number(roundWindow(center), MOST)}`;

/** A window of the file in words: its numbers, or what its table is called. */
export const windowName = ({ table, width, center }: GreyWindow): string =>
  table === undefined ? showWindow(width, center) : [t("viewport.table"), table.explanation].filter((text) => text !== "").join(" · ");

const ASPECTS: Readonly<Record<PartName["by"], MessageKey>> = {
  echo: "viewport.part.echo",
  diffusion: "viewport.part.diffusion",
  time: "viewport.part.time",
  trigger: "viewport.part.trigger",
  energy_window: "viewport.part.energyWindow",
  detector: "viewport.part.detector",
  phase: "viewport.part.phase",
  rotation: "viewport.part.rotation",
  rr_interval: "viewport.part.interval",
  time_slot: "viewport.part.slot",
  slice: "viewport.part.slice",
  angular_view: "viewport.part.view",
  time_slice: "viewport.part.time",
  type: "viewport.part.type",
  acquisition: "viewport.part.acquisition",
  acquired: "viewport.part.rank",
  rank: "viewport.part.rank",
  plane: "viewport.part.type",
  clip: "viewport.part.clip",
  whole: "viewport.part.whole",
};
const PLANES: Readonly<Record<string, MessageKey>> = { axial: "plane.axial", sagittal: "plane.sagittal", coronal: "plane.coronal" };

/** What is measured, and no name: its number is written as the reader writes it. */
const MEASURED: readonly PartName["by"][] = ["echo", "diffusion", "trigger"];

/** What a part of a series is called. */
export function aspectName({ by, value: own, title }: PartName): string {
  const number = MEASURED.includes(by) && own !== "" ? Number(own) : NaN;
  const plain = Number.isFinite(number) && !Number.isInteger(number) ? fmt().number(number, 2) : own;
  const value = title === undefined ? plain : `${plain} (${title})`;
  const plane = by === "plane" ? PLANES[value] : undefined;
  return plane === undefined ? t(ASPECTS[by], { value }) : t(plane);
}

export const stackName = ({ name, also = [], frames }: Stack): string =>
  [...[name, ...also].map(aspectName), t("count.images", { count: frames.length })].join(" · ");

/** What sets a phase apart, and which of how many it is. */
export const phaseName = (names: readonly PartName[], number: number, total: number): string =>
  [...names.filter(({ by }) => by !== "rank").map(aspectName), t("viewport.phase", { number, total })].join(" · ");

const UNITS: Readonly<Record<Unit, string>> = { mm: "mm", px: "px", deg: "°", mm2: "mm²", px2: "px²", HU: "HU", SUVbw: "SUVbw", "Bq/ml": "Bq/ml", "1": "" };
const NAMES: Readonly<Partial<Record<Measured["name"], MessageKey>>> = {
  area: "measure.area",
  mean: "measure.mean",
  sd: "measure.sd",
  min: "measure.min",
  max: "measure.max",
};

/** What a measurement says, line by line: its words, and its numbers with their units. */
export function measuredLines({ text, values }: Pick<Measurement, "text" | "values">): string[] {
  const said = ({ name, value, unit }: Measured): string => {
    const size = Math.abs(value);
    const number = fmt().number(value, size >= 100 ? 0 : size >= 10 ? 1 : size >= 0.1 || size === 0 ? 2 : 4);
    const whole = unit === "deg" ? `${number}°` : [number, UNITS[unit]].filter((part) => part !== "").join(" ");
    const called = NAMES[name];
    return called === undefined ? whole : `${t(called)} ${whole}`;
  };
  const of = (name: Measured["name"]): string | undefined => values.filter((one) => one.name === name).map(said)[0];
  const pairs = [[of("length") ?? of("angle") ?? of("value")], [of("area")], [of("mean"), of("sd")], [of("min"), of("max")]];
  const lines = pairs.map((pair) => pair.filter((part) => part !== undefined).join(" · "));
  return [text, ...lines].filter((line) => line !== "");
}

/** Digits after the point are cut by {@link roundWindow}, not by the format. */
const MOST = 12;
