import { useComputed } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";

import { type Affine, applied, type Point } from "../../core/affine.ts";
import type { Frame } from "../../core/frames.ts";
import { pathsIn, reachOf } from "../../core/outlines.ts";
import { type ColourMap, paintMask, paintWash } from "../../core/painting.ts";
import { type Grid, type Plane, resample } from "../../core/resample.ts";
import type { Covers, MaskPart, OutlinePart, WashPart } from "./covers.ts";

export interface MaskLayerProps {
  readonly covers: Covers;
  /** Of an image that lies nowhere in the patient its rows and columns alone. */
  readonly plane: Plane | Pick<Plane, "rows" | "columns">;
  /** The image, where it is one. */
  readonly image?: Frame;
  /** From the pixels of the plane to CSS pixels of the view. */
  readonly place: Affine;
}

/** All that is switched on, in one plane. */
export function MaskLayer({ covers, plane, image, place }: MaskLayerProps) {
  const shown = useComputed(() => covers.shown()).value;
  const washes = shown.filter((part) => part.kind === "wash");
  const masks = shown.filter((part) => part.kind === "mask");
  const outlines = shown.filter((part) => part.kind === "outline");
  const spot = { covers, place, ...(image === undefined ? {} : { image }) };
  return (
    <>
      {washes.length > 0 && isSomewhere(plane) && <Washes {...spot} plane={plane} parts={washes} />}
      {masks.length > 0 && <Masks {...spot} plane={plane} parts={masks} />}
      {outlines.length > 0 && isSomewhere(plane) && <Outlines {...spot} plane={plane} parts={outlines} />}
    </>
  );
}

type Sheet = MaskLayerProps["plane"];

const isSomewhere = (plane: Sheet): plane is Plane => "origin" in plane;

type Paint = (out: Uint8ClampedArray) => void;

/** A canvas of the plane's own pixels, laid where they are on the screen. */
function Painted({ plane, place, paint, smooth, on }: { readonly plane: Sheet; readonly place: Affine; readonly paint: Paint; readonly smooth: boolean; readonly on: readonly unknown[] }) {
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

interface PartsProps<P, S extends Sheet = Plane> extends MaskLayerProps {
  readonly plane: S;
  readonly parts: readonly P[];
}

function Masks({ covers, plane, image, place, parts }: PartsProps<MaskPart, Sheet>) {
  const [version, opacity, outline] = [covers.version.value, covers.opacity.value, covers.outline.value];
  useEffect(() => {
    for (const part of parts) {
      if (image !== undefined) covers.wantOver(part, image);
      if (isSomewhere(plane)) covers.want(part, plane);
    }
  }, [covers, parts, plane, image]);
  const paint: Paint = (out) => {
    const cut = new Map<Grid, Float32Array>(); // the labels of one map lie on one grid, and are cut once
    const valuesOf = (part: MaskPart): Float32Array | undefined => {
      const { grid } = part;
      if (grid === undefined) return image === undefined ? undefined : asFloats(covers.sliceOver(part, image));
      if (!isSomewhere(plane)) return undefined;
      const values = (part.value === undefined ? undefined : cut.get(grid)) ?? resample(grid, plane, (index) => covers.slice(part, index), false);
      cut.set(grid, values);
      return values;
    };
    for (const part of parts) {
      const values = valuesOf(part);
      if (values === undefined) continue;
      const own = part.value === undefined ? values : values.map((value) => (value === part.value ? 1 : 0));
      paintMask(out, own, plane.columns, { colour: part.colour, opacity, outline, maximum: part.maximum });
    }
  };
  return <Painted plane={plane} place={place} paint={paint} smooth={false} on={[parts, version, opacity, outline]} />;
}

const asFloats = (values: ArrayLike<number> | undefined): Float32Array | undefined => (values === undefined ? undefined : Float32Array.from(values));

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
