import type { Contours } from "../../core/contents.ts";
import { t } from "../prefs/index.ts";

/** Outlines whose images are not here: what they are of. */
export function Structures({ contours }: { readonly contours: Contours }) {
  return (
    <section>
      <p>{t("beyond.over.noSubject")}</p>
      {contours.damaged > 0 && <p role="alert">{t("beyond.damaged", { count: contours.damaged })}</p>}
      <h2>{t("beyond.structures", { count: contours.structures.length })}</h2>
      <table class="bd-table">
        <tbody>
          {contours.structures.map((one, index) => (
            <tr key={index}>
              <td>
                <bdi>{one.label}</bdi>
              </td>
              <td class="bd-quiet">{one.what}</td>
              <td class="bd-quiet">{t("beyond.outlines", { count: one.contours.length })}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
