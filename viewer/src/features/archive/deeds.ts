import { signal } from "@preact/signals";

import type { Patient, Series } from "../../core/model.ts";
import { sessionHere } from "../../core/place.ts";
import type { Route } from "../../core/routes.ts";
import { ApiError } from "../../io/http.ts";
import { type MenuItem, openMenu, toast } from "../kit/index.ts";
import { t } from "../prefs/index.ts";
import type { ArchiveStore, Chosen } from "./archiveStore.ts";

const FORMS = [
  ["nii.gz", "NIfTI"],
  ["nrrd", "NRRD"],
  ["dicom", "DICOM"],
] as const;

/** What may be done with the entry under the hand: the same by key, by menu and by button. */
export class Deeds {
  /** The entry that is to be removed, once the person says so. */
  readonly removing = signal<Chosen | undefined>(undefined);
  /** The series of whose images all attributes are shown. */
  readonly telling = signal<Series | undefined>(undefined);

  /** The patient of whom one says what the files are written in. */
  readonly lettering = signal<Patient | undefined>(undefined);

  /** The series whose files contradict each other, while one looks at them. */
  readonly contradicted = signal<string | undefined>(undefined);

  /** The series that is being saved as a file of another kind. */
  readonly saving = signal<{ readonly series: Series; readonly form: "nii.gz" | "nrrd" | "dicom" } | undefined>(undefined);

  /** The entry that is to be sent to another node, while one says to which. */
  readonly sending = signal<Chosen | undefined>(undefined);

  /** What is being written to a disc, a stick or a ZIP. */
  readonly writing = signal<Chosen | undefined>(undefined);

  constructor(
    private readonly store: ArchiveStore,
    private readonly go: (route: Route) => void,
    private readonly toggleDetails: () => void,
  ) {}

  /** Open the viewer: of a patient, their latest study. */
  open(what: { readonly level: "patient" } | { readonly level: "study" | "series"; readonly id: string }): void {
    if (what.level === "series") this.go({ page: "series", id: what.id });
    else if (what.level === "study") this.go({ page: "study", id: what.id });
    else void this.#openLatest();
  }

  async #openLatest(): Promise<void> {
    const studies = await this.store.jacket.arrived();
    const latest = studies?.items[0];
    if (latest !== undefined) this.go({ page: "study", id: latest.id });
  }

  /** From the list into the jacket, as soon as there is one. */
  async #intoJacket(): Promise<void> {
    const patient = this.store.patient.value?.id;
    await this.store.jacket.arrived();
    if (this.store.pane.value !== "patients" || this.store.patient.value?.id !== patient) return;
    this.store.enter("jacket");
    const jacket = (): HTMLElement | null => document.getElementById("jacket");
    if (jacket() === null) await new Promise(requestAnimationFrame); // it is being drawn
    jacket()?.focus();
  }

  openChosen(): void {
    const chosen = this.store.chosen();
    if (chosen === undefined) return;
    this.open(chosen.level === "patient" ? { level: "patient" } : { level: chosen.level, id: chosen.entry.id });
  }

  askToRemove(): void {
    this.removing.value = this.store.chosen();
  }

  /** Keys that both lists know. Answers whether the key was one of them. */
  key(event: KeyboardEvent): boolean {
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    switch (event.key) {
      case "Delete":
      case "Backspace":
        this.askToRemove();
        return true;
      case "ArrowRight":
        if (this.store.pane.value !== "patients") return false;
        void this.#intoJacket();
        return true;
      case "i":
        this.toggleDetails();
        return true;
      default:
        return false;
    }
  }

  menu(from: MouseEvent | HTMLElement): void {
    const chosen = this.store.chosen();
    if (chosen === undefined) return;
    openMenu(
      t("action.menu"),
      [
        {
          label: t(chosen.level === "patient" ? "archive.openPatient" : "archive.open"),
          icon: "open",
          hint: "↵",
          run: () => {
            this.openChosen();
          },
        },
        ...this.#ofPatient(chosen),
        ...this.#ofSeries(chosen),
        ...this.#written(chosen),
        {
          label: t("send.menu"),
          icon: "globe",
          run: () => {
            this.sending.value = chosen;
          },
        },
        {
          label: t("remove.menu"),
          icon: "trash",
          hint: "Del",
          danger: true,
          run: () => {
            this.removing.value = chosen;
          },
        },
      ],
      from,
    );
  }

  /** Of what is not kept nothing is written either: it is on its medium. */
  #written(chosen: Chosen): MenuItem[] {
    if (sessionHere() !== undefined) return [];
    return [{ label: t("write.menu"), icon: "disc", run: () => { this.writing.value = chosen; } }];
  }

  #ofPatient(chosen: Chosen): MenuItem[] {
    if (chosen.level !== "patient") return [];
    const { entry } = chosen;
    return [{ label: t("charset.menu"), icon: "document", run: () => { this.lettering.value = entry; } }];
  }

  #ofSeries(chosen: Chosen): MenuItem[] {
    if (chosen.level !== "series") return [];
    const { entry } = chosen;
    const attributes: MenuItem = {
      label: t("attributes.menu"),
      icon: "document",
      run: () => {
        this.telling.value = entry;
      },
    };
    const saves = FORMS.map(
      ([form, name]): MenuItem => ({
        label: t("convert.menu", { form: name }),
        icon: "download",
        run: () => {
          this.saving.value = { series: entry, form };
        },
      }),
    );
    if (entry.conflicts === 0) return [attributes, ...saves];
    return [
      attributes,
      ...saves,
      {
        label: t("conflict.menu"),
        icon: "warning",
        run: () => {
          this.contradicted.value = entry.id;
        },
      },
    ];
  }

  /** The person said so. */
  async remove(chosen: Chosen): Promise<void> {
    this.removing.value = undefined;
    await orSay(async () => {
      const takeBack = await this.store.remove(chosen.entry.id);
      toast({
        text: t("remove.done"),
        action: {
          label: t("action.undo"),
          run: () =>
            void orSay(async () => {
              await takeBack();
              toast({ text: t("remove.restored") });
            }),
        },
      });
    });
  }
}

/** Do it, or say why not. */
async function orSay(deed: () => Promise<void>): Promise<void> {
  try {
    await deed();
  } catch (error) {
    toast({ kind: "bad", text: t(error instanceof ApiError ? `error.${error.code}` : "error.internal") });
  }
}
