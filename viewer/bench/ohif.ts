/** OHIF's own build, at the root of a port of its own, over the same DICOMweb server. Only `app-config.js` is ours. */
import { existsSync, readFileSync } from "node:fs";
import http from "node:http";
import path from "node:path";

import { packed } from "../e2e/driver/packed.ts";

const VERSION = "3.13.2";
const KINDS: Readonly<Record<string, string>> = {
  ".css": "text/css",
  ".html": "text/html",
  ".js": "text/javascript",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
  ".woff2": "font/woff2",
};

/** The folder of OHIF's built viewer: `FILEROOM_OHIF`, else npm's package. */
export function ohifFolder(): string | undefined {
  const named = process.env["FILEROOM_OHIF"];
  if (named !== undefined && named !== "") return named;
  const folder = packed("@ohif/app", VERSION);
  return folder !== undefined && existsSync(path.join(folder, "dist/index.html")) ? path.join(folder, "dist") : undefined;
}

const CONFIG = `window.config = {
  routerBasename: null,
  extensions: [],
  modes: [],
  showStudyList: true,
  maxNumberOfWebWorkers: 3,
  showLoadingIndicator: true,
  strictZSpacingForVolumeViewport: true,
  maxNumRequests: { interaction: 100, thumbnail: 5, prefetch: 25 },
  defaultDataSourceName: "fileroom",
  dataSources: [{
    namespace: "@ohif/extension-default.dataSourcesModule.dicomweb",
    sourceName: "fileroom",
    configuration: {
      friendlyName: "fileroom",
      name: "fileroom",
      wadoUriRoot: "/dicomweb",
      qidoRoot: "/dicomweb",
      wadoRoot: "/dicomweb",
      qidoSupportsIncludeField: true,
      imageRendering: "wadors",
      thumbnailRendering: "wadors",
      enableStudyLazyLoad: true,
      supportsFuzzyMatching: false,
      supportsWildcard: true,
      omitQuotationForMultipartRequest: true,
    },
  }],
};`;

export interface Peer {
  readonly origin: string;
  readonly stop: () => void;
}

/** Serve the build; what lies under /dicomweb is handed on to `server`, with its token. */
export async function serveOhif(dist: string, server: { readonly origin: string; readonly token: string }): Promise<Peer> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 12 });
  const files = http.createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    if (pathname.startsWith("/dicomweb")) {
      const onward = http.request(
        `${server.origin}${request.url ?? ""}`,
        { agent, headers: { accept: request.headers.accept ?? "*/*", authorization: `Bearer ${server.token}` } },
        (answer) => {
          response.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(response);
        },
      );
      onward.on("error", () => response.destroy());
      onward.end();
      return;
    }
    if (pathname === "/app-config.js") {
      response.writeHead(200, { "content-type": "text/javascript" }).end(CONFIG);
      return;
    }
    const wanted = path.join(dist, path.normalize(pathname));
    const file = wanted.startsWith(dist) && path.extname(wanted) !== "" && existsSync(wanted) ? wanted : path.join(dist, "index.html");
    response.writeHead(200, { "content-type": KINDS[path.extname(file)] ?? "application/octet-stream" }).end(readFileSync(file));
  });
  await new Promise<void>((resolve) => files.listen(0, "127.0.0.1", resolve));
  const address = files.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    origin: `http://localhost:${address.port}`, // a secure context, as OHIF wants it
    stop: () => {
      agent.destroy();
      files.close();
      files.closeAllConnections();
    },
  };
}
