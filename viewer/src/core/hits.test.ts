import { describe, expect, it } from "vitest";

import { makePatient } from "../../dev/mock-data.ts";
import { formats } from "./format.ts";
import { elsewhere, inUnits, marked, markedDate, type Piece } from "./hits.ts";
import { translator } from "./messages.ts";
import type { Hit } from "./model.ts";

const fmt = formats("en-GB", translator("en"));
const hit = (field: string, text: string, ...spans: readonly [number, number][]): Hit => ({ field, text, spans });
/** Pieces as one text, what was found between stars. */
const stars = (pieces: readonly Piece[]): string => pieces.map(({ text, found }) => (found ? `*${text}*` : text)).join("");

describe("what was found", () => {
  it("is counted in code points by the server, and in UTF-16 units here", () => {
    expect(inUnits("𠮷田", [[1, 2]])).toEqual([[2, 3]]);
    expect(inUnits("plain", [[0, 99]])).toEqual([[0, 5]]);
  });

  it.each([
    ["ROSSI, Mario", "ROSSI^Mario", [[0, 3]], "*ROS*SI, Mario"],
    ["ROSSI, Mario Luigi, Dott.", "ROSSI^Mario^Luigi^Dott.", [[0, 5], [6, 8]], "*ROSSI*, *Ma*rio Luigi, Dott."],
    ["𠮷田 太郎", "𠮷田^太郎", [[3, 5]], "𠮷田 *太郎*"],
    ["O'BRIEN, Anna", "O'BRIEN^Anna^^", [[0, 7]], "*O'BRIEN*, Anna"],
    ["something else", "ROSSI^Mario", [[0, 3]], "*something else*"],
    ["", "^", [[0, 1]], ""],
  ] as const)("is marked in %s", (shown, raw, spans, wanted) => {
    expect(stars(marked(shown, raw, [{ field: "name", text: raw, spans }], "name"))).toBe(wanted);
  });

  it("is marked only where it was found", () => {
    expect(stars(marked("R-1", "R-1", [hit("accession", "R-1", [0, 3])], "id"))).toBe("R-1");
    expect(stars(marked("R-1", "R-1", [hit("id", "R-2", [0, 3])], "id"))).toBe("R-1");
  });

  it("is the year, or the whole date", () => {
    expect(stars(markedDate("19620314", [hit("born", "19620314", [0, 4])], "born", fmt))).toBe("14 Mar *1962*");
    expect(stars(markedDate("19620314", [hit("born", "19620314", [0, 8])], "born", fmt))).toBe("*14 Mar 1962*");
    expect(stars(markedDate("19620314", [], "born", fmt))).toBe("14 Mar 1962");
  });
});

describe("a hit that the row does not show", () => {
  const patient = { ...makePatient(1), name: { alphabetic: "ROSSI^Mario", ideographic: "", phonetic: "" }, birth_date: "19700312" };
  const told = (...hits: readonly Hit[]): string => {
    const found = elsewhere(patient, hits, fmt);
    return found === undefined ? "" : `${found.field}: ${stars(found.pieces)}`;
  };

  it("is told, and one that it shows is not", () => {
    expect(told(hit("name", "ROSSI^Mario", [0, 3]), hit("description", "Torace basale", [0, 6]))).toBe("description: *Torace* basale");
    expect(told(hit("name", "ROSSI^Mario", [0, 3]), hit("born", "19700312", [0, 4]))).toBe("");
    expect(told(hit("name", "VERDI^Mario", [0, 5]))).toBe("name: *VERDI*, Mario");
    expect(told(hit("date", "19990101", [0, 4]))).toBe("date: 01 Jan *1999*");
  });

  it("is told from shortly before it in a long text", () => {
    const text = `${"a ".repeat(5000)}torace`;
    expect(told(hit("description", text, [10_000, 10_006]))).toBe(`description: …${"a ".repeat(12)}*torace*`);
  });

  it("in a field that this page does not know is not told", () => {
    expect(told(hit("colour", "blue", [0, 4]))).toBe("");
  });
});
