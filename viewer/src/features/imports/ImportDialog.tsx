import { Dialog, Icon, useLater } from "../kit/index.ts";
import { t } from "../prefs/index.ts";
import type { ChooserStore } from "./chooserStore.ts";
import { FolderChooser } from "./FolderChooser.tsx";
import { ImportProgress } from "./ImportProgress.tsx";
import type { ImportStore } from "./importStore.ts";

const loadResult = async () => (await import("../ledger/index.ts")).ImportResult;

interface ImportDialogProps {
  readonly store: ImportStore;
  readonly chooser: ChooserStore;
}

/** Choose, watch, read how it ended: one dialog, which may be closed at any time. */
export function ImportDialog({ store, chooser }: ImportDialogProps) {
  const close = (): void => {
    store.hide();
  };
  const running = store.running.value;
  const ended = store.ended.value;
  const Result = useLater(running !== undefined || ended !== undefined, loadResult);
  if (running !== undefined) {
    return (
      <Dialog key="running" title={t(running.rebuilds ? "rebuild.running" : "import.running")} class="import" onClose={close}>
        <ImportProgress running={running} onStop={() => void store.stop()} onHide={close} />
      </Dialog>
    );
  }
  if (ended !== undefined) {
    const done = ended.job.summary?.kind === "rebuild" ? "rebuild.done" : "import.done";
    const titles = { done, running: done, cancelled: "import.cancelled", failed: "import.failed" } as const;
    return (
      <Dialog key="ended" title={t(titles[ended.job.state])} class="import" onClose={close}>
        {Result === undefined ? null : (
          <Result
            job={ended.job}
            reasons={ended.reasons}
            onClose={close}
            onAgain={() => {
              store.again();
            }}
          />
        )}
      </Dialog>
    );
  }
  return (
    <Dialog key="choose" title={t("import.title")} class="import" onClose={close}>
      <ChooseBody store={store} chooser={chooser} />
      <footer class="dialog-foot">
        <StartProblem store={store} chooser={chooser} />
        <button type="button" class="button" onClick={close}>
          {t("action.cancel")}
        </button>
        <button type="button" class="button primary" disabled={chooser.path === ""} onClick={() => void store.start(chooser.path)}>
          {t(chooser.here ? "import.start" : "import.startPath")}
        </button>
      </footer>
    </Dialog>
  );
}

function ChooseBody({ store, chooser }: ImportDialogProps) {
  return (
    <div class="dialog-body choose">
      <p class="quiet">{t("import.intro")}</p>
      <form
        class="path-form"
        onSubmit={(event) => {
          event.preventDefault();
          void chooser.go(chooser.path);
        }}
      >
        <label for="import-path">{t("import.path")}</label>
        <input
          id="import-path"
          type="text"
          spellcheck={false}
          autocomplete="off"
          autofocus
          placeholder={t("import.pathHint")}
          value={chooser.typed.value}
          onInput={(event) => {
            chooser.type(event.currentTarget.value);
            store.forgetProblem();
          }}
        />
        <button type="submit" class="button" disabled={chooser.here}>
          {t("import.go")}
        </button>
      </form>
      <FolderChooser store={chooser} />
      <label class="copy-choice">
        <input
          type="checkbox"
          checked={store.copy.value}
          onChange={(event) => {
            store.chooseCopy(event.currentTarget.checked);
          }}
        />
        <span>
          {t("import.copy")} <span class="quiet">{t("import.copyHint")}</span>
        </span>
      </label>
    </div>
  );
}

/** Why it could not start, or why the path cannot be looked into; said beside the button that would try again. */
function StartProblem({ store, chooser }: ImportDialogProps) {
  const problem = store.problem.value ?? chooser.problem.value;
  if (problem === undefined) return <span class="dialog-say" />;
  const own = problem.code === "bad_request" || problem.code === "not_found";
  return (
    <span class="dialog-say bad" role="alert" title={problem.message}>
      <Icon name="warning" />
      <span>{t(own ? "import.gone" : `error.${problem.code}`)}</span>
    </span>
  );
}
