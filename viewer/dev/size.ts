import { gzipSync } from "node:zlib";

import type { Plugin, Rollup } from "vite";

/** Says after the build what the first page costs, gzipped, and fails the build when it is more than `limit` bytes. */
export function firstLoad(limit: number): Plugin {
  return {
    name: "fileroom:first-load",
    apply: "build",
    generateBundle(_options, bundle) {
      const files = [...firstFiles(bundle)].sort();
      const sizes = files.map((file) => gzipSync(content(bundle[file])).length);
      const total = sizes.reduce((sum, size) => sum + size, 0);
      const lines = files.map((file, index) => `  ${kib(sizes[index] ?? 0)}  ${file}`);
      this.info(`first load ${kib(total)} gzip of ${kib(limit)} allowed\n${lines.join("\n")}`);
      if (total > limit) this.error(`the first load is ${kib(total)} gzip, more than ${kib(limit)}`);
    },
  };
}

/** The entry, what it imports at once, and their style sheets; lazy chunks are left out. */
function firstFiles(bundle: Rollup.OutputBundle): Set<string> {
  const found = new Set<string>();
  const visit = (file: string): void => {
    const chunk = bundle[file];
    if (found.has(file) || chunk === undefined) return;
    found.add(file);
    if (chunk.type !== "chunk") return;
    chunk.imports.forEach(visit);
    chunk.viteMetadata?.importedCss.forEach(visit);
  };
  for (const [file, chunk] of Object.entries(bundle)) if (chunk.type === "chunk" && chunk.isEntry) visit(file);
  return found;
}

function content(file: Rollup.OutputAsset | Rollup.OutputChunk | undefined): string | Uint8Array {
  if (file === undefined) return "";
  return file.type === "chunk" ? file.code : file.source;
}

const kib = (bytes: number): string => `${(bytes / 1024).toFixed(1)} KiB`;
