import type { Plugin } from "vite";

/** JPEG XL is 1 MB of WASM for images that we have never met; the server decodes what is left out here. */
const LEFT_OUT = /\/dicom-image-loader\/dist\/esm\/shared\/decoders\/decodeJPEGXL\.js$/;

/** Leaves a decoder out of the build. What asks for it is told that it is not there, and turns to the server. */
export function fewerCodecs(): Plugin {
  return {
    name: "fileroom:fewer-codecs",
    enforce: "pre",
    load: {
      filter: { id: LEFT_OUT },
      handler: () => 'export function initialize() {}\nexport default () => Promise.reject(new Error("not built in"));\n',
    },
  };
}
