/** One field of a multipart form. */
interface FormPart {
  /** Of a file. */
  filename?: string;
  /** The part's media type; absent for plain fields. */
  type?: string;
  bytes: Buffer;
}

const HEADER_END = '\r\n\r\n';

/** The parts of a `multipart/form-data` body by name; undefined when it is none. */
export function parseMultipart(body: Buffer, contentType = ''): Map<string, FormPart> | undefined {
  const found = /^multipart\/form-data;.*boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType);
  const boundary = found?.[1] ?? found?.[2];
  if (!boundary) return undefined;

  const parts = new Map<string, FormPart>();
  const delimiter = `--${boundary}`;
  let start = body.indexOf(delimiter);
  // Each part stands between two delimiters; the last delimiter ends with two dashes.
  for (;;) {
    const end = start < 0 ? -1 : body.indexOf(`\r\n${delimiter}`, start);
    if (end < 0) return parts;
    addPart(parts, body.subarray(start + delimiter.length + 2, end));
    start = end + 2;
  }
}

function addPart(parts: Map<string, FormPart>, part: Buffer): void {
  const split = part.indexOf(HEADER_END);
  if (split < 0) return;
  const headers = part.toString('utf8', 0, split);
  const name = /^content-disposition:.*[;\s]name="([^"]*)"/im.exec(headers)?.[1];
  const filename = /^content-disposition:.*[;\s]filename="([^"]*)"/im.exec(headers)?.[1];
  const type = /^content-type:\s*(.+?)\s*$/im.exec(headers)?.[1];
  if (name === undefined) return;
  parts.set(name, {
    bytes: part.subarray(split + HEADER_END.length),
    ...(filename !== undefined && { filename }),
    ...(type !== undefined && { type }),
  });
}
