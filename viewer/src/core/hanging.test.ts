import { describe, expect, it } from "vitest";

import { hang, layoutFor, priorsOf, regionOf } from "./hanging.ts";
import type { Series } from "./model.ts";

interface Told {
  readonly study?: string;
  readonly date?: string;
  readonly about?: string;
}

let made = 0;
function series(modality: string, { study = "now", date = "20240101", about = "", ...values }: Partial<Omit<Series, "study">> & Told = {}): Series {
  made += 1;
  return {
    id: `s${made}`,
    modality,
    rows: 512,
    description: "",
    body_part_examined: "",
    protocol_name: "",
    frame_of_reference_uid: "",
    plane: null,
    original: true,
    study: { id: study, date, description: about },
    ...values,
  } as unknown as Series;
}

describe("regionOf", () => {
  it.each([
    [{ body_part_examined: "CHEST" }, "chest"],
    [{ description: "TC torace senza mdc" }, "chest"],
    [{ about: "RM encefalo" }, "head"],
    [{ description: "T2_SAG_LSPINE" }, "spine"],
    [{ body_part_examined: "KNEE", about: "Ginocchio dx" }, "knee"],
    [{ body_part_examined: "JAW" }, "jaw"],
    [{}, undefined],
  ] as const)("of %j is %s", (values, region) => {
    expect(regionOf(series("CT", values))).toBe(region);
  });
});

const now = series("CT", { about: "TC torace", plane: "axial", description: "thin" });
const older = series("CT", { study: "2022", date: "20220101", about: "Chest" });
const old = series("CT", { study: "2023", date: "20230101", about: "CT thorax" });
const oldThin = series("CT", { study: "2023", date: "20230101", about: "CT thorax", plane: "axial", description: "thin" });
const head = series("CT", { study: "2023b", date: "20230601", about: "CT head" });
const later = series("CT", { study: "2025", date: "20250101", about: "CT thorax" });

describe("priorsOf", () => {
  it("are earlier, of the same modality and region, the newest and most alike first", () => {
    expect(priorsOf(now, [now, older, old, oldThin, head, later, series("MR", { study: "m", date: "2020", about: "chest" })])).toEqual([oldThin, old, older]);
  });
});

describe("hang", () => {
  const soft = series("CT", { about: "TC torace" });
  const scout = series("SR", { rows: null });

  it.each([
    ["alone", "1x1", [now]],
    ["with an earlier one beside", "1x2", [now, oldThin]],
    ["and what else the study has", "2x2", [now, oldThin, soft, undefined]],
  ] as const)("puts a CT %s", (_name, layout, expected) => {
    expect(hang(now, [now, soft, scout, old, oldThin, head], layout)).toEqual(expected);
  });

  it("puts PET beside the CT of the same space", () => {
    const ct = series("CT", { frame_of_reference_uid: "1.2" });
    const other = series("CT", { frame_of_reference_uid: "1.3" });
    const pet = series("PT", { frame_of_reference_uid: "1.2" });
    expect(hang(pet, [other, ct, pet], "1x2")).toEqual([pet, ct]);
    expect(layoutFor(pet, [other, ct, pet])).toBe("1x2");
    expect(layoutFor(pet, [other, pet])).toBe("1x1");
  });

  it.each([
    ["MG", 4, "2x2"],
    ["MG", 2, "1x2"],
    ["DX", 2, "1x2"],
    ["DX", 1, "1x1"],
    ["CT", 4, "1x1"],
    ["US", 9, "1x1"],
  ] as const)("begins %s of %i series with %s", (modality, count, layout) => {
    const all = Array.from({ length: count }, () => series(modality));
    expect(layoutFor(all[0] ?? now, all)).toBe(layout);
  });
});
