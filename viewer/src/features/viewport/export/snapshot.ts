/** A picture of a viewport as it is seen: its canvas, what lies over it, and, if wished, the text around it. */

/** Text of these is drawn where it stands. */
const TEXTS = ".vp-corner > div, .vp-letter";

export async function snapshot(stage: HTMLElement, texts: boolean, into = document.createElement("canvas")): Promise<HTMLCanvasElement> {
  const box = stage.getBoundingClientRect();
  const scale = devicePixelRatio;
  // even sizes: films cannot have odd ones
  into.width = Math.max(2, Math.floor((box.width * scale) / 2) * 2);
  into.height = Math.max(2, Math.floor((box.height * scale) / 2) * 2);
  const context = into.getContext("2d", { willReadFrequently: true });
  if (context === null) throw new Error("no picture can be drawn");
  context.fillStyle = "#000";
  context.fillRect(0, 0, into.width, into.height);
  for (const canvas of stage.querySelectorAll("canvas")) drawCanvas(context, canvas, box, scale);
  // outlines of structures and shutters belong to the picture as masks do; the rest is writing on it
  for (const layer of stage.querySelectorAll<SVGSVGElement>(texts ? "svg.vp-layer" : "svg.vp-layer.of-picture")) await drawLayer(context, layer, box, scale);
  if (!texts) return into;
  for (const text of stage.querySelectorAll<HTMLElement>(TEXTS)) drawText(context, text, box, scale);
  return into;
}

const visible = (element: Element): boolean => element.closest(".hidden, [hidden]") === null && element.closest(".vp-scrubber, .vp-loupe") === null;

function drawCanvas(context: CanvasRenderingContext2D, canvas: HTMLCanvasElement, box: DOMRect, scale: number): void {
  const parent = canvas.offsetParent?.getBoundingClientRect();
  if (canvas.width === 0 || canvas.height === 0 || !visible(canvas) || parent === undefined) return;
  const { transform } = getComputedStyle(canvas);
  context.save();
  context.imageSmoothingEnabled = false;
  if (transform === "none") {
    const at = canvas.getBoundingClientRect();
    context.drawImage(canvas, (at.left - box.left) * scale, (at.top - box.top) * scale, at.width * scale, at.height * scale);
  } else {
    // planes of graphics lie over the image by a matrix of their own
    context.setTransform(new DOMMatrix().scale(scale).translate(parent.left - box.left, parent.top - box.top).multiply(new DOMMatrix(transform)));
    context.drawImage(canvas, 0, 0);
  }
  context.restore();
}

const STYLES = ["fill", "stroke", "stroke-width", "stroke-dasharray", "opacity", "font", "paint-order", "visibility", "text-anchor"] as const;

/** Lines and measurements, with the styles that they have on the page written into them. */
async function drawLayer(context: CanvasRenderingContext2D, layer: SVGSVGElement, box: DOMRect, scale: number): Promise<void> {
  const at = layer.getBoundingClientRect();
  if (at.width === 0 || at.height === 0 || !visible(layer)) return;
  const copy = layer.cloneNode(true) as SVGSVGElement;
  const [from, to] = [[...layer.querySelectorAll("*")], [...copy.querySelectorAll("*")]];
  from.forEach((one, index) => {
    const style = getComputedStyle(one);
    const text = STYLES.map((name) => `${name}:${style.getPropertyValue(name)}`).join(";");
    to[index]?.setAttribute("style", text);
  });
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("width", String(at.width));
  copy.setAttribute("height", String(at.height));
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(copy))}`;
  await image.decode();
  context.drawImage(image, (at.left - box.left) * scale, (at.top - box.top) * scale, at.width * scale, at.height * scale);
}

function drawText(context: CanvasRenderingContext2D, text: HTMLElement, box: DOMRect, scale: number): void {
  const words = text.innerText.trim();
  const at = text.getBoundingClientRect();
  if (words === "" || at.width === 0 || !visible(text)) return;
  const style = getComputedStyle(text.querySelector("strong") ?? text);
  const right = getComputedStyle(text).textAlign === "right";
  context.save();
  context.scale(scale, scale);
  context.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  context.fillStyle = style.color;
  context.shadowColor = "#000";
  context.shadowBlur = 3;
  context.textBaseline = "middle";
  context.textAlign = right ? "right" : "left";
  context.fillText(words, (right ? at.right : at.left) - box.left, at.top + at.height / 2 - box.top, at.width + 2);
  context.restore();
}
