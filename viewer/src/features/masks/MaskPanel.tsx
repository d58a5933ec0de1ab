import "./masks.css";

import { useSignal } from "@preact/signals";

import { COLOUR_MAPS, mapped } from "../../core/painting.ts";
import { fmt, t } from "../prefs/index.ts";
import type { AnyPart, Cover, Covers, CoverState, WashPart } from "./covers.ts";

/** What may lie over the images: switches, a legend, and how it is laid. */
export function MaskPanel({ covers }: { readonly covers: Covers }) {
  const open = useSignal(false);
  const all = covers.all.value;
  if (all.length === 0) return null;
  const on = all.some(({ id }) => covers.states.value[id] === "on");
  const lined = covers.shown().some(({ kind }) => kind !== "wash");
  const washed = covers.shown().some(({ kind }) => kind === "wash");
  return (
    <details
      class="mk-panel"
      open={open.value || on}
      onToggle={(event) => {
        open.value = event.currentTarget.open;
      }}
      onPointerDown={(event) => {
        event.stopPropagation();
      }}
      onClick={(event) => {
        // the keys are the image's again
        if (event.target instanceof HTMLInputElement && event.target.type === "checkbox") event.target.blur();
      }}
    >
      <summary>{t("beyond.over.title", { count: all.length })}</summary>
      <div class="mk-list">
        {all.map((cover) => (
          <CoverRow key={cover.id} covers={covers} cover={cover} />
        ))}
      </div>
      {on && (
        <div class="mk-how">
          <label>
            {t("beyond.over.opacity")}
            <input
              type="range"
              min={0}
              max={1}
              step={0.05}
              value={covers.opacity.value}
              onInput={(event) => {
                covers.opacity.value = Number(event.currentTarget.value);
              }}
            />
          </label>
          {lined && (
            <label>
              <input
                type="checkbox"
                checked={covers.outline.value}
                onChange={(event) => {
                  covers.outline.value = event.currentTarget.checked;
                }}
              />
              {t("beyond.over.outline")}
            </label>
          )}
          {washed && <Maps covers={covers} />}
        </div>
      )}
    </details>
  );
}

/** By its own name, and by that of its series where that says more. */
function nameOf({ name, series }: Cover): string {
  return [name, series.description].filter((text, at, all) => text !== "" && all.indexOf(text) === at).join(" · ");
}

function CoverRow({ covers, cover }: { readonly covers: Covers; readonly cover: Cover }) {
  const state = covers.states.value[cover.id] ?? "off";
  const parts = state === "on" ? (covers.parts.value[cover.id] ?? []) : [];
  return (
    <section>
      <label class="mk-cover" title={nameOf(cover)}>
        <input
          type="checkbox"
          checked={state === "on" || state === "coming"}
          onChange={() => {
            void covers.toggle(cover);
          }}
        />
        <span>
          {cover.kind === "labels" ? null : <strong>{cover.series.modality}</strong>} {nameOf(cover)}
        </span>
      </label>
      <Said state={state} stranger={covers.isStranger(cover)} />
      {parts.length > 3 && <AllOrNone covers={covers} cover={cover} />}
      {parts.length > 0 && (
        <ul>
          {parts.map((part) => (
            <PartRow key={part.id} covers={covers} part={part} />
          ))}
        </ul>
      )}
    </section>
  );
}

/** Why nothing is seen, or what is to be known of what is. */
function Said({ state, stranger }: { readonly state: CoverState; readonly stranger: boolean }) {
  if (state === "off" || state === "coming") return null;
  if (state === "on") return stranger ? <p class="mk-note">{t("beyond.over.stranger")}</p> : null;
  return <p role={state === "failed" ? "alert" : "status"}>{t(`beyond.over.${state}`)}</p>;
}

const AllOrNone = ({ covers, cover }: { readonly covers: Covers; readonly cover: Cover }) => (
  <div class="mk-all">
    {([true, false] as const).map((on) => (
      <button
        key={String(on)}
        type="button"
        onClick={() => {
          covers.showAll(cover, on);
        }}
      >
        {t(on ? "beyond.over.all" : "beyond.over.none")}
      </button>
    ))}
  </div>
);

function PartRow({ covers, part }: { readonly covers: Covers; readonly part: AnyPart }) {
  if (part.kind === "wash") return <Scale covers={covers} part={part} />;
  return (
    <li>
      <label title={part.hint}>
        <input
          type="checkbox"
          checked={!covers.hidden.value.has(part.id)}
          onChange={() => {
            covers.togglePart(part);
          }}
        />
        <i class="mk-swatch" style={{ background: `rgb(${part.colour.join(" ")})` }} />
        <span>{part.name}</span>
      </label>
    </li>
  );
}

/** The colours of a quantity with its numbers, and how far they reach. */
function Scale({ covers, part }: { readonly covers: Covers; readonly part: WashPart }) {
  const upper = (covers.upper.value[part.id] ?? 0) * part.factor;
  const stops = Array.from({ length: 9 }, (_, step) => `rgb(${mapped(covers.map.value, step / 8).map(Math.round).join(" ")}) ${(step / 8) * 100}%`);
  return (
    <li class="mk-scale">
      <div class="mk-ramp" style={{ background: `linear-gradient(to right, ${stops.join(", ")})` }} />
      <div class="mk-ends">
        <span>0</span>
        <span>
          {fmt().number(upper, 2)} {part.unit}
        </span>
      </div>
      <label>
        {t("beyond.over.upper")}
        <input
          type="number"
          min={0}
          step="any"
          value={Number(upper.toPrecision(4))}
          onChange={(event) => {
            const value = Number(event.currentTarget.value) / part.factor;
            if (value > 0) covers.setUpper(part, value);
          }}
        />
      </label>
    </li>
  );
}

const Maps = ({ covers }: { readonly covers: Covers }) => (
  <label>
    {t("beyond.over.map")}
    <select
      value={covers.map.value}
      onChange={(event) => {
        covers.map.value = COLOUR_MAPS.find((one) => one === event.currentTarget.value) ?? "hotIron";
      }}
    >
      {COLOUR_MAPS.map((map) => (
        <option key={map} value={map}>
          {t(`beyond.map.${map}`)}
        </option>
      ))}
    </select>
  </label>
);
