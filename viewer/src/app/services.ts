/** The stores of the app, made once and handed down. */
import { effect, signal, untracked } from "@preact/signals";

import { ArchiveStore } from "../features/archive/index.ts";
import { CheckStore } from "../features/check/index.ts";
import { FolderStore } from "../features/folders/index.ts";
import { ChooserStore, ImportStore } from "../features/imports/index.ts";
import { toast } from "../features/kit/index.ts";
import { t } from "../features/prefs/index.ts";
import { Pending } from "../core/pending.ts";
import { sessionHere } from "../core/place.ts";
import * as api from "../io/api.ts";
import { listenToJob } from "../io/events.ts";
import { onSignedOut } from "../io/http.ts";
import { recall } from "../io/storage.ts";
import { navigate, route } from "./router.ts";

export const archive = new ArchiveStore(api);
archive.jacket.setHideDerived(recall("derived", ["hidden", "shown"]) === "hidden");
export const chooser = new ChooserStore(api);
export const imports = new ImportStore({
  api,
  listen: listenToJob,
  onFound: () => void archive.refresh(),
  onEndUnseen: (summary) => {
    toast({
      text:
        summary.kind === "rebuild"
          ? t("rebuild.done")
          : sessionHere() === undefined
            ? t("import.toast", { images: t("count.images", { count: summary.instances }) })
            : t("look.toast", { files: t("count.files", { count: summary.files }) }), // a DICOMDIR had listed its images before
      action: {
        label: t("import.show"),
        run: () => {
          navigate({ page: "ledger", id: summary.import });
        },
      },
    });
  },
});

export const folders = new FolderStore(api, () => void archive.refresh());
export const check = new CheckStore(api, listenToJob);

/** How many possible matches wait for an answer; 0 while it is not known. */
export const matches = signal(0);

/** In a large archive looking for matches takes a while: then it is done when one goes to their page. */
const MOST_COUNTED_UNASKED = 20_000;
effect(() => {
  const patients = archive.status.value?.patients ?? 0;
  if (patients > 0 && patients <= MOST_COUNTED_UNASKED) void api.matches().then(
      (all) => (matches.value = all.length),
      () => undefined, // their page says what is the matter
    );
});

export const signedOut = signal(false);

/** While somebody looks into a jacket the viewer comes, so that what is opened next need not wait for its program. */
const LOOKING_MS = 400;
let coming = false;
effect(() => {
  if (coming || archive.patient.value === undefined || route.value.page !== "archive") return;
  coming = true;
  setTimeout(() => {
    // not come: it is asked for again when something is opened
    import("../features/viewport/index.ts").then(({ warmUp }) => warmUp()).catch(() => undefined);
  }, LOOKING_MS);
});

/** Begin, or begin anew after signing in. */
export function start(): void {
  signedOut.value = false;
  const at = route.value;
  void archive.start(at.page === "archive" ? at.entry : undefined);
  // nothing running, or nobody to ask: both leave us without a job to follow
  imports.resume().catch(() => undefined);
  imports.lookAround().catch(() => undefined); // from here on
}

/** What watched folders bring in is shown by itself, within seconds; a page that nobody looks at asks nothing. */
const LOOK_AROUND_MS = 3000;
setInterval(() => {
  if (signedOut.value || document.visibilityState === "hidden") return;
  imports.lookAround().catch(() => undefined); // no answer now: the next time
  lookForMedia().catch(() => undefined); // the same
  if (route.value.page === "folders") folders.refresh().catch(() => undefined);
}, LOOK_AROUND_MS);

/** A disc or stick that is plugged in is offered, and never opened unasked; a session has no eye on others. */
let plugged: ReadonlySet<string> | undefined;
async function lookForMedia(): Promise<void> {
  if (sessionHere() !== undefined) return;
  const now = await api.media();
  const news = plugged === undefined ? [] : now.filter((medium) => plugged?.has(medium.path) === false);
  plugged = new Set(now.map((medium) => medium.path));
  if (route.value.page === "media") return; // it is listed there
  for (const medium of news) {
    toast({
      text: t("media.appeared", { label: medium.label }),
      action: {
        label: t("media.look"),
        run: () => {
          navigate({ page: "media" });
        },
      },
    });
  }
}

/** Another program may have written meanwhile (an import in a terminal): who comes back to the page sees what is there now. */
addEventListener("focus", () => {
  if (!signedOut.value && route.value.page === "archive") archive.lookAgain().catch(() => undefined); // the list says what is the matter
});

onSignedOut(() => {
  signedOut.value = true;
});

/** Writing it down can wait until the images have come, and is not forgotten when one leaves before that. */
const WRITTEN_MS = 2000;
const remembered = new Pending(WRITTEN_MS, (id: string) => {
  api.opened(id).catch(() => undefined); // the viewer itself says what is the matter
});
addEventListener("pagehide", () => {
  remembered.now();
});

/** What was opened in the viewer is remembered, by what one went in with: leafing through its series adds nothing. */
let viewing = false;
effect(() => {
  const at = route.value;
  const inViewer = at.page === "study" || at.page === "series";
  if (inViewer && !viewing) remembered.later(at.id);
  if (!inViewer) remembered.now();
  viewing = inViewer;
});

/** The address names the patient in hand (by an id that means nothing elsewhere), so that it can be bookmarked. */
effect(() => {
  const patient = archive.patient.value;
  const at = route.value;
  if (at.page !== "archive" || patient === undefined || at.entry === patient.id) return;
  untracked(() => {
    navigate({ page: "archive", entry: patient.id }, { replace: true });
  });
});
