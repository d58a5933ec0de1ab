/** The scripts that character sets are made for, by their codes in ISO 15924. */
const SCRIPTS: Readonly<Record<string, readonly string[]>> = {
  Latn: ["iso-8859-1", "windows-1252", "iso-8859-2", "windows-1250", "iso-8859-3", "iso-8859-4", "iso-8859-9", "windows-1254", "iso-8859-15"],
  Cyrl: ["windows-1251", "iso-8859-5", "koi8-r"],
  Grek: ["iso-8859-7", "windows-1253"],
  Arab: ["iso-8859-6", "windows-1256"],
  Hebr: ["iso-8859-8", "windows-1255"],
  Hans: ["gb18030"],
  Hant: ["big5"],
  Jpan: ["shift_jis", "euc-jp"],
  Kore: ["euc-kr"],
  Thai: ["tis-620"],
};

/** The script of a set; undefined for one of all scripts. */
export const scriptOf = (charset: string): string | undefined => Object.keys(SCRIPTS).find((script) => SCRIPTS[script]?.includes(charset));
