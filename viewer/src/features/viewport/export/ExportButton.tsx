import { useSignal } from "@preact/signals";

import { Dialog, Icon, type MenuItem, openMenu } from "../../kit/index.ts";
import { fmt, t } from "../../prefs/index.ts";
import { Glyph } from "../icons.tsx";
import type { Exporting } from "./exporting.ts";
import type { Form } from "./film.ts";

/** Films are MP4 where the browser encodes video; GIF is always there. */
const forms = (): readonly Form[] => (typeof VideoEncoder === "function" ? ["mp4", "gif"] : ["gif"]);

function items(exporting: Exporting): MenuItem[] {
  const film = (label: "volume.export.cine" | "volume.export.turn", make: (form: Form) => Promise<void>): MenuItem[] =>
    forms().map((form) => ({ label: t(label, { form: form.toUpperCase() }), run: () => void make(form) }));
  return [
    { label: t("volume.export.picture"), hint: "PNG", run: () => void exporting.picture(true) },
    { label: t("volume.export.bare"), hint: "PNG", run: () => void exporting.picture(false) },
    ...(exporting.plays ? film("volume.export.cine", (form) => exporting.cine(form)) : []),
    ...(exporting.turns ? film("volume.export.turn", (form) => exporting.turn(form)) : []),
    ...(exporting.hasSurface ? [{ label: t("volume.export.surface"), hint: "STL", run: () => { exporting.asked.value = true; } }] : []),
  ];
}

/** Pictures, films and surfaces of what is seen. */
export function ExportButton({ exporting, disabled }: { readonly exporting: Exporting; readonly disabled: boolean }) {
  return (
    <button
      type="button"
      class="vp-tool"
      title={t("volume.export")}
      aria-label={t("volume.export")}
      disabled={disabled}
      onClick={(event) => {
        openMenu(t("volume.export"), items(exporting), event.currentTarget);
      }}
    >
      <Glyph name="camera" />
      <Icon name="down" size={10} />
    </button>
  );
}

/** How far it is, and the way to stop it; and the question of a surface. */
export function ExportStatus({ exporting }: { readonly exporting: Exporting }) {
  const running = exporting.running.value;
  return (
    <>
      {running !== undefined && (
        <div class="vp-export" role="status">
          <span>{running.label}</span>
          <progress value={running.done} max={running.total} aria-label={running.label} />
          <button
            type="button"
            onClick={() => {
              running.stop.abort();
            }}
          >
            {t("action.cancel")}
          </button>
        </div>
      )}
      {exporting.asked.value && <SurfaceDialog exporting={exporting} />}
    </>
  );
}

const CT_BONE = 300;
const COARSENESS = [1, 2, 3, 4] as const;

function SurfaceDialog({ exporting }: { readonly exporting: Exporting }) {
  const pane = exporting.viewer.active.value;
  const level = useSignal(pane.series.value?.modality === "CT" ? CT_BONE : Math.round(pane.facts.value?.window?.center ?? 0));
  const coarse = useSignal(1);
  return (
    <Dialog
      title={t("volume.export.surface")}
      onClose={() => {
        exporting.asked.value = false;
      }}
    >
      <form
        class="vp-surface"
        onSubmit={(event) => {
          event.preventDefault();
          void exporting.surface(level.value, coarse.value);
        }}
      >
        <label>
          <span>{t("volume.export.level")}</span>
          <input type="number" step="any" required value={level.value} onInput={(event) => { level.value = Number(event.currentTarget.value); }} />
        </label>
        <label>
          <span>{t("volume.export.coarse")}</span>
          <select value={String(coarse.value)} onChange={(event) => { coarse.value = Number(event.currentTarget.value); }}>
            {COARSENESS.map((one) => (
              <option key={one} value={String(one)}>
                {fmt().number(one, 0)}
              </option>
            ))}
          </select>
        </label>
        <p>{t("volume.export.surfaceHint")}</p>
        <button type="submit" class="button primary">
          {t("volume.export.make")}
        </button>
      </form>
    </Dialog>
  );
}
