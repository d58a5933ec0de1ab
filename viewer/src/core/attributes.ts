/** The attributes of a file as lines: found as one types, and as text to copy. */
import type { Attribute } from "./model.ts";

const plain = (text: string): string => text.toLowerCase().replace(/[(),]/g, "");

/** The lines that hold every word, in tag, keyword, name or value; a tag as `0008,0060` or `00080060`. */
export function soughtAttributes(lines: readonly Attribute[], words: string): readonly Attribute[] {
  const wanted = plain(words).split(/\s+/).filter((word) => word !== "");
  if (wanted.length === 0) return lines;
  return lines.filter(({ tag, vr, keyword, name, value }) => {
    const text = plain(`${tag} ${vr} ${keyword} ${name} ${value}`);
    return wanted.every((word) => text.includes(word));
  });
}

/** One attribute a line, those of sequences indented. */
export function attributesText(lines: readonly Attribute[]): string {
  return lines.map(({ depth, tag, vr, name, value }) => `${"  ".repeat(depth)}${tag} ${vr} ${name}: ${value}`.trimEnd()).join("\n");
}
