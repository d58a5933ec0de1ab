/** In what two files of one image differ, in the words of the reader. */
import type { Translate } from "./messages.ts";
import type { ConflictFile, Difference } from "./model.ts";

/** One sentence where it says all; undefined where the differences have to be listed. */
export function inShort(file: ConflictFile, t: Translate): string | undefined {
  if (file.problem !== "") return t("conflict.apart");
  const [first, ...more] = file.differences;
  if (first === undefined) return t("conflict.same");
  return first.keyword === "PixelData" && more.length === 0 ? t("conflict.pixels") : undefined;
}

/** The name of an attribute: the standard's own, but for pixels and private ones. */
export function differenceName({ keyword, name }: Difference, t: Translate): string {
  return keyword === "PixelData" || keyword === "private" ? t(`conflict.name.${keyword}`) : name;
}

/** Both values: of the file that is shown, and of the other. */
export function bothValues({ one, other }: Difference, t: Translate): readonly [string, string] {
  if (one === "" && other === "") return ["", t("conflict.differs")];
  return [one === "" ? t("conflict.none") : one, other === "" ? t("conflict.none") : other];
}
