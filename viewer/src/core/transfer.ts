/** What a window makes of values, as points between which a graphics card goes straight. */
import type { Table } from "./tables.ts";
import { type GreyWindow, rangeOf } from "./window.ts";

/** A value, and its grey from 0 (black) to 1 (white). */
export interface CurvePoint {
  readonly value: number;
  readonly grey: number;
}

/** More points than a screen has greys for; a longer table is sampled. */
const MOST_POINTS = 8192;
/** As many points has the ramp between black and white where each grey has its colour. */
const RAMP_POINTS = 1024;
/** So many widths on either side of its middle a sigmoid is as good as black or white. */
const SIGMOID_REACH = 2;

/** The points of a table, or of the ramp of a window. */
export function curveOf(window: GreyWindow): readonly CurvePoint[] {
  if (window.table !== undefined) return pointsOf(window.table);
  const { lower, upper } = window.sigmoid === true ? reachOf(window) : rangeOf(window);
  return Array.from({ length: RAMP_POINTS }, (_, index) => {
    const part = index / (RAMP_POINTS - 1);
    const value = lower + part * (upper - lower);
    return { value, grey: window.sigmoid === true ? 1 / (1 + Math.exp((-4 * (value - window.center)) / window.width)) : part };
  });
}

const reachOf = ({ center, width }: GreyWindow) => ({ lower: center - SIGMOID_REACH * width, upper: center + SIGMOID_REACH * width });

function pointsOf(table: Table): readonly CurvePoint[] {
  const { first, entries } = table;
  const white = 2 ** table.bits - 1;
  const step = Math.ceil(entries.length / MOST_POINTS);
  const points: CurvePoint[] = [];
  for (let index = 0; index < entries.length; index += step) points.push({ value: first + index, grey: (entries[index] ?? 0) / white });
  const last = entries.length - 1;
  if (last % step !== 0) points.push({ value: first + last, grey: (entries[last] ?? 0) / white });
  return points;
}

/** The colour of a grey, each part from 0 to 1; itself where there are none. */
export function colourOf(grey: number, colours?: Uint8Array): readonly [red: number, green: number, blue: number] {
  if (colours === undefined || colours.length < 3) return [grey, grey, grey];
  const at = 3 * Math.round(Math.min(1, Math.max(0, grey)) * (Math.floor(colours.length / 3) - 1));
  return [(colours[at] ?? 0) / 255, (colours[at + 1] ?? 0) / 255, (colours[at + 2] ?? 0) / 255];
}
