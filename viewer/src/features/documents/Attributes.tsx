import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

import { soughtAttributes } from "../../core/attributes.ts";
import type { Attribute } from "../../core/model.ts";
import { attributes } from "../../io/api.ts";
import { ApiError, isAbort } from "../../io/http.ts";
import { t } from "../prefs/index.ts";

/** More lines than anyone reads; typing finds the others. */
const MOST = 500;

/** Whether a line names no person: neither the patient's group nor any Person Name. */
const tellsNobody = ({ tag, vr }: Attribute): boolean => !tag.startsWith("(0010,") && vr !== "PN";

/** All attributes of a file, as lines. */
export function Attributes({ instanceId, nameless }: { readonly instanceId: string; readonly nameless: boolean }) {
  const lines = useSignal<readonly Attribute[]>([]);
  const words = useSignal("");
  const problem = useSignal<ApiError | undefined>(undefined);
  useEffect(() => {
    const request = new AbortController();
    lines.value = [];
    problem.value = undefined;
    attributes(instanceId, request.signal).then(
      (found) => {
        lines.value = found;
      },
      (error: unknown) => {
        if (!isAbort(error)) problem.value = error instanceof ApiError ? error : new ApiError("internal", 0, String(error));
      },
    );
    return () => {
      request.abort();
    };
  }, [instanceId, lines, problem]);
  if (problem.value !== undefined) return <p role="alert">{t(`error.${problem.value.code}`)}</p>;
  const sought = soughtAttributes(nameless ? lines.value.filter(tellsNobody) : lines.value, words.value).slice(0, MOST);
  return (
    <section class="bd-attributes">
      <input
        type="text"
        spellcheck={false}
        autocomplete="off"
        aria-label={t("beyond.find")}
        placeholder={t("beyond.find")}
        value={words.value}
        onInput={(event) => {
          words.value = event.currentTarget.value;
        }}
      />
      <table>
        <tbody>
          {sought.map((line, index) => (
            <tr key={index}>
              <td class="bd-code" style={{ paddingInlineStart: `${6 + line.depth * 14}px` }}>
                {line.tag}
              </td>
              <td class="bd-code bd-quiet">{line.vr}</td>
              <td>{line.name || line.keyword}</td>
              <td>
                <bdi>{line.value}</bdi>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
