import { describe, expect, it } from "vitest";

import { LANGUAGES, learn, TABLES } from "./messages.ts";
import { others } from "./messages/others.ts";
import { handedIn, isSerious, REFUSALS, refusalOf, REMARKS, sizeOf } from "./others.ts";

learn(others);

describe("other files", () => {
  it.each(LANGUAGES)("have words for every remark and refusal in %s", (language) => {
    const codes = [...REMARKS.map((one) => `remark.${one}`), ...REFUSALS.map((one) => `refusal.${one}`)];
    expect(codes.filter((code) => !(code in TABLES[language]))).toEqual([]);
  });

  it("are handed in as a list and their bytes", async () => {
    const body = handedIn([new File(["abc"], "a.nii"), new File(["d"], "b.mhd")].map((file) => ({ file, path: file.name })));
    expect(await body.text()).toBe('[{"name":"a.nii","size":3},{"name":"b.mhd","size":1}]\nabcd');
  });

  it("have their size told without axes of one", () => {
    expect(sizeOf([33, 41, 25, 1])).toBe("33 × 41 × 25");
    expect(sizeOf([64, 64, 36, 2])).toBe("64 × 64 × 36 × 2");
    expect(sizeOf([240, 1, 1, 1])).toBe("240 × 1");
  });

  it("warn where left might be right", () => {
    expect(isSerious("no_orientation")).toBe(true);
    expect(isSerious("complex")).toBe(false);
    expect(refusalOf("bomb")).toBe("bomb");
    expect(refusalOf("something else")).toBeUndefined();
  });
});
