import { SLABS, type SlabMode } from "../../../core/mpr.ts";
import { fmt, t } from "../../prefs/index.ts";
import { Notice } from "../Messages.tsx";
import { SERIES_TROUBLE } from "../problems.ts";
import type { Viewer } from "../viewer.ts";
import type { Desk } from "./desk.ts";
import { PlaneCell } from "./PlaneCell.tsx";
import { SolidBar, SolidCell } from "./SolidCell.tsx";

interface DeskProps {
  readonly viewer: Viewer;
  readonly desk: Desk;
}

/** The cells of a layout of planes; or why there are none. The stack of the series stands beside them. */
export function DeskCells({ viewer, desk }: DeskProps) {
  if (desk.refused.value) return <Refused desk={desk} />;
  return (
    <>
      <DeskBar desk={desk} />
      {desk.cells.map((cell) => (cell === "solid" ? <SolidCell key={cell} viewer={viewer} desk={desk} /> : <PlaneCell key={cell} viewer={viewer} desk={desk} name={cell} />))}
    </>
  );
}

/** Why no planes are drawn. Nothing is pretended: the images stand beside. */
function Refused({ desk }: { readonly desk: Desk }) {
  const phase = desk.phase.value;
  const [title, why, hint] = ((): readonly [string, string, string | undefined] => {
    switch (phase.kind) {
      case "noWebgl":
        return [t("volume.refused"), t("volume.noWebgl"), t("volume.noWebglHint")];
      case "trouble": {
        const [trouble, help] = SERIES_TROUBLE[phase.trouble];
        return [t("volume.refused"), t(trouble), help === undefined ? undefined : t(help)];
      }
      case "flaw":
        return [t("volume.refused"), t(`volume.flaw.${phase.flaw}`, { count: phase.count }), t("volume.refusedHint")];
      default:
        return ["", "", undefined];
    }
  })();
  return (
    <section class="vp-stage vp-refused" data-reason={phase.kind === "flaw" ? phase.flaw : phase.kind}>
      <Notice title={title} hint={why} alert>
        {hint !== undefined && <p>{hint}</p>}
      </Notice>
    </section>
  );
}

/** What holds for all planes: how thick they are, and how far their volume is. */
function DeskBar({ desk }: { readonly desk: Desk }) {
  const phase = desk.phase.value;
  return (
    <div class="vp-desk-bar">
      {phase.kind === "ready" ? (
        <>
          {desk.cells.length > 1 && <SlabControl desk={desk} />}
          {desk.cells.includes("solid") && <SolidBar desk={desk} />}
          {desk.software.value && <span class="vp-desk-note">{t("volume.software")}</span>}
        </>
      ) : (
        <Progress desk={desk} />
      )}
    </div>
  );
}

function Progress({ desk }: { readonly desk: Desk }) {
  const phase = desk.phase.value;
  const loading = phase.kind === "loading" ? phase : undefined;
  const text = loading === undefined ? t("volume.waiting") : t("volume.loading", { loaded: loading.loaded, total: loading.total });
  return (
    <>
      <progress class="vp-desk-progress" aria-label={text} {...(loading === undefined ? {} : { value: loading.loaded, max: loading.total })} />
      <span role="status">{text}</span>
    </>
  );
}

/** Millimetres of a slab, at most. */
const THICKEST = 100;
const NONE = "none";

function SlabControl({ desk }: { readonly desk: Desk }) {
  const { mode, thickness } = desk.slab.value;
  const choose = (chosen: string): void => {
    const next = SLABS.find((one) => one === chosen);
    desk.setSlab(next === undefined ? { mode, thickness: 0 } : { mode: next, thickness: thickness > 0 ? thickness : 10 });
  };
  const names: readonly (SlabMode | typeof NONE)[] = [NONE, ...SLABS];
  return (
    <>
      <label class="vp-desk-field">
        <span>{t("volume.slab")}</span>
        <select
          value={thickness > 0 ? mode : NONE}
          onChange={(event) => {
            choose(event.currentTarget.value);
            event.currentTarget.blur(); // the keys are the image's again
          }}
        >
          {names.map((name) => (
            <option key={name} value={name}>
              {t(`volume.slab.${name}`)}
            </option>
          ))}
        </select>
      </label>
      {thickness > 0 && (
        <label class="vp-desk-field">
          <input
            type="range"
            min={1}
            max={THICKEST}
            step={1}
            value={thickness}
            aria-label={t("volume.thickness")}
            onInput={(event) => {
              desk.setSlab({ mode, thickness: Number(event.currentTarget.value) });
            }}
          />
          <span class="vp-desk-value">{t("value.mm", { value: fmt().number(thickness, 0) })}</span>
        </label>
      )}
    </>
  );
}

