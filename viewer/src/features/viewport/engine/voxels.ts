/**
 * The texture of a volume, in the place of Cornerstone's own.
 *
 * That one makes 32 bit floats of whole numbers, a new array for each slice, and hands those over: twice the bytes on the
 * way and on the graphics card, and much for the collector of garbage while the frames are still on their way. Here
 * whole numbers that span twelve bits become half floats, which hold them exactly once they are moved; the shader of vtk
 * adds the offset back (`volumeInfo.offset`). All others stay floats, by way of one array.
 */
import { cache, type ImageVolume } from "@cornerstonejs/core";

import { writeHalves } from "../../../core/halves.ts";
import { drawsInSoftware } from "./context.ts";

/** What vtk's texture of a volume can do, of which the types tell a part. */
interface Texture {
  getHandle(): unknown;
  getVolumeInfo(): { readonly offset?: readonly number[] };
  setOpenGLRenderWindow(window: Surface): void;
  setInternalFormat(format: number): void;
  create3DFromRaw(asked: Size): boolean;
  update3DFromRaw(): void;
  activate(): void;
  deactivate(): void;
  createTexture(): void;
}

/** What vtk draws on. */
export interface Surface {
  getContext(): WebGL2RenderingContext;
}

interface Size {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
}

/**
 * Fill the texture that is active with nothing. Before the first frame comes into it the browser would do so: in software,
 * with half floats, voxel by voxel. All of it at once from an empty buffer takes half as long.
 */
function blacken(gl: WebGL2RenderingContext, { width, height, depth }: Size): void {
  const nothing = gl.createBuffer();
  gl.bindBuffer(gl.PIXEL_UNPACK_BUFFER, nothing);
  gl.bufferData(gl.PIXEL_UNPACK_BUFFER, 2 * width * height * depth, gl.STREAM_DRAW);
  gl.texSubImage3D(gl.TEXTURE_3D, 0, 0, 0, 0, width, height, depth, gl.RED, gl.HALF_FLOAT, 0);
  gl.bindBuffer(gl.PIXEL_UNPACK_BUFFER, null);
  gl.deleteBuffer(nothing);
}

/** `offset` by which the voxels of a volume are moved to be half floats; undefined leaves them floats. */
export function setTexture(volume: ImageVolume, offset: number | undefined): void {
  const texture = volume.vtkOpenGLTexture as unknown as Texture;
  const { imageIds } = volume;
  const half = offset !== undefined;
  let [gl, width, height]: [WebGL2RenderingContext | undefined, number, number] = [undefined, 0, 0];
  let there = new Set<number>();
  let room: Uint16Array<ArrayBuffer> | Float32Array<ArrayBuffer> = new Uint16Array(0);

  const ready = (values: ArrayLike<number>): ArrayBufferView<ArrayBuffer> => {
    if (room instanceof Uint16Array) writeHalves(values, offset ?? 0, room);
    else room.set(values);
    return room;
  };

  const ours: Partial<Texture> = {
    getVolumeInfo: () => ({ ...texture.getVolumeInfo(), ...(half ? { offset: [offset] } : {}) }),
    setOpenGLRenderWindow(window) {
      texture.setOpenGLRenderWindow(window);
      gl = window.getContext();
    },
    create3DFromRaw(asked) {
      [there, width, height] = [new Set(), asked.width, asked.height];
      room = half ? new Uint16Array(width * height) : new Float32Array(width * height);
      if (gl !== undefined) texture.setInternalFormat(half ? gl.R16F : gl.R32F);
      const made = texture.create3DFromRaw(asked);
      if (gl !== undefined && half && drawsInSoftware(gl)) {
        texture.activate();
        blacken(gl, asked);
        texture.deactivate();
      }
      return made;
    },
    /** Hand over the frames that have come since. */
    update3DFromRaw() {
      if (gl === undefined) return;
      texture.activate();
      gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
      for (const [place, key] of imageIds.entries()) {
        const values = there.has(place) ? undefined : cache.getImage(key)?.getPixelData();
        if (values === undefined) continue;
        gl.texSubImage3D(gl.TEXTURE_3D, 0, 0, 0, place, width, height, 1, gl.RED, half ? gl.HALF_FLOAT : gl.FLOAT, ready(values));
        there.add(place);
      }
      texture.deactivate();
    },
  };
  // vtk freezes what it makes
  volume.vtkOpenGLTexture = { ...texture, ...ours } as unknown as ImageVolume["vtkOpenGLTexture"];
}
