import { Dialog, Icon } from "../kit/index.ts";
import { t } from "../prefs/index.ts";

interface UndoDialogProps {
  readonly images: number;
  readonly onUndo: () => void;
  readonly onClose: () => void;
}

/** Asks before an import is taken back. */
export function UndoDialog({ images, onUndo, onClose }: UndoDialogProps) {
  return (
    <Dialog title={t("undo.title")} class="ask" onClose={onClose}>
      <div class="dialog-body">
        <p class="ask-promise">
          <Icon name="folder" />
          <span>
            <strong>{t("remove.stay")}</strong> {t("undo.what", { count: images })}
          </span>
        </p>
      </div>
      <footer class="dialog-foot">
        <button type="button" class="button" onClick={onClose}>
          {t("action.cancel")}
        </button>
        <button type="button" class="button danger" autofocus onClick={onUndo}>
          {t("undo.confirm")}
        </button>
      </footer>
    </Dialog>
  );
}
