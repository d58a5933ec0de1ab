import "./waveform.css";

import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";

import type { Channel, ChannelGroup, Waveform } from "../../core/contents.ts";
import { type Curve, curveOf, PIXELS_PER_MM, type Span, tracePath } from "../../core/curves.ts";
import { fmt, t } from "../prefs/index.ts";

/** Millimetres to a second and to a millivolt, as the devices print them; the second of each is the custom. */
const SPEEDS = [12.5, 25, 50, 100] as const;
const GAINS = [5, 10, 20] as const;
/** Seconds on one sheet: what comes after is turned to. */
const SHEET = 30;
/** Millimetres of paper for each curve, and before it for its name and the calibration pulse. */
const ROW = 26;
const MARGIN = 20;

/** The curves of an object, and what was written beside them. */
export function WaveformView({ waveform }: { readonly waveform: Waveform }) {
  const at = useSignal(0);
  const speed = useSignal<number>(25);
  const gain = useSignal<number>(10);
  const group = waveform.groups[at.value];
  if (group === undefined) return <p>{t("beyond.wave.empty")}</p>;
  return (
    <div class="wv">
      <div class="wv-bar">
        {waveform.groups.length > 1 && (
          <Choice label={t("beyond.wave.group")} value={at.value} values={waveform.groups.map((one, index) => [index, groupName(one, index)])} onChange={(value) => (at.value = value)} />
        )}
        <Choice
          label={t("beyond.wave.speed")}
          value={speed.value}
          values={SPEEDS.map((value) => [value, t("beyond.wave.mmPerSecond", { value })])}
          onChange={(value) => (speed.value = value)}
        />
        <Choice
          label={t("beyond.wave.gain")}
          value={gain.value}
          values={GAINS.map((value) => [value, t("beyond.wave.mmPerMillivolt", { value })])}
          onChange={(value) => (gain.value = value)}
        />
        <span class="bd-quiet">{group.samples > 0 && t("beyond.wave.rate", { rate: fmt().number(group.frequency, 1), seconds: fmt().number(group.samples / group.frequency, 1) })}</span>
      </div>
      {group.problem === "" ? <Sheet key={at.value} group={group} speed={speed.value} gain={gain.value} /> : <p role="alert">{t(`beyond.wave.problem.${group.problem}`)}</p>}
      <Filters group={group} />
      <Notes notes={waveform.notes} />
    </div>
  );
}

const groupName = ({ label }: ChannelGroup, index: number): string => (label === "" ? `${t("beyond.wave.group")} ${index + 1}` : label);

interface ChoiceProps {
  readonly label: string;
  readonly value: number;
  readonly values: readonly (readonly [number, string])[];
  readonly onChange: (value: number) => void;
}

const Choice = ({ label, value, values, onChange }: ChoiceProps) => (
  <label class="wv-choice">
    {label}
    <select
      class="bd-choose"
      value={String(value)}
      onChange={(event) => {
        onChange(Number(event.currentTarget.value));
      }}
    >
      {values.map(([one, name]) => (
        <option key={one} value={String(one)}>
          {name}
        </option>
      ))}
    </select>
  </label>
);

interface SheetProps {
  readonly group: ChannelGroup;
  readonly speed: number;
  readonly gain: number;
}

/** Paper with all channels of a group below each other, in step. */
function Sheet({ group, speed, gain }: SheetProps) {
  const begin = useSignal(0);
  const curves = useMemo(() => group.channels.map(curveOf), [group]);
  const seconds = group.samples / group.frequency;
  const span: Span = { from: Math.round(begin.value * group.frequency), to: Math.min(group.samples, Math.round((begin.value + SHEET) * group.frequency)) };
  const width = Math.ceil((MARGIN + ((span.to - span.from) / group.frequency) * speed + 5) * PIXELS_PER_MM);
  const height = Math.ceil((group.channels.length * ROW + 6) * PIXELS_PER_MM);
  return (
    <>
      {seconds > SHEET && (
        <input
          type="range"
          class="wv-time"
          min={0}
          max={Math.ceil(seconds - SHEET)}
          step={1}
          value={begin.value}
          aria-label={t("beyond.wave.title")}
          onInput={(event) => {
            begin.value = Number(event.currentTarget.value);
          }}
        />
      )}
      <div class="wv-paper">
        <svg width={width} height={height} role="img" aria-label={`${t("beyond.wave.title")}: ${group.channels.map(nameOf).join(", ")}`}>
          <Grid />
          {curves.map((curve, index) => (
            <Row key={index} curve={curve} channel={group.channels[index]} number={index} span={span} step={(speed * PIXELS_PER_MM) / group.frequency} gain={gain} />
          ))}
        </svg>
      </div>
      <p class="bd-quiet">{t("beyond.wave.scaleHint")}</p>
    </>
  );
}

const nameOf = (channel: Channel | undefined, index: number): string => (channel === undefined || channel.name === "" ? t("beyond.wave.channel", { number: index + 1 }) : channel.name.replace(/^Lead /, "").replace(" (Einthoven)", ""));

/** Lines each millimetre, stronger ones each five. */
function Grid() {
  const [fine, coarse] = [PIXELS_PER_MM, 5 * PIXELS_PER_MM];
  return (
    <>
      <defs>
        <pattern id="wv-fine" width={fine} height={fine} patternUnits="userSpaceOnUse">
          <path class="wv-fine" d={`M${fine} 0H0V${fine}`} />
        </pattern>
        <pattern id="wv-coarse" width={coarse} height={coarse} patternUnits="userSpaceOnUse">
          <rect width={coarse} height={coarse} fill="url(#wv-fine)" />
          <path class="wv-coarse" d={`M${coarse} 0H0V${coarse}`} />
        </pattern>
      </defs>
      <rect width="100%" height="100%" fill="url(#wv-coarse)" />
    </>
  );
}

interface RowProps {
  readonly curve: Curve;
  readonly channel: Channel | undefined;
  readonly number: number;
  readonly span: Span;
  readonly step: number;
  readonly gain: number;
}

function Row({ curve, channel, number, span, step, gain }: RowProps) {
  // a voltage on its customary scale; anything else fills its row
  const range = Math.max(1e-9, curve.most - curve.least);
  const high = (curve.voltage ? gain : (ROW - 8) / range) * PIXELS_PER_MM;
  const middle = curve.voltage ? 0 : -((curve.least + curve.most) / 2) * high;
  const y = (3 + (number + 0.5) * ROW) * PIXELS_PER_MM;
  const mm = PIXELS_PER_MM;
  const path = useMemo(() => tracePath(curve.values, span, step, high), [curve, span.from, span.to, step, high]);
  return (
    <g class="wv-row" data-lead={nameOf(channel, number)} transform={`translate(0 ${y})`}>
      <text class="wv-name" x={1.5 * mm} y={-4 * mm}>
        {nameOf(channel, number)}
        {!curve.voltage && channel?.unit !== undefined && ` (${channel.unit})`}
      </text>
      {curve.voltage && <path class="wv-trace" d={`M${9 * mm} 0h${2 * mm}v${-gain * mm}h${5 * mm}v${gain * mm}h${2 * mm}`} />}
      <path class="wv-trace" transform={`translate(${MARGIN * mm} ${-middle})`} d={path} />
    </g>
  );
}

/** The filters that the device used, said once when all channels have the same. */
function Filters({ group }: { readonly group: ChannelGroup }) {
  const said = new Set(group.channels.map(filtersOf).filter((text) => text !== ""));
  const [only] = said;
  return only === undefined || said.size > 1 ? null : <p class="bd-quiet">{t("beyond.wave.filters", { filters: only })}</p>;
}

function filtersOf({ low_filter: low, high_filter: high, notch_filter: notch }: Channel): string {
  const parts = [
    low === null || low <= 0 ? "" : t("beyond.wave.low", { value: fmt().number(low, 3) }),
    high === null || high <= 0 ? "" : t("beyond.wave.high", { value: fmt().number(high, 1) }),
    notch === null || notch <= 0 ? "" : t("beyond.wave.notch", { value: fmt().number(notch, 1) }),
  ];
  return parts.filter((part) => part !== "").join(", ");
}

function Notes({ notes }: Pick<Waveform, "notes">) {
  if (notes.length === 0) return null;
  return (
    <section>
      <h2>{t("beyond.wave.notes")}</h2>
      <table class="bd-table">
        <tbody>
          {notes.map(({ name, value, unit }, index) => (
            <tr key={index}>
              <td class="bd-quiet">{name}</td>
              <td>
                <bdi>{value}</bdi> {unit}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
