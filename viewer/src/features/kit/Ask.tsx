import type { ComponentChildren } from "preact";

import { t } from "../prefs/index.ts";
import { Dialog } from "./Dialog.tsx";

interface AskProps {
  readonly title: string;
  readonly confirm: string;
  readonly children: ComponentChildren;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}

/** Asks before something is taken away: what it is, a way back, and a way on. */
export function Ask({ title, confirm, children, onConfirm, onClose }: AskProps) {
  return (
    <Dialog title={title} class="ask" onClose={onClose}>
      <div class="dialog-body">{children}</div>
      <footer class="dialog-foot">
        <button type="button" class="button" onClick={onClose}>
          {t("action.cancel")}
        </button>
        <button type="button" class="button danger" autofocus onClick={onConfirm}>
          {confirm}
        </button>
      </footer>
    </Dialog>
  );
}
