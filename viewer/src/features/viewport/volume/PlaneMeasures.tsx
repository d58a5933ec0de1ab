import { inverted } from "../../../core/affine.ts";
import { type Measurement, quantityOf } from "../../../core/measure.ts";
import type { Aim, PlaneName, Size } from "../../../core/mpr.ts";
import { cutOf, isSeen, measureCut, movedOnto, nearestSlice, placeIn, placeOn } from "../../../core/planeMeasure.ts";
import { paddingOf } from "../../../core/tables.ts";
import { t } from "../../prefs/index.ts";
import { Measured } from "../MeasureLayer.tsx";
import { isKind, type Viewer } from "../viewer.ts";
import type { Desk } from "./desk.ts";

interface Props {
  readonly viewer: Viewer;
  readonly desk: Desk;
  readonly name: PlaneName;
  readonly aim: Aim;
  readonly size: Size;
}

/** Kinds of which values are wanted, which a slab of several slices has none of. */
const OF_VALUES: readonly Measurement["kind"][] = ["probe", "ellipse", "rectangle", "freehand"];

/** What was measured in the plane that is seen, and the drawing of more. */
export function PlaneMeasures({ viewer, desk, name, aim, size }: Props) {
  const [grid, series] = [desk.scanned.value, desk.pane.series.value];
  if (grid === undefined || series === undefined) return null;
  const plane = cutOf(name, aim, grid);
  const place = placeOn(plane, aim, size);
  const [back, frame] = [inverted(place), grid.frames[nearestSlice(grid, plane.origin)]];
  if (back === undefined || frame === undefined) return null;
  const single = desk.slab.value.thickness === 0;
  const { tool } = viewer;
  const here = viewer.measured.of(series.id).flatMap((one): Measurement[] => {
    const own = one.plane ?? undefined;
    return own !== undefined && isSeen(own, aim, grid) ? [{ ...one, points: movedOnto(one.points, own, plane), plane }] : [];
  });
  const refused = !single && isKind(tool.value) && OF_VALUES.includes(tool.value);
  const display = desk.pane.display.value;
  return (
    <>
      <Measured
        viewer={viewer}
        sheet={{
          seriesId: series.id,
          key: [name, ...placeIn(plane, [0, 0]), ...plane.right, ...plane.down].join(" "),
          about: { sop_instance_uid: frame.image.sop_instance_uid, frame: frame.number, plane },
          here,
          place,
          back,
          values: ({ kind, points }) => {
            const now = desk.pane.display.value;
            return measureCut(kind, points, plane, {
              grid,
              slices: single ? (index) => desk.view?.slice(index) : undefined,
              quantity: quantityOf(series.modality, frame, now),
              padding: now === undefined ? undefined : paddingOf(now.padding, frame.slope, frame.intercept),
            });
          },
          refuses: single ? [] : ["probe"],
          known: display !== undefined,
          prepare: () => desk.pane.haveDisplay(),
        }}
      />
      {refused && (
        <p class="vp-plane-note" role="status">
          {t("measure.slab")}
        </p>
      )}
    </>
  );
}
