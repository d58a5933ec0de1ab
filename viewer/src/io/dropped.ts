/** What is dropped on a page: files, and all that is in folders. */
import type { Dropped } from "../core/others.ts";

/** More than a look is for; the rest of what was dropped is left. */
const MOST_FILES = 20_000;

/** The files that were chosen in the browser's own dialog. */
export const chosen = (files: Iterable<File>): Dropped[] => [...files].map((file) => ({ file, path: file.webkitRelativePath === "" ? file.name : file.webkitRelativePath }));

/** Call it while the drop is being handled: afterwards the browser has forgotten what was dropped. */
export async function dropped(transfer: Pick<DataTransfer, "items" | "files">): Promise<readonly Dropped[]> {
  const entries = [...transfer.items].flatMap((item) => item.webkitGetAsEntry() ?? []);
  if (entries.length === 0) return chosen(transfer.files);
  const found: Dropped[] = [];
  for (const entry of entries) await gather(entry, "", found);
  return found;
}

async function gather(entry: FileSystemEntry, above: string, found: Dropped[]): Promise<void> {
  if (found.length >= MOST_FILES) return;
  const path = `${above}${entry.name}`;
  if (isFile(entry)) {
    const file = await new Promise<File>((resolve, reject) => {
      entry.file(resolve, reject);
    });
    found.push({ file, path });
  } else if (isFolder(entry)) {
    const reader = entry.createReader();
    // a reader gives a hundred at a time, and none at the end
    for (let some = await read(reader); some.length > 0; some = await read(reader)) {
      for (const one of some) await gather(one, `${path}/`, found);
    }
  }
}

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile;
const isFolder = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory;

const read = (reader: FileSystemDirectoryReader): Promise<readonly FileSystemEntry[]> =>
  new Promise((resolve, reject) => {
    reader.readEntries(resolve, reject);
  });
