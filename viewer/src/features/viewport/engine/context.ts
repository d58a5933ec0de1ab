/** Engines of Cornerstone, and the WebGL contexts that they draw with. */
import { RenderingEngine } from "@cornerstonejs/core";

type Asked = (this: HTMLCanvasElement, kind: string, attributes?: object) => RenderingContext | null;

/**
 * An engine that draws without multisampling. That smooths the edges of triangles only, and all that is drawn here is one
 * image or one volume, whose pixels come from a texture; in software it makes each picture cost several times as much.
 *
 * vtk asks for a context while the engine is being made, without saying, so that it gets the browser's default; neither it
 * nor Cornerstone can be told. So what is asked for in that moment gets the word that is missing: nothing else runs then.
 */
export function engineOf(id: string): RenderingEngine {
  const canvases = HTMLCanvasElement.prototype as unknown as { getContext: Asked };
  const asked = canvases.getContext;
  try {
    canvases.getContext = function (kind, attributes) {
      return asked.call(this, kind, kind.startsWith("webgl") ? { ...attributes, antialias: false } : attributes);
    };
    return new RenderingEngine(id);
  } finally {
    canvases.getContext = asked;
  }
}

/** Whether a program and not a graphics card draws. */
export function drawsInSoftware(context: WebGL2RenderingContext): boolean {
  const about = context.getExtension("WEBGL_debug_renderer_info");
  const name = String(about === null ? "" : context.getParameter(about.UNMASKED_RENDERER_WEBGL));
  return /swiftshader|llvmpipe|software|softpipe|basic render/i.test(name);
}
