import { describe, expect, it } from "vitest";

import { breadcrumbs, byReason, cleanPath, detailText, fraction, lastPart, leftOut, occurred, whoText } from "./importing.ts";
import { learn, translator } from "./messages.ts";
import { ledger } from "./messages/ledger.ts";
import { type ImportSummary, type LedgerEntry, OUTCOMES, type Outcome, type Progress, type ReasonCount } from "./model.ts";

learn(ledger);

const summary = (counts: Partial<Record<Outcome, number>>): ImportSummary => ({
  ...(Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as Record<Outcome, number>),
  ...{ import: 1, kind: "import", state: "done", files: 0, patients: 0, studies: 0, series: 0, instances: 0, bytes: 0, seconds: 0, roots: [], started: "", ended: "", who: "mario", message: "" },
  ...counts,
});

describe("a pasted path", () => {
  it.each([
    ["/mnt/nas", "/mnt/nas"],
    ["  /mnt/nas \n", "/mnt/nas"],
    ["'/mnt/my scans'", "/mnt/my scans"],
    ['"C:\\Users\\Anna\\CT"', "C:\\Users\\Anna\\CT"],
    ["file:///mnt/my%20scans", "/mnt/my scans"],
    ["file:///C:/Users/Anna", "C:/Users/Anna"],
    ["file://localhost/mnt", "/mnt"],
    ["file:///mnt/100%", "/mnt/100%"],
    ["'", "'"],
    ["", ""],
  ])("%j is %j", (pasted, expected) => {
    expect(cleanPath(pasted)).toBe(expected);
  });
});

describe("breadcrumbs", () => {
  it.each([
    ["/", ["/"], ["/"]],
    ["/mnt/nas", ["/", "mnt", "nas"], ["/", "/mnt", "/mnt/nas"]],
    ["C:\\Users\\Anna", ["C:", "Users", "Anna"], ["C:\\", "C:\\Users", "C:\\Users\\Anna"]],
    ["\\\\nas\\scans\\2024", ["nas", "scans", "2024"], ["\\\\nas", "\\\\nas\\scans", "\\\\nas\\scans\\2024"]],
  ])("of %s", (path, names, paths) => {
    expect(breadcrumbs(path).map((crumb) => crumb.name)).toEqual(names);
    expect(breadcrumbs(path).map((crumb) => crumb.path)).toEqual(paths);
  });

  it("end with what the folder is called", () => {
    expect(lastPart("/mnt/nas/2024")).toBe("2024");
  });
});

describe("a summary", () => {
  it("tells what came in first and what was left out last, and only what occurred", () => {
    const told = summary({ not_dicom: 3, unreadable: 1, added: 5, unchanged: 2 });
    expect(occurred(told)).toEqual(["added", "unchanged", "unreadable", "not_dicom"]);
    expect(leftOut(told)).toBe(4);
  });

  it("knows every outcome there is", () => {
    const all = summary(Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 1])));
    expect([...occurred(all)].sort()).toEqual([...OUTCOMES].sort());
  });
});

describe("reasons", () => {
  const entry = (path: string, reason: LedgerEntry["reason"]): LedgerEntry => ({ path, outcome: "unreadable", reason, detail: "", size: 1 });

  it("are told once each, with their first paths", () => {
    const entries = [entry("/a", "truncated"), entry("/b", "permission_denied"), entry("/c", "truncated"), entry("/d", "truncated")];
    const counts: ReasonCount[] = [
      { outcome: "unreadable", reason: "truncated", files: 3000 },
      { outcome: "unreadable", reason: "permission_denied", files: 1 },
      { outcome: "not_dicom", reason: "no_dicom", files: 7 },
    ];
    expect(byReason(counts, entries, 2)).toEqual([
      { outcome: "unreadable", reason: "truncated", count: 3000, paths: ["/a", "/c"] },
      { outcome: "unreadable", reason: "permission_denied", count: 1, paths: ["/b"] },
      { outcome: "not_dicom", reason: "no_dicom", count: 7, paths: [] },
    ]);
  });
});

describe("how far an import is", () => {
  const at = (progress: Partial<Progress>): number | undefined =>
    fraction({ phase: "reading", done: 0, total: null, ...progress } as Progress);

  it.each([
    [{ total: null, done: 10 }, undefined],
    [{ total: 0, done: 0 }, undefined],
    [{ total: 200, done: 50 }, 0.25],
    [{ total: 200, done: 250 }, 1],
    [{ phase: "finishing", total: null }, 1],
  ] as const)("%j is %j", (progress, expected) => {
    expect(at(progress)).toBe(expected);
  });
});

describe("who and what exactly", () => {
  it.each([
    ["ends_early", "It breaks off in the middle of an element; copying it may not have come to its end."],
    ["/scans/before/IM1", "/scans/before/IM1"],
    ["", ""],
  ])("tells %s", (detail, text) => {
    expect(detailText(detail, translator("en"))).toBe(text);
  });

  it.each([
    ["page", "questa pagina"],
    ["watch", "nessuno: sorvegliata"],
    ["mario", "mario"],
    ["", ""],
  ])("names %s", (who, text) => {
    expect(whoText(who, translator("it"))).toBe(text);
  });
});
