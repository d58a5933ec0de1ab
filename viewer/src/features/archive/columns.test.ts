import { beforeEach, describe, expect, it, vi } from "vitest";

import { translator } from "../../core/messages.ts";

const load = async () => {
  vi.resetModules();
  return import("./columns.ts");
};

describe("the columns", () => {
  beforeEach(() => {
    localStorage.clear();
  });

  it("are the usual ones at first, and those that were chosen ever after", async () => {
    const first = await load();
    expect(first.shownOf("patient").value).toEqual(["birth", "id", "sex", "studies", "modalities", "last"]);
    first.show("patient", "size", true);
    first.show("patient", "sex", false);
    first.show("study", "institution", false);
    const again = await load();
    expect(again.shownOf("patient").value).toEqual(["birth", "id", "studies", "size", "modalities", "last"]);
    expect(again.shownOf("study").value).not.toContain("institution");
    expect(again.shownOf("series").value).toContain("plane");
    again.showUsual();
    expect((await load()).shownOf("patient").value).toEqual(["birth", "id", "sex", "studies", "modalities", "last"]);
  });

  it("may all be put away, and what this page does not know is passed over", async () => {
    localStorage.setItem("fileroom.columns.series", "moonphase,plane");
    expect((await load()).shownOf("series").value).toEqual(["plane"]);
    localStorage.setItem("fileroom.columns.series", "");
    expect((await load()).shownOf("series").value).toEqual([]);
  });

  it("have a name each", async () => {
    const { CHOICES } = await load();
    const names = Object.values(CHOICES).flatMap((all) => all.map((one) => translator("it")(one.label)));
    expect(names.every((name) => name !== "")).toBe(true);
  });
});
