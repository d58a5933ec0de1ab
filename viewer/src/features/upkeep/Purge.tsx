import { useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";

import { mainName } from "../../core/names.ts";
import type { Purged, PurgeReport } from "../../core/model.ts";
import * as api from "../../io/api.ts";
import { Ask, Icon } from "../kit/index.ts";
import { fmt, t } from "../prefs/index.ts";
import { said } from "./said.ts";

/** What a purge would delete, and (once it was confirmed) doing it. Only copies that the archive owns are spoken of. */
export function Purge({ onChanged }: { readonly onChanged: () => void }) {
  const report = useSignal<PurgeReport | undefined>(undefined);
  const problem = useSignal("");
  const asking = useSignal(false);
  const ask = useMemo(
    () => async (how: () => Promise<PurgeReport>): Promise<void> => {
      problem.value = "";
      try {
        report.value = await how();
      } catch (error) {
        problem.value = said(error);
      }
    },
    [report, problem],
  );
  useEffect(() => void ask(api.wouldPurge), [ask]);
  const found = report.value;
  return (
    <section aria-labelledby="upkeep-purge">
      <h2 id="upkeep-purge">{t("purge.title")}</h2>
      <p class="quiet">{t("purge.intro")}</p>
      <p class="form-problem" role="alert">
        {problem.value}
      </p>
      {found === undefined ? null : <Told report={found} onAsk={() => (asking.value = true)} />}
      {found === undefined || !asking.value ? null : (
        <Ask
          title={t("purge.askTitle")}
          confirm={t("purge.confirm")}
          onClose={() => (asking.value = false)}
          onConfirm={() => {
            asking.value = false;
            void ask(api.purge).then(onChanged);
          }}
        >
          <p>{t("purge.ask", { count: found.files, size: fmt().bytes(found.bytes), studies: found.entries.length })}</p>
          <p class="ask-promise">
            <Icon name="warning" />
            <span>
              <strong>{t("purge.forGood")}</strong> {t("purge.others")}
            </span>
          </p>
        </Ask>
      )}
    </section>
  );
}

function Told({ report, onAsk }: { readonly report: PurgeReport; readonly onAsk: () => void }) {
  const { done, files, bytes, entries, left } = report;
  const size = fmt().bytes(bytes);
  return (
    <>
      {done && files > 0 ? <p role="status">{t("purge.done", { count: files, size })}</p> : null}
      {files === 0 ? <p role="status">{t("purge.none")}</p> : null}
      {done || files === 0 ? null : (
        <>
          <Entries entries={entries} />
          <button type="button" class="button danger" onClick={onAsk}>
            {t("purge.button", { count: files, size })}
          </button>
        </>
      )}
      {left.length === 0 ? null : (
        <>
          <p>{t("purge.left")}</p>
          <ul class="upkeep-list">
            {left.map((path) => (
              <li key={path}>
                <bdi>{path}</bdi>
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

const Entries = ({ entries }: { readonly entries: readonly Purged[] }) => (
  <table class="upkeep-table">
    <thead>
      <tr>
        <th>{t("purge.study")}</th>
        <th class="number">{t("purge.files")}</th>
        <th class="number">{t("purge.size")}</th>
      </tr>
    </thead>
    <tbody>
      {entries.map((entry, index) => (
        <tr key={index}>
          <td>
            <bdi>{mainName(entry.patient) || t("archive.anonymous")}</bdi>, {[fmt().date(entry.date), entry.description].filter((text) => text !== "").join(" ") || t("purge.untitled")}
          </td>
          <td class="number">{fmt().number(entry.files)}</td>
          <td class="number">{fmt().bytes(entry.bytes)}</td>
        </tr>
      ))}
    </tbody>
  </table>
);
