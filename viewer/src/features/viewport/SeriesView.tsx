import { t } from "../prefs/index.ts";

export interface SeriesViewProps {
  readonly seriesId?: string;
  readonly studyId?: string;
  readonly onClose: () => void;
  readonly onSeries: (id: string) => void;
}

export function SeriesView({ onClose }: SeriesViewProps) {
  return (
    <main>
      <p>{t("viewport.placeholder")}</p>
      <button type="button" onClick={onClose}>
        {t("viewer.back")}
      </button>
    </main>
  );
}
