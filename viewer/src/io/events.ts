/** The progress of a job as it happens (server-sent events, docs/http-api.md). */
import type { Job, Progress } from "../core/model.ts";
import { jobEventsUrl } from "./api.ts";

export interface JobListener {
  onProgress(progress: Progress): void;
  /** The job is over, well or not. Nothing comes after this. */
  onEnd(job: Job): void;
  /** The line broke and the browser gave up; one may ask `GET /api/jobs` and listen again. */
  onLost(): void;
}

/** Listen to a job; call what is returned to stop. The browser itself reconnects while the line is merely shaky. */
export function listenToJob(job: string, listener: JobListener): () => void {
  const source = new EventSource(jobEventsUrl(job));
  source.addEventListener("progress", (event: MessageEvent<string>) => {
    listener.onProgress(JSON.parse(event.data) as Progress);
  });
  source.addEventListener("end", (event: MessageEvent<string>) => {
    source.close();
    listener.onEnd(JSON.parse(event.data) as Job);
  });
  source.addEventListener("error", () => {
    if (source.readyState !== EventSource.CLOSED) return;
    listener.onLost();
  });
  return () => {
    source.close();
  };
}
