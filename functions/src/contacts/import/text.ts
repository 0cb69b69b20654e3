/** How the bytes of a text stand for its characters. */
export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';

const MARKS: [Encoding, number[]][] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
];

/**
 * The encoding of a text: what its mark at the beginning says, else UTF-8 if all of it is, else
 * Windows-1252, of which Latin-1 is a part and in which every byte means something.
 *
 * @param maxBytes look no further than about that, for a first impression
 */
export async function encodingOf(
  content: AsyncIterable<Uint8Array>,
  maxBytes = Infinity,
): Promise<Encoding> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let isFirst = true;
  let bytes = 0;
  try {
    for await (const piece of content) {
      if (isFirst) {
        const mark = MARKS.find(([, bytes]) => bytes.every((byte, at) => piece[at] === byte));
        if (mark) return mark[0];
        isFirst = false;
      }
      decoder.decode(piece, { stream: true });
      bytes += piece.length;
      // A character may be cut in two there.
      if (bytes > maxBytes) return 'utf-8';
    }
    decoder.decode();
    return 'utf-8';
  } catch (error) {
    if (error instanceof TypeError) return 'windows-1252';
    throw error;
  }
}

/** The characters of a text, without the mark at its beginning, in pieces. */
export async function* decoded(
  content: AsyncIterable<Uint8Array>,
  encoding: Encoding,
): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding);
  for await (const piece of content) {
    const text = decoder.decode(piece, { stream: true });
    if (text !== '') yield text;
  }
  const rest = decoder.decode();
  if (rest !== '') yield rest;
}
