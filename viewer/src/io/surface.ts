/** The surface of a series, made by the server as a job and fetched once. */
import type { Job } from "../core/model.ts";
import { json, request } from "./http.ts";

const PAUSE = 300;

/** The file; undefined when the series has no such surface. */
export async function surfaceOf(
  seriesId: string,
  wanted: { readonly level: number; readonly downsample: number },
  onPart: (part: number) => void,
  stop: AbortSignal,
): Promise<Blob | undefined> {
  const { job } = await json<{ readonly job: string }>(`/api/series/${encodeURIComponent(seriesId)}/surface`, { method: "POST", body: wanted });
  const at = `/api/jobs/${encodeURIComponent(job)}`;
  for (;;) {
    const { state, progress } = await json<Job>(at);
    if (state === "done") return (await request(`${at}/surface`, {})).blob();
    if (state !== "running") return undefined;
    if (stop.aborted) {
      await request(at, { method: "DELETE" });
      throw new DOMException("stopped", "AbortError");
    }
    onPart(progress.done / Math.max(1, progress.total ?? 1));
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}
