import { describe, expect, it, vi } from "vitest";

import type { Counts, Root } from "../../core/model.ts";
import { ApiError } from "../../io/http.ts";
import { type FolderApi, FolderStore } from "./folderStore.ts";

const drive = { id: 1, kind: "disk", filesystem_id: "uuid:1", label: "STICK", mount_point: "/media", state: "online" } as const;
const root = (id: number): Root => ({ id, path: `/media/${id}`, drive, added: "", last_import: "", files: 3, dicom: 2, watched: false, state: "online", hindrance: null, charset: "" });

function desk() {
  const api = {
    roots: vi.fn<FolderApi["roots"]>(() => Promise.resolve([root(1), root(2)])),
    watchRoot: vi.fn<FolderApi["watchRoot"]>((id, watched) => Promise.resolve({ ...root(id), watched, files: 4 })),
    forgetRoot: vi.fn<FolderApi["forgetRoot"]>(() => Promise.resolve({ instances: 5 } as Counts)),
    restoreRoot: vi.fn<FolderApi["restoreRoot"]>(() => Promise.resolve({ instances: 5 } as Counts)),
  };
  const changed = vi.fn();
  return { api, changed, store: new FolderStore(api, changed) };
}

describe("the list of folders", () => {
  it("is loaded, and stays as it is while there is no answer", async () => {
    const { store, api } = desk();
    expect(store.roots.value).toBeUndefined();
    await store.load();
    expect(store.roots.value?.map((one) => one.id)).toEqual([1, 2]);
    api.roots.mockRejectedValue(new ApiError("unreachable", 0, ""));
    await store.load();
    expect([store.roots.value?.length, store.problem.value?.code]).toEqual([2, "unreachable"]);
  });

  it("has switches that show at once what was asked for", async () => {
    const { store, api } = desk();
    await store.load();
    const turning = store.watch(root(2), true);
    expect(store.roots.value?.map((one) => one.watched)).toEqual([false, true]);
    await turning;
    expect(store.roots.value?.[1]?.files).toBe(4); // what the archive says counts
    api.watchRoot.mockRejectedValue(new ApiError("not_found", 404, ""));
    await expect(store.watch(root(1), true)).rejects.toThrow();
    expect(store.roots.value?.[0]?.watched).toBe(false);
  });

  it("says how much left the archive with a folder, and takes it back", async () => {
    const { store, api, changed } = desk();
    await store.load();
    api.roots.mockResolvedValue([root(2)]);
    expect(await store.forget(root(1))).toBe(5);
    expect(store.roots.value?.map((one) => one.id)).toEqual([2]);
    await store.restore(root(1));
    expect(api.restoreRoot).toHaveBeenCalledWith(1);
    expect(changed).toHaveBeenCalledTimes(2);
  });
});
