import { Ask, Icon } from "../kit/index.ts";
import { t } from "../prefs/index.ts";

interface UndoDialogProps {
  readonly images: number;
  readonly onUndo: () => void;
  readonly onClose: () => void;
}

/** Asks before an import is taken back. */
export const UndoDialog = ({ images, onUndo, onClose }: UndoDialogProps) => (
  <Ask title={t("undo.title")} confirm={t("undo.confirm")} onConfirm={onUndo} onClose={onClose}>
    <p class="ask-promise">
      <Icon name="folder" />
      <span>
        <strong>{t("remove.stay")}</strong> {t("undo.what", { count: images })}
      </span>
    </p>
  </Ask>
);
