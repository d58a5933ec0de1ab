import { useComputed } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";

import { type Affine, applied, type Point } from "../../core/affine.ts";
import { pathsIn, reachOf } from "../../core/outlines.ts";
import { type ColourMap, paintMask, paintWash } from "../../core/painting.ts";
import { type Grid, type Plane, resample } from "../../core/resample.ts";
import type { Covers, MaskPart, OutlinePart, WashPart } from "./covers.ts";

export interface MaskLayerProps {
  readonly covers: Covers;
  readonly plane: Plane;
  /** From the pixels of the plane to CSS pixels of the view. */
  readonly place: Affine;
}

/** All that is switched on, in one plane. */
export function MaskLayer({ covers, plane, place }: MaskLayerProps) {
  const shown = useComputed(() => covers.shown()).value;
  const washes = shown.filter((part) => part.kind === "wash");
  const masks = shown.filter((part) => part.kind === "mask");
  const outlines = shown.filter((part) => part.kind === "outline");
  return (
    <>
      {washes.length > 0 && <Washes covers={covers} plane={plane} place={place} parts={washes} />}
      {masks.length > 0 && <Masks covers={covers} plane={plane} place={place} parts={masks} />}
      {outlines.length > 0 && <Outlines covers={covers} plane={plane} place={place} parts={outlines} />}
    </>
  );
}

type Paint = (out: Uint8ClampedArray) => void;

/** A canvas of the plane's own pixels, laid where they are on the screen. */
function Painted({ plane, place, paint, smooth, on }: { readonly plane: Plane; readonly place: Affine; readonly paint: Paint; readonly smooth: boolean; readonly on: readonly unknown[] }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    const pixels = new Uint8ClampedArray(plane.rows * plane.columns * 4);
    paint(pixels);
    context?.putImageData(new ImageData(pixels, plane.columns, plane.rows), 0, 0);
  }, [plane, ...on]);
  const [a, b, c, d] = place;
  const [x, y] = applied(place, [-0.5, -0.5]); // the corner of the first pixel, and not its middle
  return (
    <canvas
      ref={canvas}
      class={smooth ? "vp-overlay mk-smooth" : "vp-overlay mk-mask"}
      width={plane.columns}
      height={plane.rows}
      style={{ transform: `matrix(${[a, b, c, d, x, y].join(",")})` }}
      aria-hidden="true"
    />
  );
}

interface PartsProps<P> extends MaskLayerProps {
  readonly parts: readonly P[];
}

function Masks({ covers, plane, place, parts }: PartsProps<MaskPart>) {
  const [version, opacity, outline] = [covers.version.value, covers.opacity.value, covers.outline.value];
  useEffect(() => {
    for (const part of parts) covers.want(part, plane);
  }, [covers, parts, plane]);
  const paint: Paint = (out) => {
    const cut = new Map<Grid, Float32Array>(); // the labels of one map lie on one grid, and are cut once
    for (const part of parts) {
      const shared = part.value === undefined ? undefined : cut.get(part.grid);
      const values = shared ?? resample(part.grid, plane, (index) => covers.slice(part, index), false);
      cut.set(part.grid, values);
      const own = part.value === undefined ? values : values.map((value) => (value === part.value ? 1 : 0));
      paintMask(out, own, plane.columns, { colour: part.colour, opacity, outline, maximum: part.maximum });
    }
  };
  return <Painted plane={plane} place={place} paint={paint} smooth={false} on={[parts, version, opacity, outline]} />;
}

function Washes({ covers, plane, place, parts }: PartsProps<WashPart>) {
  const [version, opacity, map, upper]: readonly [number, number, ColourMap, Readonly<Record<string, number>>] = [covers.version.value, covers.opacity.value, covers.map.value, covers.upper.value];
  useEffect(() => {
    for (const part of parts) covers.want(part, plane);
  }, [covers, parts, plane]);
  const paint: Paint = (out) => {
    for (const part of parts) {
      const values = resample(part.grid, plane, (index) => covers.slice(part, index), true);
      paintWash(out, values, { map, lower: 0, upper: upper[part.id] ?? 1, opacity });
    }
  };
  return <Painted plane={plane} place={place} paint={paint} smooth on={[parts, version, opacity, map, upper]} />;
}

const line = (points: readonly Point[], closed: boolean): string => `M${points.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L")}${closed ? "Z" : ""}`;

function Outlines({ covers, plane, place, parts }: PartsProps<OutlinePart>) {
  const opacity = covers.opacity.value;
  const found = useMemo(() => parts.map((part) => ({ part, paths: pathsIn(part.outlines, plane, reachOf(part.outlines, plane)) })), [parts, plane]);
  return (
    <svg class="vp-layer of-picture" aria-hidden="true">
      {found.map(({ part, paths }) => {
        const [red, green, blue] = part.colour;
        const data = paths.map(({ points, closed }) => line(points.map((point) => applied(place, point)), closed)).join("");
        return data === "" ? null : (
          <path key={part.id} class="mk-outline" data-part={part.name} d={data} stroke={`rgb(${red} ${green} ${blue})`} fill={`rgb(${red} ${green} ${blue})`} fill-opacity={covers.outline.value ? opacity / 2 : opacity} fill-rule="evenodd" />
        );
      })}
    </svg>
  );
}
