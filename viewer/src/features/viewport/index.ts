/**
 * The viewer: a series on the screen. This index is the feature's only public face.
 *
 * Contract with the shell (src/app): this module is loaded lazily, when `/series/{id}` or `/study/{id}` is first
 * opened, so Cornerstone may be imported statically anywhere below it. `SeriesView` fills the window.
 *
 * - `seriesId`: show this series (the strip shows all series of its study).
 * - `studyId`: show this study, beginning with its first series that has pixels.
 * - `onClose()`: leave the viewer; the shell goes back to the archive where one left it.
 * - `onSeries(id)`: the person turned to another series of the study; the shell changes the address (without a new
 *   step in the history), so that it can be bookmarked. The shell then hands `seriesId` down again.
 *
 * Exactly one of `seriesId` and `studyId` is given. Texts: `t("viewport.…")` of `../prefs`, from
 * `core/messages/viewport.ts`; data: `io/api.ts`; names and numbers: `fmt()`, `core/names.ts`.
 */
import { learn } from "../../core/messages.ts";
import { beyond } from "../../core/messages/beyond.ts";
import { viewport } from "../../core/messages/viewport.ts";
import { volume } from "../../core/messages/volume.ts";

learn(viewport, volume, beyond);

export { SeriesView, type SeriesViewProps } from "./SeriesView.tsx";

/** Fetch the part that draws and start it, before there is something to draw. */
export const warmUp = async (): Promise<void> => {
  const engine = await import("./engine/index.ts");
  engine.canDrawVolumes(); // asks the graphics card, which takes a while
  engine.warmUp();
};
