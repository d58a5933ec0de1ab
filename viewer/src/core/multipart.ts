/** A frame as it comes over HTTP: alone, or as the first part of multipart/related (PS3.18 8.6.1.2). */

export interface MediaPart {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly transferSyntax: string;
}

/** The value of a parameter in a media type, without its quotes. */
export function parameter(mediaType: string, name: string): string | undefined {
  const found = new RegExp(`;\\s*${name}\\s*=\\s*(?:"([^"]*)"|([^;\\s]+))`, "i").exec(mediaType);
  return found?.[1] ?? found?.[2];
}

/** The frame in an answer; `fallback` is its transfer syntax when the answer does not say. */
export function framePart(contentType: string, body: Uint8Array<ArrayBuffer>, fallback: string): MediaPart {
  if (!/^multipart\/related/i.test(contentType)) {
    return { bytes: body, transferSyntax: parameter(contentType, "transfer-syntax") ?? fallback };
  }
  const boundary = parameter(contentType, "boundary");
  if (boundary === undefined) throw new Error("multipart without a boundary");
  const start = find(body, `--${boundary}\r\n`, 0);
  const headersEnd = start === undefined ? undefined : find(body, "\r\n\r\n", start);
  const end = headersEnd === undefined ? undefined : find(body, `\r\n--${boundary}`, headersEnd);
  if (start === undefined || headersEnd === undefined || end === undefined) throw new Error("multipart that breaks off");
  const headers = new TextDecoder("latin1").decode(body.subarray(start, headersEnd));
  const type = /^content-type:(.*)$/im.exec(headers)?.[1] ?? "";
  return { bytes: body.subarray(headersEnd + 4, end), transferSyntax: parameter(type, "transfer-syntax") ?? fallback };
}

/** Where `text` begins in `bytes`, looking from `from` on. */
function find(bytes: Uint8Array, text: string, from: number): number | undefined {
  const wanted = new TextEncoder().encode(text);
  const [first = 0] = wanted;
  for (let at = bytes.indexOf(first, from); at >= 0; at = bytes.indexOf(first, at + 1)) {
    if (wanted.every((byte, index) => bytes[at + index] === byte)) return at;
  }
  return undefined;
}
