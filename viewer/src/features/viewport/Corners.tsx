import type { ComponentChildren } from "preact";

import { type Frame, sliceLocation } from "../../core/frames.ts";
import type { MessageKey } from "../../core/messages.ts";
import type { Patient, Series, Study } from "../../core/model.ts";
import { otherNames } from "../../core/names.ts";
import type { SideLetters as Sides } from "../../core/orientation.ts";
import { age } from "../../core/people.ts";
import { vectorName } from "../../core/stacks.ts";
import { toldBy } from "../../core/vectors.ts";
import { fmt, t } from "../prefs/index.ts";
import type { Pane } from "./pane.ts";
import type { Viewer } from "./viewer.ts";
import { aspectName, patientName, windowName } from "./words.ts";

interface CornersProps {
  readonly viewer: Viewer;
  readonly pane: Pane;
  readonly series: Series;
  readonly frame: Frame;
  /** Of the frame in the series, from 1. */
  readonly number: number;
}

/** What stands around the image: whose it is, what it is, where it lies, how it is shown. */
export function Corners({ viewer, pane, series, frame, number }: CornersProps) {
  const { study } = series;
  return (
    <div class="vp-corners" aria-hidden={!viewer.corners.value}>
      {viewer.corners.value && (
        <>
          <Corner at="top left">{whose(study.patient, study, viewer.nameless.value)}</Corner>
          <Corner at="top right">{what(study)}</Corner>
          <Corner at="bottom left">{which(series, frame, number, pane.stack.value?.slices ?? 1)}</Corner>
          <Corner at="bottom right">{how(pane, series, frame)}</Corner>
        </>
      )}
      <Letters pane={pane} />
    </div>
  );
}

function Corner({ at, children }: { readonly at: string; readonly children: readonly ComponentChildren[] }) {
  const lines = children.filter((line) => line !== "" && line !== undefined && line !== null);
  return (
    <div class={`vp-corner ${at}`}>
      {lines.map((line, index) => (
        <div key={index}>{line}</div>
      ))}
    </div>
  );
}

const joined = (parts: readonly (string | undefined)[], between = " · "): string =>
  parts.filter((part) => part !== undefined && part !== "").join(between);

const SEXES: Readonly<Record<string, MessageKey>> = { F: "sex.F", M: "sex.M", O: "sex.O" };

function whose(patient: Patient, study: Study, nameless: boolean): ComponentChildren[] {
  if (nameless) return [<strong>{patientName(patient, nameless)}</strong>];
  const sex = SEXES[patient.sex];
  const said = sex === undefined ? patient.sex : t(sex);
  return [
    <strong>{patientName(patient)}</strong>,
    otherNames(patient.name),
    joined([fmt().date(patient.birth_date), said, age(study.patient_age)]),
    patient.patient_id,
  ];
}

function what(study: Study): ComponentChildren[] {
  return [fmt().dateTime(study.date, study.time), study.description, study.institution_name, joined([study.manufacturer, study.manufacturer_model_name], " ")];
}

function which(series: Series, frame: Frame, number: number, total: number): ComponentChildren[] {
  const location = sliceLocation(frame);
  return [
    joined([series.modality, series.number === null ? undefined : t("viewport.series", { number: String(series.number) })]),
    series.description,
    joined([frame.image.image_laterality, frame.image.view_position], " "),
    contrast(series.modality, frame),
    location === undefined ? "" : `${t("viewport.position")} ${millimetres(location, 1)}`,
    <strong>{t("viewport.image", { number, total })}</strong>,
  ];
}

function how(pane: Pane, series: Series, frame: Frame): ComponentChildren[] {
  const facts = pane.facts.value;
  const thickness = frame.image.slice_thickness ?? series.slice_thickness;
  const shown = facts?.window;
  return [
    joined([
      t("value.matrix", { columns: String(frame.columns), rows: String(frame.rows) }),
      frame.spacing?.atDetector === true ? t("viewport.detector") : undefined,
    ]),
    joined([showSpacing(frame), thickness === null ? undefined : `${t("viewport.thickness")} ${millimetres(thickness, 2)}`]),
    facts === undefined ? "" : `${t("viewport.zoom")} ${fmt().number(facts.scale * 100, 0)} %`,
    shown === undefined ? "" : <strong>{windowName(shown)}</strong>,
    uptakeOf(pane),
  ];
}

/** What an image of magnetic resonance was weighted by, or what one of several of nuclear medicine is of, as far as it says. */
function contrast(modality: string, frame: Frame): string {
  const { image, number } = frame;
  if (modality === "NM") return joined(toldBy(frame).map((kind) => aspectName(vectorName(frame, kind))));
  if (modality !== "MR") return "";
  const [echo, diffusion] = [image.per_frame?.echo_time[number - 1] ?? image.echo_time, image.per_frame?.diffusion_b_value[number - 1] ?? image.diffusion_b_value];
  return joined([
    echo === null ? undefined : t("viewport.part.echo", { value: fmt().number(echo, 2) }),
    diffusion === null ? undefined : t("viewport.part.diffusion", { value: fmt().number(diffusion, 0) }),
  ]);
}

/** The window of PET in uptake, where that can be computed: its numbers alone tell nobody anything. */
function uptakeOf({ facts, uptake }: Pane): string {
  const [window, factor] = [facts.value?.window, uptake.value];
  if (window === undefined || window.table !== undefined || factor === undefined) return "";
  const ends = [window.center - window.width / 2, window.center + window.width / 2].map((end) => fmt().number(end * factor, 1));
  return `SUVbw ${ends.join(" – ")}`;
}

/** The distance between pixels: one number when they are square. */
function showSpacing({ spacing }: Frame): string {
  if (spacing === undefined) return t("viewport.noSpacing");
  const { row, column } = spacing;
  const digits = Math.max(3, 2 - Math.floor(Math.log10(Math.min(row, column)))); // of a microscope half a thousandth
  if (Math.abs(row - column) < 1e-4 * row) return `${t("viewport.spacing")} ${millimetres(column, digits)}`;
  return `${t("viewport.spacing")} ${fmt().number(column, digits)} × ${millimetres(row, digits)}`;
}

const millimetres = (value: number, digits: number): string => t("value.mm", { value: fmt().number(value, digits) });

/** Anatomical directions at the four sides; nothing where the file does not say how the patient lies. */
function Letters({ pane }: { readonly pane: Pane }) {
  const letters = pane.facts.value?.letters;
  return letters === undefined ? null : <SideLetters letters={letters} />;
}

export function SideLetters({ letters }: { readonly letters: Sides }) {
  return (
    <>
      {(["top", "right", "bottom", "left"] as const).map((side) => (
        <span key={side} class={`vp-letter ${side}`} data-side={side}>
          {letters[side]}
        </span>
      ))}
    </>
  );
}
