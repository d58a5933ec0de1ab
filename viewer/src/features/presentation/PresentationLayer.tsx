import "./presentation.css";

import { useEffect, useRef } from "preact/hooks";

import { type Affine, applied, type Point } from "../../core/affine.ts";
import type { Colour, Graphic, GraphicText, Presentation } from "../../core/contents.ts";
import type { Frame } from "../../core/frames.ts";
import { annotationsOn, areaFor, type Box, isPart, means, pathOf, shutterPath, toScreen, unappliedTo, windowFor } from "../../core/presentation.ts";
import type { GreyWindow } from "../../core/window.ts";
import type { States } from "./states.ts";

/** What a state asks of the view. */
export interface Presented {
  readonly rotation: number;
  readonly flip: boolean;
  readonly inverse: boolean;
  /** The part to be seen, where it is not all. */
  readonly area: Box | undefined;
}

interface LayerProps {
  readonly states: States;
  readonly frame: Frame;
  /** The values of the frame came of a table of its file. */
  readonly tabled: boolean;
  readonly place: Affine;
  /** Undefined: as the file has it. */
  readonly onWindow: (window: GreyWindow | undefined) => void;
  /** Undefined: everything as it was. */
  readonly onView: (view: Presented | undefined) => void;
  /** The frames that it is about: the first of them is to be seen. */
  readonly onFrames: (isMeant: (frame: Frame) => boolean) => void;
}

/** Applies the chosen state, and draws what it draws. */
export function PresentationLayer({ states, frame, tabled, place, onWindow, onView, onFrames }: LayerProps) {
  const state = states.state.value;
  const windowed = useRef(false);
  useEffect(() => {
    if (state === undefined) return undefined;
    const area = areaFor(state, frame);
    windowed.current = false;
    if (!means(state.images, frame)) onFrames((one) => means(state.images, one));
    onView({ rotation: state.rotation, flip: state.flip, inverse: state.inverse, area: isPart(area, frame) ? area : undefined });
    return () => {
      onView(undefined);
    };
    // turned once for the series; a person may turn it on
  }, [state]);
  useEffect(() => {
    if (state === undefined) return;
    const meant = means(state.images, frame);
    states.unapplied.value = meant ? unappliedTo(state, frame, tabled) : [];
    const window = meant ? windowFor(state, frame, tabled) : undefined;
    if (window !== undefined || (windowed.current && !meant)) onWindow(window);
    windowed.current = window !== undefined;
  }, [state, frame, tabled]);
  if (state === undefined) return null;
  return <Drawn state={state} frame={frame} place={place} />;
}

function Drawn({ state, frame, place }: { readonly state: Presentation; readonly frame: Frame; readonly place: Affine }) {
  if (!means(state.images, frame)) return null;
  const area = areaFor(state, frame);
  const here = annotationsOn(state, frame);
  return (
    <>
      <svg class="vp-layer of-picture" aria-hidden="true">
        {state.shutters.map((shutter, index) => (
          <path key={index} class="ps-shutter" fill={css(state.shutter_colour)} fill-rule="evenodd" d={`M-9999 -9999H99999V99999H-9999Z${line(shutterPath(shutter).map((point) => applied(place, point)), true)}`} />
        ))}
      </svg>
      <svg class="vp-layer" aria-hidden="true">
        {here.map(({ graphics, texts, colour }, index) => (
          <g key={index} style={colour === undefined ? undefined : { color: css(colour) }}>
            {graphics.map((one, number) => (
              <Shape key={number} one={one} to={toScreen(one.units, place, area)} />
            ))}
            {texts.map((one, number) => (
              <Words key={number} one={one} place={place} area={area} />
            ))}
          </g>
        ))}
      </svg>
    </>
  );
}

const css = (colour: Colour): string => `rgb(${colour.join(" ")})`;

const line = (points: readonly Point[], closed = false): string => (points.length === 0 ? "" : `M${points.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L")}${closed ? "Z" : ""}`);

function Shape({ one, to }: { readonly one: Graphic; readonly to: (point: Point) => Point }) {
  const points = pathOf(one).map(to);
  const [[x, y] = [0, 0]] = points;
  if (one.type === "POINT") return <path class="ps-graphic" d={`M${x - 5} ${y}h10M${x} ${y - 5}v10`} />;
  return <path class={one.filled ? "ps-graphic filled" : "ps-graphic"} d={line(points)} />;
}

/** A text in its box, and a line from it to what it is about. */
function Words({ one, place, area }: { readonly one: GraphicText; readonly place: Affine; readonly area: Box }) {
  const [left, top, right = left, bottom = top] = one.box;
  const [ax, ay] = one.anchor;
  const box = left === undefined || top === undefined ? undefined : toScreen(one.units, place, area)([Math.min(left, right ?? left), Math.min(top, bottom ?? top)]);
  const anchor = ax === undefined || ay === undefined ? undefined : toScreen(one.anchor_units, place, area)([ax, ay]);
  const at = box ?? anchor;
  if (at === undefined) return null;
  return (
    <>
      {box !== undefined && anchor !== undefined && <path class="ps-graphic" d={line([anchor, box])} />}
      <text class="ps-text" x={at[0]} y={at[1]}>
        {one.value.split(/\r?\n/).map((text, index) => (
          <tspan key={index} x={at[0]} dy={14}>
            {text}
          </tspan>
        ))}
      </text>
    </>
  );
}
