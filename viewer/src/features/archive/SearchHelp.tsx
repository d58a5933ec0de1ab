import { useRef } from "preact/hooks";

import type { MessageKey } from "../../core/messages.ts";
import { t } from "../prefs/index.ts";

const EXAMPLES = ["name", "born", "modality", "date", "quoted", "without", "label"] as const;
const example = (one: (typeof EXAMPLES)[number]): MessageKey => `search.${one}`;

/** What may be typed into the box, told by examples that can be tried with a click. */
export function SearchHelp({ onTry }: { readonly onTry: (words: string) => void }) {
  const popover = useRef<HTMLDivElement>(null);
  const place = (button: HTMLElement): void => {
    const { left, bottom } = button.getBoundingClientRect();
    popover.current?.style.setProperty("left", `${Math.max(8, Math.min(left, innerWidth - 408))}px`);
    popover.current?.style.setProperty("top", `${bottom + 8}px`);
  };
  return (
    <>
      <button
        type="button"
        class="icon-button text search-help-button"
        popovertarget="search-help"
        aria-label={t("search.help")}
        title={t("search.help")}
        onClick={(event) => {
          place(event.currentTarget);
        }}
      >
        ?
      </button>
      <div ref={popover} id="search-help" popover="auto" class="search-help" role="dialog" aria-label={t("search.help")}>
        <p>{t("search.helpWords")}</p>
        <dl>
          {EXAMPLES.map((one) => (
            <div key={one}>
              <dt>
                <button
                  type="button"
                  class="code search-example"
                  onClick={() => {
                    popover.current?.hidePopover();
                    onTry(t(example(one)));
                  }}
                >
                  {t(example(one))}
                </button>
              </dt>
              <dd>{t(`search.${one}Hint`)}</dd>
            </div>
          ))}
        </dl>
        <p class="quiet">{t("search.helpFields")}</p>
      </div>
    </>
  );
}
