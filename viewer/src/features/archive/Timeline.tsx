import { timeline } from "../../core/timeline.ts";
import { studyTitle } from "../../core/people.ts";
import { fmt, t } from "../prefs/index.ts";
import type { ArchiveStore } from "./archiveStore.ts";

/** A slim line of the years over the jacket, a dot for each study; a click leads to it. The tree below says the same to who does not see. */
export function Timeline({ store }: { readonly store: ArchiveStore }) {
  const { jacket } = store;
  const marks = timeline(jacket.studies.value?.items ?? []);
  const [first, last] = [marks[0], marks.at(-1)];
  if (first === undefined || last === undefined) return null;
  const at = jacket.entry()?.study.id;
  return (
    <div class="timeline" aria-hidden="true">
      <span>{first.study.date.slice(0, 4)}</span>
      <div class="timeline-line">
        {marks.map(({ study, at: place }) => (
          <button
            key={study.id}
            type="button"
            tabIndex={-1}
            class={study.id === at ? "timeline-dot on" : "timeline-dot"}
            style={{ left: `${place * 100}%` }}
            title={[fmt().date(study.date), studyTitle(study, t), study.modalities.join(" ")].filter((text) => text !== "").join(" · ")}
            onClick={() => {
              store.enter("jacket");
              jacket.toggle(study.id, true);
              jacket.stand(study.id);
            }}
          />
        ))}
      </div>
      <span>{last.study.date.slice(0, 4)}</span>
    </div>
  );
}
