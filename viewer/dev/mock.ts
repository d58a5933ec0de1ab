import type { Plugin } from "vite";

/** A stand-in for the server while one works on the pages: `npm run dev:mock`. Never part of the build. */
export function mockServer(): Plugin {
  return { name: "fileroom:mock" };
}
