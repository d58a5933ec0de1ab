import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

import { type Affine, applied, inverted, type Point } from "../../core/affine.ts";
import { axesOf, bounds, groundOf, type Kind, measure, type Measured as Said, type Measurement, POINTS, shifted, withPoint } from "../../core/measure.ts";
import { t } from "../prefs/index.ts";
import type { Pane } from "./pane.ts";
import { isKind, type Viewer } from "./viewer.ts";
import { measuredLines } from "./words.ts";

/** CSS pixels that a pointer may tremble without having been moved. */
const STILL = 4;
/** CSS pixels between the points of a free line. */
const FREE_STEP = 3;

/** What is measured on: an image of a stack, or a plane of a volume. */
export interface Sheet {
  readonly seriesId: string;
  /** Another one has another key: what was being drawn is given up. */
  readonly key: string;
  readonly about: Pick<Measurement, "sop_instance_uid" | "frame" | "plane">;
  /** What was measured on it. */
  readonly here: readonly Measurement[];
  /** From its points to CSS pixels, and back. */
  readonly place: Affine;
  readonly back: Affine;
  readonly values: (one: Omit<Measurement, "values">) => readonly Said[];
  /** What cannot be measured on it. */
  readonly refuses?: readonly Kind[];
  /** Whether calibrations are here; and have them, before the first number is said. */
  readonly known: boolean;
  readonly prepare: () => Promise<void>;
}

/** What was measured on the frame at hand, and the drawing of more. */
export function MeasureLayer({ viewer, pane }: { readonly viewer: Viewer; readonly pane: Pane }) {
  const series = pane.series.value;
  const frame = pane.frame.value;
  const place = pane.facts.value?.place;
  const back = place === undefined ? undefined : inverted(place);
  if (series === undefined || frame === undefined || place === undefined || back === undefined) return null;
  const sheet: Sheet = {
    seriesId: series.id,
    key: `${frame.image.id}/${frame.number}`,
    about: { sop_instance_uid: frame.image.sop_instance_uid, frame: frame.number },
    here: viewer.measured.of(series.id).filter((one) => (one.plane ?? null) === null && one.sop_instance_uid === frame.image.sop_instance_uid && one.frame === frame.number),
    place,
    back,
    values: ({ kind, points }) => measure(kind, points, groundOf(frame, series.modality, points, pane.frame.value === frame ? pane.pixels() : undefined, pane.display.value)),
    known: pane.display.value !== undefined,
    prepare: () => pane.haveDisplay(),
  };
  return <Measured viewer={viewer} sheet={sheet} />;
}

interface LayerProps {
  readonly viewer: Viewer;
  readonly sheet: Sheet;
}

/** What was measured on a sheet, and the drawing of more. */
export function Measured({ viewer, sheet }: LayerProps) {
  const { seriesId, here, place } = sheet;
  useEffect(() => {
    viewer.measured.load(seriesId);
  }, [viewer, seriesId]);
  const tool = viewer.tool.value;
  return (
    <>
      {isKind(tool) && sheet.refuses?.includes(tool) !== true && <Drawing key={`${sheet.key}/${tool}`} viewer={viewer} sheet={sheet} kind={tool} />}
      <svg class="vp-layer vp-measured" role="group" aria-label={t("measure.title")}>
        {here.map((one) => (
          <Drawn key={one.id} viewer={viewer} sheet={sheet} one={one} />
        ))}
      </svg>
      {here.map((one) => (one.kind === "arrow" && viewer.measured.selected.value === one.id ? <TextField key={one.id} viewer={viewer} seriesId={seriesId} one={one} place={place} /> : null))}
    </>
  );
}

/** Where a pointer is on the image, in its pixels; and on the element, in CSS pixels. */
function pointOf(event: PointerEvent, back: Affine): { readonly image: Point; readonly screen: Point } {
  const box = (event.currentTarget as Element).closest(".vp-canvas")?.getBoundingClientRect();
  const screen: Point = [event.clientX - (box?.left ?? 0), event.clientY - (box?.top ?? 0)];
  return { image: applied(back, screen), screen };
}

/** A measurement with the values that its points have now. */
const measuredAs = (sheet: Sheet, one: Omit<Measurement, "values">): Measurement => ({ ...one, values: sheet.values(one) });

// -- drawing ------------------------------------------------------------------------------------------------------

/** The points of what is being drawn; the last one goes with the pointer. */
function useDraft({ viewer: { measured }, sheet, kind }: LayerProps & { readonly kind: Kind }) {
  const points = useSignal<readonly Point[]>([]);
  useEffect(() => {
    if (!sheet.known) void sheet.prepare();
  }, [sheet.key, sheet.known]);
  useEffect(
    () => () => {
      measured.drawing.value = false;
    },
    [sheet.key, measured],
  );
  useEffect(() => {
    if (!measured.drawing.value && points.value.length > 0) points.value = []; // given up by Esc
  }, [measured.drawing.value, points, measured]);
  const set = (next: readonly Point[]): void => {
    points.value = next;
    measured.drawing.value = next.length > 0;
  };
  const finish = (all: readonly Point[]): void => {
    set([]);
    const id = crypto.randomUUID();
    const keep = (): void => {
      measured.put(sheet.seriesId, measuredAs(sheet, { ...sheet.about, id, kind, text: "", points: kind === "ellipse" ? axesOf(all) : all }));
      measured.selected.value = id;
    };
    // who is quicker than the calibrations waits for them: a number without them would be kept as it is
    if (sheet.known) keep();
    else void sheet.prepare().then(keep);
  };
  /** The last point stands; the next one goes with the pointer. */
  const settle = (all: readonly Point[], at: Point): void => {
    if (all.length >= POINTS[kind]) finish(all);
    else set([...all, at]);
  };
  return { points: points.value, set, finish, settle };
}

const quiet = (event: Event): void => {
  // the tools of the image listen for these; the right and the middle button stay theirs
  if (!(event instanceof MouseEvent) || event.button === 0) event.stopPropagation();
};

/** Takes the left button (or one finger) from the image; the others and the wheel go on to it. */
function Drawing({ viewer, sheet, kind }: LayerProps & { readonly kind: Kind }) {
  const { place, back } = sheet;
  const { points: now, set, finish, settle } = useDraft({ viewer, sheet, kind });
  const from = useRef<Point>([0, 0]);
  const free = useRef(false);
  const onDown = (event: PointerEvent): void => {
    if (event.button !== 0 || !event.isPrimary) return;
    event.stopPropagation();
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
    const { image, screen } = pointOf(event, back);
    from.current = screen;
    free.current = kind === "freehand";
    settle(free.current || now.length === 0 ? [image] : [...now.slice(0, -1), image], image);
  };
  const onMove = (event: PointerEvent): void => {
    if (now.length === 0) return;
    const { image, screen } = pointOf(event, back);
    if (!free.current) set([...now.slice(0, -1), image]);
    else if (far(screen, from.current) >= FREE_STEP) {
      from.current = screen;
      set([...now, image]);
    }
  };
  const onUp = (event: PointerEvent): void => {
    if (event.button !== 0 || now.length === 0) return;
    const { image, screen } = pointOf(event, back);
    if (free.current) {
      free.current = false;
      if (now.length > 3) finish(now);
      else set([]);
    } else if (far(screen, from.current) > STILL) settle([...now.slice(0, -1), image], image);
  };
  const shown = kind === "ellipse" ? axesOf(now) : now;
  const draft = now.length > 0 ? measuredAs(sheet, { ...sheet.about, id: "draft", kind, text: "", points: shown }) : undefined;
  return (
    <div
      class="vp-layer vp-catch vp-drawing"
      data-kind={kind}
      onPointerDown={onDown}
      onPointerMove={onMove}
      onPointerUp={onUp}
      onPointerCancel={() => {
        set([]);
      }}
      onMouseDown={quiet}
      onDblClick={quiet}
      onTouchStart={quiet}
    >
      {draft !== undefined && (
        <svg class="vp-layer vp-measured">
          <Shape kind={kind} points={draft.points.map((point) => applied(place, point))} place={place} class="vp-shape" />
          <Label one={draft} place={place} />
        </svg>
      )}
    </div>
  );
}

const far = ([ax, ay]: Point, [bx, by]: Point): number => Math.hypot(bx - ax, by - ay);

// -- what is drawn ------------------------------------------------------------------------------------------------

function Drawn({ viewer, sheet, one }: LayerProps & { readonly one: Measurement }) {
  const { place, back } = sheet;
  const drag = useRef<{ readonly at: Point; readonly index: number | undefined; readonly points: readonly Point[] } | undefined>(undefined);
  const draft = useSignal<readonly Point[] | undefined>(undefined);
  const { measured } = viewer;
  const chosen = measured.selected.value === one.id;
  const shown = draft.value === undefined ? one : measuredAs(sheet, { ...one, points: draft.value });
  const begin = (event: PointerEvent, index: number | undefined): void => {
    if (event.button !== 0) return;
    event.stopPropagation();
    event.preventDefault();
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
    measured.selected.value = one.id;
    void sheet.prepare();
    drag.current = { at: pointOf(event, back).image, index, points: one.points };
  };
  const move = (event: PointerEvent): void => {
    const held = drag.current;
    if (held === undefined) return;
    const { image } = pointOf(event, back);
    draft.value =
      held.index === undefined ? shifted(held.points, [image[0] - held.at[0], image[1] - held.at[1]]) : withPoint(one, held.index, image);
  };
  const end = (): void => {
    if (draft.value !== undefined) measured.put(sheet.seriesId, shown);
    drag.current = undefined;
    draft.value = undefined;
  };
  const hands = (index?: number) => ({
    onPointerDown: (event: PointerEvent) => {
      begin(event, index);
    },
    onPointerMove: move,
    onPointerUp: end,
    onPointerCancel: end,
    onMouseDown: (event: MouseEvent) => {
      if (event.button === 0) event.stopPropagation();
    },
    onTouchStart: (event: TouchEvent) => {
      event.stopPropagation();
    },
    onDblClick: (event: MouseEvent) => {
      event.stopPropagation();
    },
  });
  const points = shown.points.map((point) => applied(place, point));
  return (
    <g class={chosen ? "vp-one chosen" : "vp-one"} data-kind={one.kind} data-id={one.id}>
      <Shape kind={one.kind} points={points} place={place} class="vp-shape" />
      <g class="vp-grip" {...hands()}>
        <Shape kind={one.kind} points={points} place={place} class="vp-grip-line" />
      </g>
      {chosen && one.kind !== "freehand" && points.map(([x, y], index) => <circle key={index} class="vp-handle" cx={x} cy={y} r={6} {...hands(index)} />)}
      <Label one={shown} place={place} />
    </g>
  );
}

interface ShapeProps {
  readonly kind: Kind;
  /** On the screen. */
  readonly points: readonly Point[];
  readonly place: Affine;
  readonly class: string;
}

const path = (points: readonly Point[], close = false): string => `M${points.map((point) => point.join(" ")).join("L")}${close ? "Z" : ""}`;

function Shape({ kind, points, place, class: kindOf }: ShapeProps) {
  return <path class={kindOf} d={outline(kind, points, place)} />;
}

/** The outline of a measurement on the screen. */
function outline(kind: Kind, points: readonly Point[], place: Affine): string {
  const [a = [0, 0], b = a, c = b, d = c] = points;
  switch (kind) {
    case "cobb":
      return points.length < 3 ? path([a, b]) : `${path([a, b])}${path([c, d])}${path([middle(a, b), middle(c, d)])}`;
    case "ellipse":
      return ellipse(a, b, c, d);
    case "rectangle":
      return path(corners(a, b, place), true);
    case "freehand":
      return path(points, points.length > 2);
    case "probe":
      return `${path([[a[0] - 7, a[1]], [a[0] + 7, a[1]]])}${path([[a[0], a[1] - 7], [a[0], a[1] + 7]])}`;
    case "arrow":
      return `${path([a, b])}${head(a, b)}`;
    case "length":
    case "angle":
      return path(points);
  }
}

const middle = ([ax, ay]: Point, [bx, by]: Point): Point => [(ax + bx) / 2, (ay + by) / 2];

/** A rectangle lies along the rows of its image, which may be turned on the screen. */
function corners(a: Point, b: Point, place: Affine): Point[] {
  const back = inverted(place);
  if (back === undefined) return [a, b];
  const [[ax, ay], [bx, by]] = [applied(back, a), applied(back, b)];
  return [a, applied(place, [bx, ay]), b, applied(place, [ax, by])];
}

/** By its axes, in four pieces: exact enough for the eye, and right however the image is turned. */
function ellipse(top: Point, bottom: Point, left: Point, right: Point): string {
  const [cx, cy] = middle(top, bottom);
  const [ux, uy] = [(right[0] - left[0]) / 2, (right[1] - left[1]) / 2];
  const [vx, vy] = [(bottom[0] - top[0]) / 2, (bottom[1] - top[1]) / 2];
  return path(
    Array.from({ length: 72 }, (_, step): Point => {
      const angle = (step * Math.PI) / 36;
      return [cx + ux * Math.cos(angle) + vx * Math.sin(angle), cy + uy * Math.cos(angle) + vy * Math.sin(angle)];
    }),
    true,
  );
}

/** The tip lies at the first point: it is what is pointed at. */
function head([ax, ay]: Point, [bx, by]: Point): string {
  const angle = Math.atan2(by - ay, bx - ax);
  const wing = (turn: number): Point => [ax + 12 * Math.cos(angle + turn), ay + 12 * Math.sin(angle + turn)];
  return path([wing(0.45), [ax, ay], wing(-0.45)]);
}

function Label({ one, place }: { readonly one: Measurement; readonly place: Affine }) {
  const lines = measuredLines(one);
  if (lines.length === 0) return null;
  const [, , right, bottom] = bounds(one.points.map((point) => applied(place, point)));
  const [x, y] = one.kind === "arrow" ? applied(place, one.points[1] ?? [0, 0]) : [right + 8, bottom + 4];
  return (
    <text class="vp-value" x={x} y={y}>
      {lines.map((line, index) => (
        <tspan key={index} x={x} dy={index === 0 ? 12 : 15}>
          {line}
        </tspan>
      ))}
    </text>
  );
}

/** The words of an arrow, where it ends. */
function TextField({ viewer, seriesId, one, place }: { readonly viewer: Viewer; readonly seriesId: string; readonly one: Measurement; readonly place: Affine }) {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (one.text === "") field.current?.focus();
  }, [one.text]);
  const [x, y] = applied(place, one.points[1] ?? [0, 0]);
  const keep = (text: string): void => {
    if (text !== one.text) viewer.measured.put(seriesId, { ...one, text });
  };
  return (
    <input
      ref={field}
      class="vp-arrow-text"
      type="text"
      maxLength={500}
      value={one.text}
      placeholder={t("measure.text")}
      aria-label={t("measure.text")}
      style={{ left: `${x}px`, top: `${y + 20}px` }}
      onPointerDown={(event) => {
        event.stopPropagation();
      }}
      onMouseDown={(event) => {
        event.stopPropagation();
      }}
      onBlur={(event) => {
        keep(event.currentTarget.value);
      }}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === "Enter" || event.key === "Escape") {
          keep(event.currentTarget.value);
          viewer.measured.selected.value = undefined;
        }
      }}
    />
  );
}
