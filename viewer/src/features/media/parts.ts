import type { Patient, Series, Study } from "../../core/model.ts";

/** What is written: of a patient some studies, of a study some series. */
export type Written =
  | { readonly level: "patient"; readonly entry: Patient }
  | { readonly level: "study"; readonly entry: Study }
  | { readonly level: "series"; readonly entry: Series };

/** An entry that is written, unless it is left out. */
export interface Part {
  readonly id: string;
  readonly title: string;
  readonly images: number;
}
