import { SearchBox } from "../features/archive/index.ts";
import { ProgressChip } from "../features/imports/index.ts";
import { Icon, type IconName, openMenu } from "../features/kit/index.ts";
import { fmt, language, setLanguage, setTheme, t, theme, type Theme, THEMES } from "../features/prefs/index.ts";
import { LANGUAGES } from "../core/messages.ts";
import { sessionHere } from "../core/place.ts";
import { routePath } from "../core/routes.ts";
import { Mark } from "./Mark.tsx";
import { navigate, route } from "./router.ts";
import { archive, imports, matches } from "./services.ts";

const THEME_ICONS: Readonly<Record<Theme, IconName>> = { auto: "auto", light: "sun", dark: "moon" };

function themeMenu(button: HTMLElement): void {
  const items = THEMES.map((one) => ({
    label: t(`theme.${one}`),
    checked: one === theme.value,
    run: () => {
      setTheme(one);
    },
  }));
  openMenu(t("header.theme"), items, button);
}

function languageMenu(button: HTMLElement): void {
  const items = LANGUAGES.map((one) => ({
    label: t(`language.${one}`),
    checked: one === language.value,
    run: () => {
      setLanguage(one);
    },
  }));
  openMenu(t("header.language"), items, button);
}

function Preferences() {
  return (
    <>
      <button
        type="button"
        class="icon-button text"
        aria-haspopup="menu"
        aria-label={t("header.language")}
        title={t("header.language")}
        onClick={(event) => {
          languageMenu(event.currentTarget);
        }}
      >
        {language.value.toUpperCase()}
      </button>
      <button
        type="button"
        class="icon-button"
        aria-haspopup="menu"
        aria-label={t("header.theme")}
        title={t("header.theme")}
        onClick={(event) => {
          themeMenu(event.currentTarget);
        }}
      >
        <Icon name={THEME_ICONS[theme.value]} />
      </button>
    </>
  );
}

/** The top of every page but the viewer. `bare` is for those who are not signed in. */
export function Header({ bare = false }: { readonly bare?: boolean }) {
  const { page } = route.value;
  return (
    <header class="masthead">
      <a class="brand" href={routePath({ page: "archive" })}>
        <Mark />
        <span>{t("app.name")}</span>
      </a>
      {bare ? <span class="spring" /> : page === "archive" ? <SearchBox store={archive} /> : <BackToArchive />}
      {bare ? null : sessionHere() === undefined ? <MainButtons /> : <ProgressChip store={imports} />}
      <Preferences />
    </header>
  );
}

const seldom = (here: boolean): string => (here ? "button plain seldom on" : "button plain seldom");

function MainButtons() {
  const { page } = route.value;
  return (
    <>
      <ProgressChip store={imports} />
      <a class={page === "media" ? "button plain on" : "button plain"} href={routePath({ page: "media" })}>
        <Icon name="disc" />
        <span>{t("media.title")}</span>
      </a>
      <a class={page === "pacs" ? "button plain on" : "button plain"} href={routePath({ page: "pacs" })}>
        <Icon name="globe" />
        <span>{t("pacs.title")}</span>
      </a>
      <a class={page === "others" ? "button plain on" : "button plain"} href={routePath({ page: "others" })}>
        <Icon name="open" />
        <span>{t("others.title")}</span>
      </a>
      <a class={seldom(page === "folders")} title={t("header.folders")} href={routePath({ page: "folders" })}>
        <Icon name="folder" />
        <span>{t("header.folders")}</span>
      </a>
      <a class={seldom(page === "matches")} title={t("header.matches")} href={routePath({ page: "matches" })}>
        <Icon name="person" />
        <span>{t("header.matches")}</span>
        <Count of={matches.value} />
      </a>
      <a class={seldom(["imports", "ledger"].includes(page))} title={t("header.imports")} href={routePath({ page: "imports" })}>
        <Icon name="clock" />
        <span>{t("header.imports")}</span>
      </a>
      <a class={seldom(page === "check")} title={t("header.check")} href={routePath({ page: "check" })}>
        <Icon name="check" />
        <span>{t("header.check")}</span>
      </a>
      <button
        type="button"
        class="button primary"
        onClick={() => {
          imports.show();
        }}
      >
        <Icon name="download" />
        <span>{t("header.import")}</span>
      </button>
    </>
  );
}

/** How many wait for an answer. */
const Count = ({ of }: { readonly of: number }) => (of === 0 ? null : <span class="count-badge">{fmt().number(of)}</span>);

function BackToArchive() {
  return (
    <>
      <button
        type="button"
        class="button plain"
        onClick={() => {
          navigate({ page: "archive" });
        }}
      >
        <Icon name="back" />
        <span>{t("header.archive")}</span>
      </button>
      <span class="spring" />
    </>
  );
}
