import { useEffect, useRef } from "preact/hooks";

import { Icon } from "../kit/index.ts";
import { t } from "../prefs/index.ts";
import type { ArchiveStore } from "./archiveStore.ts";
import { SearchHelp } from "./SearchHelp.tsx";

const TYPING = "input, textarea, select, [contenteditable]";

/** `/` comes here from anywhere on the page, except while one types or answers a dialog. */
function useSlash(focus: () => void): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target instanceof Element && event.target.closest(TYPING) !== null) return;
      if (document.querySelector("dialog[open]") !== null) return;
      event.preventDefault();
      focus();
    };
    addEventListener("keydown", onKeyDown);
    return () => {
      removeEventListener("keydown", onKeyDown);
    };
  }, [focus]);
}

/** The question to the archive; the answer is the list below. */
export function SearchBox({ store }: { readonly store: ArchiveStore }) {
  const input = useRef<HTMLInputElement>(null);
  const focus = useRef(() => {
    input.current?.select();
    input.current?.focus();
  });
  useSlash(focus.current);
  const words = store.words.value;
  const clear = (): void => {
    store.search("");
  };
  return (
    <search class="search">
     <div class="search-box">
      <Icon name="search" />
      <input
        ref={input}
        type="text"
        inputMode="search"
        autocomplete="off"
        spellcheck={false}
        aria-label={t("header.searchLabel")}
        placeholder={t("header.search")}
        value={words}
        onInput={(event) => {
          store.search(event.currentTarget.value);
        }}
        onKeyDown={(event) => {
          if (event.key === "Escape" && words !== "") clear();
          else if (event.key === "Enter" || event.key === "ArrowDown") document.getElementById("patients")?.focus();
          else return;
          event.preventDefault();
        }}
      />
      {words === "" ? (
        <kbd aria-hidden="true">/</kbd>
      ) : (
        <button type="button" class="icon-button" aria-label={t("header.clear")} title={t("header.clear")} onClick={clear}>
          <Icon name="close" size={14} />
        </button>
      )}
      <span class="only-heard" role="status">
        {store.answered.value === "" ? "" : t(store.answer.value.more ? "archive.foundMore" : "archive.found", { count: store.patients.total.value ?? 0 })}
      </span>
     </div>
      <SearchHelp
        onTry={(example) => {
          store.search(example);
          input.current?.focus();
        }}
      />
    </search>
  );
}
