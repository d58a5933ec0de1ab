import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

import { findingRoute, findingText, isHint, subjectText } from "../../core/checking.ts";
import type { Finding, Trouble } from "../../core/model.ts";
import { routePath } from "../../core/routes.ts";
import { Icon } from "../kit/index.ts";
import { fmt, t } from "../prefs/index.ts";
import type { CheckStore } from "./checkStore.ts";

interface FindingGroupProps {
  readonly store: CheckStore;
  readonly trouble: Trouble;
  readonly count: number;
  readonly open: boolean;
}

/** One kind of finding: how often, what to do about it, and each of them, fetched when it is opened. */
export function FindingGroup({ store, trouble, count, open }: FindingGroupProps) {
  const shown = useSignal(open);
  const some = store.findings.value.get(trouble);
  useEffect(() => {
    if (shown.value && some === undefined) void store.more(trouble);
  }, [shown.value, some, store, trouble]);
  const left = count - (some?.length ?? 0);
  return (
    <details class={isHint(trouble) ? "findings" : "findings wrong"} open={shown.value} onToggle={(event) => (shown.value = event.currentTarget.open)}>
      <summary>
        <Icon name={isHint(trouble) ? "info" : "warning"} />
        <span>{t(`check.${trouble}`)}</span>
        <span class="findings-count">{fmt().number(count)}</span>
      </summary>
      <p class="quiet">{t(`check.${trouble}.do`)}</p>
      <ul>
        {(some ?? []).map((one, index) => (
          <Line key={index} finding={one} />
        ))}
      </ul>
      {some === undefined || left <= 0 ? null : (
        <button type="button" class="link" onClick={() => void store.more(trouble)}>
          {t("check.more", { count: left })}
        </button>
      )}
    </details>
  );
}

function Line({ finding }: { readonly finding: Finding }) {
  const to = findingRoute(finding);
  const about = subjectText(finding, t, fmt());
  const text = findingText(finding, t, fmt());
  return (
    <li>
      {about === "" || to === undefined ? about : <a class="link" href={routePath(to)}>{about}</a>}
      {finding.path === "" ? null : <code>{finding.path}</code>}
      {text === "" ? null : <span class="quiet">{text}</span>}
    </li>
  );
}
