/** Person Names (PS3.5 6.2.1.1) as people write them. */
import type { PersonName } from "./model.ts";

/** The five components of one group: family complex, given, middle, prefix, suffix. */
export interface NameParts {
  readonly family: string;
  readonly given: string;
  readonly middle: string;
  readonly prefix: string;
  readonly suffix: string;
}

/**
 * Control characters (an escape that no character set explained, say) have no place in a name on a page; nor have the marks
 * that turn the direction of text, by which one name can be made to look like another.
 */
const UNSEEN = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

const components = (group: string): string[] =>
  group
    .replace(UNSEEN, "")
    .split("^")
    .map((part) => part.trim());

export function nameParts(group: string): NameParts {
  const [family = "", given = "", middle = "", prefix = "", suffix = ""] = components(group);
  return { family, given, middle, prefix, suffix };
}

/** `ROSSI^Mario^^Dott.` → `ROSSI, Mario, Dott.`; the family name as it stands in the file. */
export function showGroup(group: string): string {
  const { family, given, middle, prefix, suffix } = nameParts(group);
  const own = [given, middle].filter((part) => part !== "").join(" ");
  return [family, own, prefix, suffix].filter((part) => part !== "").join(", ");
}

/** Ideographic and phonetic groups are written without a comma: 山田 太郎, やまだ たろう. */
function showPlain(group: string): string {
  return components(group)
    .filter((part) => part !== "")
    .join(" ");
}

/** The name to show first: the alphabetic group, else another that is there. `""` when there is none. */
export function mainName(name: PersonName): string {
  return showGroup(name.alphabetic) || showPlain(name.ideographic) || showPlain(name.phonetic);
}

/** The other groups, as the page writes them and as they stand in the file. */
export function otherGroups(name: PersonName): { readonly shown: string; readonly raw: string }[] {
  const main = mainName(name);
  return [name.ideographic, name.phonetic].map((raw) => ({ shown: showPlain(raw), raw })).filter(({ shown }) => shown !== "" && shown !== main);
}

/** The other groups, in small type beside it: `山田 太郎 · やまだ たろう`. */
export const otherNames = (name: PersonName): string =>
  otherGroups(name)
    .map((group) => group.shown)
    .join(" · ");
