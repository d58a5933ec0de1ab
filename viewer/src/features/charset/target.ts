import type { Patient, Root } from "../../core/model.ts";

/** Whose files are to be read by another character set. */
export type CharsetTarget = { readonly kind: "root"; readonly root: Root } | { readonly kind: "patient"; readonly patient: Patient };

export interface CharsetProps {
  readonly target: CharsetTarget;
  /** Their files have been read again; `patient` is who they are now: a name that reads differently is another entry. */
  readonly onDone: (patient: string | undefined) => void;
  readonly onClose: () => void;
}
