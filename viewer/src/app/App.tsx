import type { Route } from "../core/routes.ts";
import type { SeriesViewProps } from "../features/viewport/index.ts";
import { Lazy } from "./Lazy.tsx";
import { leave, navigate, route } from "./router.ts";

const loadViewer = async () => (await import("../features/viewport/index.ts")).SeriesView;

const showSeries = (id: string): void => {
  navigate({ page: "series", id }, { replace: true });
};

export function App() {
  return <PageOf route={route.value} />;
}

function PageOf({ route: at }: { route: Route }) {
  switch (at.page) {
    case "series":
      return <Lazy<SeriesViewProps> load={loadViewer} props={{ seriesId: at.id, onClose: leave, onSeries: showSeries }} />;
    case "study":
      return <Lazy<SeriesViewProps> load={loadViewer} props={{ studyId: at.id, onClose: leave, onSeries: showSeries }} />;
    default:
      return <main />;
  }
}
