import { expect, it } from 'vitest';
import { decoded, encodingOf, type Encoding } from './text';

// eslint-disable-next-line @typescript-eslint/require-await -- a stream of pieces is asynchronous
async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const TEXT = 'name;phone\nJosé Núñez 😀;+34600111222\n';
const utf16be = Buffer.from(TEXT, 'utf16le').swap16();

it.each<[string, Buffer, Encoding, string?]>([
  ['UTF-8', Buffer.from(TEXT), 'utf-8'],
  ['UTF-8 with its mark', Buffer.from(`\uFEFF${TEXT}`), 'utf-8'],
  ['Latin-1', Buffer.from('José Núñez', 'latin1'), 'windows-1252', 'José Núñez'],
  ['a euro sign of Windows', Buffer.from([0x80, 0x35]), 'windows-1252', '€5'],
  [
    'UTF-16, as spreadsheets save "Unicode text"',
    Buffer.from(`\uFEFF${TEXT}`, 'utf16le'),
    'utf-16le',
  ],
  ['UTF-16 the other way round', Buffer.concat([Buffer.from([0xfe, 0xff]), utf16be]), 'utf-16be'],
  ['nothing', Buffer.alloc(0), 'utf-8', ''],
])('%s', async (_, bytes, encoding, text = TEXT) => {
  for (const size of [7, 10_000]) {
    expect(await encodingOf(inPieces(bytes, size))).toBe(encoding);
    let read = '';
    for await (const piece of decoded(inPieces(bytes, size), encoding)) read += piece;
    expect(read).toBe(text);
  }
});
