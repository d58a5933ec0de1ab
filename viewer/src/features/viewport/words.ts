/** Words that several parts of the viewer say in the same way. */
import type { Patient } from "../../core/model.ts";
import { mainName } from "../../core/names.ts";
import { roundWindow } from "../../core/window.ts";
import { fmt, t } from "../prefs/index.ts";

export function patientName(patient: Patient): string {
  const name = patient.anonymous ? t("archive.anonymous") : mainName(patient.name);
  return name === "" ? t("archive.noName") : name;
}

/** Width and centre, as radiographers write them: W 400 L 40. */
export const showWindow = (width: number, center: number): string =>
  `W ${fmt().number(roundWindow(width), MOST)} L ${fmt().number(roundWindow(center), MOST)}`;

/** Digits after the point are cut by {@link roundWindow}, not by the format. */
const MOST = 12;
