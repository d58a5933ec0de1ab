import { marked } from "../../core/hits.ts";
import type { Hit } from "../../core/model.ts";
import { Marked } from "./Marked.tsx";

/** The labels of an entry as chips. */
export const Labels = ({ labels, hits = [] }: { readonly labels: readonly string[]; readonly hits?: readonly Hit[] }) => (
  <>
    {labels.map((label) => (
      <span key={label} class="label-chip">
        <Marked pieces={marked(label, label, hits, "label")} />
      </span>
    ))}
  </>
);
