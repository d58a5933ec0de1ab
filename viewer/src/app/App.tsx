import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";

import { sessionHere } from "../core/place.ts";
import { ArchivePage } from "../features/archive/index.ts";
import { CheckPage } from "../features/check/index.ts";
import { FoldersPage } from "../features/folders/index.ts";
import { ImportDialog } from "../features/imports/index.ts";
import type { ImportsPageProps, LedgerPageProps } from "../features/ledger/index.ts";
import { MenuHost, ToastHost } from "../features/kit/index.ts";
import type { MatchesPageProps } from "../features/matches/index.ts";
import type { PacsPageProps } from "../features/pacs/index.ts";
import { t } from "../features/prefs/index.ts";
import type { UpkeepPageProps } from "../features/upkeep/index.ts";
import { SignInPage } from "../features/session/index.ts";
import type { SeriesViewProps } from "../features/viewport/index.ts";
import { Header } from "./Header.tsx";
import { Lazy } from "./Lazy.tsx";
import { leave, navigate, route } from "./router.ts";
import { importRoot, rebuild } from "../io/api.ts";
import { archive, check, chooser, folders, imports, signedOut, start } from "./services.ts";
import { StatusLine } from "./StatusLine.tsx";
import { nextViewing, type Viewing } from "./viewing.ts";

const loadViewer = async () => (await import("../features/viewport/index.ts")).SeriesView;

const loadMedia = async () => (await import("../features/media/index.ts")).MediaPage;
const loadOthers = async () => (await import("../features/others/index.ts")).OthersPage;
const loadOpened = async () => (await import("../features/others/index.ts")).OpenedPage;
const loadSessionBar = async () => (await import("../features/media/index.ts")).SessionBar;
const HERE = sessionHere();
if (HERE !== undefined) document.documentElement.style.setProperty("--session-bar", "32px");

const loadPacs = async () => (await import("../features/pacs/index.ts")).PacsPage;
const PACS: PacsPageProps = { onChanged: () => void archive.refresh() };

const loadUpkeep = async () => (await import("../features/upkeep/index.ts")).UpkeepPage;
const UPKEEP: UpkeepPageProps = { onChanged: () => void archive.refresh() };

const loadImports = async () => (await import("../features/ledger/index.ts")).ImportsPage;
const IMPORTS: ImportsPageProps = { onGo: navigate };
const loadLedger = async () => (await import("../features/ledger/index.ts")).LedgerPage;
const onUndone = (): void => void archive.refresh();

const loadMatches = async () => (await import("../features/matches/index.ts")).MatchesPage;
const MATCHES: MatchesPageProps = { onChanged: () => void archive.refresh() };

const showSeries = (id: string): void => {
  navigate({ page: "series", id }, { replace: true });
};

export function App() {
  const viewing = useRef<Viewing | undefined>(undefined);
  if (signedOut.value) {
    viewing.current = undefined; // whoever signs in next finds nothing
    return (
      <Frame bare>
        <SignInPage onSignedIn={start} />
      </Frame>
    );
  }
  viewing.current = nextViewing(viewing.current, route.value);
  const viewed = viewing.current;
  return (
    <>
      {HERE === undefined ? null : <Lazy load={loadSessionBar} props={{ id: HERE }} silent />}
      {viewed?.aside === false ? null : <Pages />}
      {viewed === undefined ? null : <Viewer key={viewed.visit} viewing={viewed} />}
      {imports.shown.value ? <ImportDialog store={imports} chooser={chooser} /> : null}
      <MenuHost />
      <ToastHost />
    </>
  );
}

function Viewer({ viewing: { page, id, aside } }: { readonly viewing: Viewing }) {
  const which = page === "series" ? { seriesId: id } : { studyId: id };
  return <Lazy<SeriesViewProps> load={loadViewer} props={{ ...which, aside, onClose: leave, onSeries: showSeries }} silent={aside} />;
}

function Pages() {
  return (
    <Frame>
      <PageOf />
    </Frame>
  );
}

function PageOf() {
  const at = route.value;
  switch (at.page) {
    case "imports":
      return <Lazy<ImportsPageProps> load={loadImports} props={IMPORTS} quiet />;
    case "folders":
      return (
        <FoldersPage
          store={folders}
          outdated={archive.status.value?.outdated === true}
          onImport={() => {
            imports.show();
          }}
          onAgain={(root) => {
            imports.show();
            void imports.begin(() => importRoot(root.id));
          }}
          onRebuild={(paths) => {
            imports.show();
            void imports.begin(() => rebuild(paths), true);
          }}
          onReread={() => void archive.refresh()}
        />
      );
    case "check":
      return <CheckPage store={check} />;
    case "media":
      return <Lazy load={loadMedia} props={{}} quiet />;
    case "others":
      return <Lazy key={HERE ?? ""} load={HERE === undefined ? loadOthers : loadOpened} props={{}} quiet />;
    case "pacs":
      return <Lazy<PacsPageProps> load={loadPacs} props={PACS} quiet />;
    case "upkeep":
      return <Lazy<UpkeepPageProps> load={loadUpkeep} props={UPKEEP} quiet />;
    case "matches":
      return <Lazy<MatchesPageProps> load={loadMatches} props={MATCHES} quiet />;
    case "ledger":
      return <Lazy<LedgerPageProps> key={at.id} load={loadLedger} props={{ id: at.id, onUndone }} quiet />;
    case "archive":
      return (
        <ArchivePage
          store={archive}
          onGo={navigate}
          onImport={() => {
            imports.show();
          }}
        />
      );
    default:
      return (
        <main class="alone">
          <p class="quiet">{t("page.unknown")}</p>
        </main>
      );
  }
}

/** Header above, status line below, and the demo's banner between when these are phantoms. */
function Frame({ bare = false, children }: { readonly bare?: boolean; readonly children: ComponentChildren }) {
  return (
    <div class="frame">
      <Header bare={bare} />
      {archive.status.value?.demo === true ? <p class="banner">{t("app.demo")}</p> : null}
      {children}
      {bare ? null : <StatusLine status={archive.status.value} />}
    </div>
  );
}
