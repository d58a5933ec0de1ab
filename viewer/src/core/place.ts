/**
 * Where this page lives: in the archive itself, or in a session (`/sessions/ID/…`), which has the same pages and routes
 * over something that is not kept.
 */

const SESSION = /^\/sessions\/([^/]+)(?=\/|$)/;

let session: string | undefined;

/** Say at which address the page was opened: once, before anything else asks. */
export function arriveAt(path: string): void {
  session = SESSION.exec(path)?.[1];
}

/** The session this page shows; undefined in the archive itself. */
export const sessionHere = (): string | undefined => session;

/** What stands before every path of ours: the empty string, but in a session. */
const before = (): string => (session === undefined ? "" : `/sessions/${session}`);

/** What only the server as a whole has. */
const EVERYWHERE = /^\/(api\/(sessions|media)|sessions)(\/|$)/;

/** The address of a path of the archive, or of the session that is shown. */
export const address = (path: string): string => (EVERYWHERE.test(path) ? path : before() + path);

/** The path inside the archive or session of an address; undefined when that lies elsewhere. */
export function pathWithin(path: string): string | undefined {
  const front = before();
  if (path === front) return "/";
  return path.startsWith(`${front}/`) ? path.slice(front.length) : undefined;
}
