/** The other files that were opened by their paths, if the user wants that to be kept. */
import { json, request } from "./http.ts";

export interface RecentPaths {
  readonly keep: boolean;
  /** The newest first. */
  readonly paths: readonly string[];
}

const ADDRESS = "/api/others/recent";

export const recentPaths = (): Promise<RecentPaths> => json(ADDRESS);

/** Keep them from now on, or not: then those that were kept are forgotten. */
export const keepPaths = (keep: boolean): Promise<RecentPaths> => json(ADDRESS, { method: "PUT", body: { keep } });

export async function forgetPaths(): Promise<void> {
  await request(ADDRESS, { method: "DELETE" });
}
