import { Icon } from "../features/kit/index.ts";
import { fmt, t } from "../features/prefs/index.ts";
import type { Status } from "../core/model.ts";

/** The last line of the page: how much is in the room, whether it is sealed, where it lies. */
export function StatusLine({ status }: { readonly status: Status | undefined }) {
  return <footer class="status-line">{status === undefined ? null : <Told status={status} />}</footer>;
}

function Told({ status }: { readonly status: Status }) {
  const counts = [
    status.max_patients === null
      ? t("count.patients", { count: status.patients })
      : t("count.patientsOf", { count: status.max_patients, now: status.patients }),
    t("count.studies", { count: status.studies }),
    t("count.series", { count: status.series }),
    t("count.images", { count: status.instances }),
    fmt().bytes(status.bytes),
  ];
  if (status.key_source === "memory") return <InMemory counts={counts} />;
  const hint = status.sealed ? t("status.sealedHint", { cipher: status.cipher, place: status.key_place }) : t("status.openHint");
  return (
    <>
      <span class="status-counts">{counts.join(" · ")}</span>
      <span class={status.sealed ? "status-seal" : "status-seal warn"} title={hint}>
        <Icon name={status.sealed ? "lock" : "unlock"} size={13} />
        {t(status.sealed ? "status.sealed" : "status.open")}
      </span>
      <span class="status-folder ellipsis" title={t("status.folder", { folder: status.folder })}>
        <bdi>{status.folder}</bdi>
      </span>
      <span class="spring" />
      <span class="status-quiet">{t("app.notForDiagnosis")}</span>
      <span class="status-quiet">{t("status.version", { version: status.version })}</span>
    </>
  );
}

/** Of a session there is neither a folder nor a seal to tell. */
const InMemory = ({ counts }: { readonly counts: readonly string[] }) => (
  <>
    <span class="status-counts">{counts.join(" · ")}</span>
    <span class="status-seal">{t("media.memory")}</span>
    <span class="spring" />
    <span class="status-quiet">{t("app.notForDiagnosis")}</span>
  </>
);
