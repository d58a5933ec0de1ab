/** Films of what is seen: MP4 where the browser encodes video, GIF everywhere. Loaded when the first one is made. */
import { applyPalette, GIFEncoder, quantize } from "gifenc";
import { BufferTarget, CanvasSource, getFirstEncodableVideoCodec, Mp4OutputFormat, Output, Quality } from "mediabunny";

export type Form = "mp4" | "gif";

/** Pictures one after the other. */
export interface Reel {
  readonly count: number;
  /** Pictures a second. */
  readonly rate: number;
  /** Draw picture `index` into a canvas, which is the same each time. */
  readonly shoot: (index: number) => Promise<HTMLCanvasElement>;
  /** For how long the picture that was drawn last stays, against the others; all the same where nothing says otherwise. */
  readonly stays?: () => number;
}

export interface Told {
  readonly onProgress: (done: number) => void;
  readonly stop: AbortSignal;
}

export async function film(form: Form, reel: Reel, told: Told): Promise<Blob> {
  return form === "gif" ? gif(reel, told) : mp4(reel, told);
}

async function mp4({ count, rate, shoot, stays = always }: Reel, { onProgress, stop }: Told): Promise<Blob> {
  const canvas = await shoot(0);
  const format = new Mp4OutputFormat();
  const target = new BufferTarget();
  const output = new Output({ format, target });
  const codec = await getFirstEncodableVideoCodec(format.getSupportedVideoCodecs(), { width: canvas.width, height: canvas.height });
  if (codec === null) throw new Error("this browser encodes no video");
  const source = new CanvasSource(canvas, { codec, quality: new Quality("high") });
  // without a rate of the track, to which the times of uneven frames would be rounded
  output.addVideoTrack(source);
  await output.start();
  let at = 0;
  for (let index = 0; index < count; index += 1) {
    if (stop.aborted) {
      await output.cancel();
      throw stopped();
    }
    await shoot(index);
    const time = stays() / rate;
    await source.add(at, time);
    at += time;
    onProgress(index + 1);
  }
  await output.finalize();
  return new Blob([target.buffer ?? new ArrayBuffer(0)], { type: "video/mp4" });
}

const always = (): number => 1;

const COLOURS = 256;
/** A GIF counts hundredths of a second: what one picture loses by rounding the next one gets. */
const TICK = 10;

async function gif({ count, rate, shoot, stays = always }: Reel, { onProgress, stop }: Told): Promise<Blob> {
  const encoder = GIFEncoder();
  let [at, ticks] = [0, 0];
  for (let index = 0; index < count; index += 1) {
    if (stop.aborted) throw stopped();
    const canvas = await shoot(index);
    const { width, height } = canvas;
    const { data } = canvas.getContext("2d")?.getImageData(0, 0, width, height) ?? {};
    if (data === undefined) throw new Error("no picture can be read");
    const palette = quantize(data, COLOURS);
    at += (1000 * stays()) / rate;
    const delay = Math.round(at / TICK) * TICK - ticks;
    ticks += delay;
    encoder.writeFrame(applyPalette(data, palette), width, height, { palette, delay });
    onProgress(index + 1);
    await new Promise((resolve) => setTimeout(resolve)); // the page stays alive
  }
  encoder.finish();
  return new Blob([Uint8Array.from(encoder.bytes())], { type: "image/gif" });
}

const stopped = (): DOMException => new DOMException("stopped", "AbortError");
