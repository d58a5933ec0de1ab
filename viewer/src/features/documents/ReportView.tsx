import type { ComponentChildren } from "preact";

import { isLibrary, type Reference, type Report, type ReportEntry, type Whereabouts } from "../../core/contents.ts";
import { fmt, t } from "../prefs/index.ts";

type OnImage = (seriesId: string, sopInstanceUid: string, frame: number | undefined) => void;

interface Around {
  readonly known: Readonly<Record<string, Whereabouts>>;
  readonly onImage: OnImage;
  readonly nameless: boolean;
}

/** A report as people read it: headings, lines, tables. All text of the file is text here, and nothing else. */
export function ReportView({ report, ...around }: Around & { readonly report: Report }) {
  return (
    <div class="bd-report">
      <p class="bd-quiet">{standing(report, around.nameless)}</p>
      {report.entries.length === 0 && <p>{t("beyond.report.empty")}</p>}
      <Entries entries={report.entries} depth={2} {...around} />
    </div>
  );
}

/** When it was written, how far it has come, and who answers for it. */
function standing({ date, time, completion, verification, verified_by: by }: Report, nameless: boolean): string {
  const verified = verification === "VERIFIED";
  const parts = [
    date === "" ? "" : fmt().dateTime(date, time),
    completion === "" ? "" : t(completion === "COMPLETE" ? "beyond.report.complete" : "beyond.report.partial"),
    verification === "" ? "" : t(verified ? "beyond.report.verified" : "beyond.report.unverified"),
    verified && by.length > 0 && !nameless ? t("beyond.report.by", { names: by.join("; ") }) : "",
  ];
  return parts.filter((part) => part !== "").join(" · ");
}

interface EntriesProps extends Around {
  readonly entries: readonly ReportEntry[];
  readonly depth: number;
}

const Entries = ({ entries, ...rest }: EntriesProps) => (
  <>
    {entries.map((entry, index) => (
      <Entry key={index} entry={entry} {...rest} />
    ))}
  </>
);

interface EntryProps extends Around {
  readonly entry: ReportEntry;
  readonly depth: number;
}

function Entry({ entry, depth, ...around }: EntryProps) {
  if (entry.kind === "container") return <Container entry={entry} depth={depth} {...around} />;
  const long = entry.kind === "text" && (entry.value.length > LONG || entry.value.includes("\n"));
  return (
    <div class={long ? "bd-entry long" : "bd-entry"}>
      <p>
        {entry.name !== "" && <span class="bd-name">{entry.name}</span>} <Value entry={entry} {...around} />
      </p>
      {entry.children.length > 0 && (
        <div class="bd-inside">
          <Entries entries={entry.children} depth={depth} {...around} />
        </div>
      )}
    </div>
  );
}

/** A text that reads better below its name than beside it. */
const LONG = 90;

function Container({ entry, depth, ...around }: EntryProps) {
  const inside = entry.continuous ? (
    <p class="bd-text">
      <RunningText entries={entry.children} {...around} />
    </p>
  ) : (
    <Entries entries={entry.children} depth={depth + 1} {...around} />
  );
  const table = entry.table === null ? null : <Measurements table={entry.table} />;
  if (entry.name === "") return <section class="bd-section">{[table, inside]}</section>;
  if (isLibrary(entry)) return <Folded title={entry.name}>{inside}</Folded>;
  return (
    <section class="bd-section">
      <Heading depth={depth}>{entry.name}</Heading>
      {table}
      {entry.table === null ? inside : <Folded title={t("beyond.report.groups", { count: entry.table.rows.length })}>{inside}</Folded>}
    </section>
  );
}

const Folded = ({ title, children }: { readonly title: string; readonly children: ComponentChildren }) => (
  <details class="bd-folded">
    <summary>{title}</summary>
    {children}
  </details>
);

function Heading({ depth, children }: { readonly depth: number; readonly children: string }) {
  if (depth <= 2) return <h2>{children}</h2>;
  if (depth === 3) return <h3>{children}</h3>;
  return <h4>{children}</h4>;
}

/** What a container with continuous content says: its values one after the other, as sentences. */
const RunningText = ({ entries, ...around }: Around & { readonly entries: readonly ReportEntry[] }) => (
  <>
    {entries.map((entry, index) => (
      <span key={index}>
        <Value entry={entry} {...around} />{" "}
        {entry.kind === "container" && <RunningText entries={entry.children} {...around} />}
      </span>
    ))}
  </>
);

function Value({ entry, known, onImage, nameless }: Around & { readonly entry: ReportEntry }) {
  const { kind, value, unit } = entry;
  if (entry.references.length > 0) {
    return (
      <>
        {entry.references.map((reference, index) => (
          <Referred key={index} reference={reference} image={kind === "image"} place={known[reference.sop_instance_uid]} onImage={onImage} />
        ))}
      </>
    );
  }
  if (kind === "pname" && nameless) return <span class="bd-quiet">{t("viewport.nameless")}</span>;
  if (kind === "see") return <span class="bd-quiet">{t("beyond.report.see", { place: value })}</span>;
  return (
    <span class={kind === "uidref" ? "bd-value bd-code" : "bd-value"}>
      <bdi>{shown(kind, value)}</bdi>
      {unit !== "" && ` ${unit}`}
    </span>
  );
}

/** Dates and times as people write them; numbers as they were written. */
function shown(kind: string, value: string): string {
  if (kind === "date") return fmt().date(value);
  if (kind === "datetime") return fmt().dateTime(value.slice(0, 8), value.slice(8).split(/[+-]/)[0] ?? "");
  if (kind === "time") return value.replace(/^(\d\d)(\d\d)(?:(\d\d).*)?$/, (_all, hours: string, minutes: string, seconds: string | undefined) => [hours, minutes, seconds].filter((part) => part !== undefined).join(":"));
  return value;
}

interface ReferredProps {
  readonly reference: Reference;
  readonly image: boolean;
  readonly place: Whereabouts | undefined;
  readonly onImage: OnImage;
}

function Referred({ reference, image, place, onImage }: ReferredProps) {
  const frames = reference.frames.length > 0 ? ` · ${t("beyond.report.frames", { frames: reference.frames.join(", ") })}` : "";
  const name = `${t(image ? "beyond.report.image" : "beyond.report.object")}${frames}`;
  if (place === undefined) {
    return (
      <span class="bd-quiet" title={reference.sop_instance_uid}>
        {name} ({t("beyond.report.absent")})
      </span>
    );
  }
  return (
    <button
      type="button"
      class="bd-link"
      title={t("beyond.report.open")}
      onClick={() => {
        onImage(place.series, reference.sop_instance_uid, reference.frames[0]);
      }}
    >
      {name}
    </button>
  );
}

function Measurements({ table }: { readonly table: NonNullable<ReportEntry["table"]> }) {
  return (
    <div class="bd-wide">
      <table class="bd-table">
        <thead>
          <tr>
            {table.columns.map((column, index) => (
              <th key={index} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((row, index) => (
            <tr key={index}>
              {row.map((cell, place) => (
                <td key={place}>
                  <bdi>{cell}</bdi>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
