/** What the person prefers: language and theme. Kept in this browser, and read by every feature. */
export { fmt, language, setLanguage, t } from "./language.ts";
export { setTheme, theme, THEMES, type Theme } from "./theme.ts";
