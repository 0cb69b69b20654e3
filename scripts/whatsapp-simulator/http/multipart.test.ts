import { describe, expect, it } from 'vitest';
import { parseMultipart } from './multipart.ts';

const BODY = Buffer.from(
  [
    '--xyz',
    'Content-Disposition: form-data; name="type"',
    '',
    'image/png',
    '--xyz',
    'content-disposition: form-data; name="file"; filename="a.png"',
    'content-type: image/png',
    '',
    'first\r\n\r\n--second',
    '--xyz--',
    '',
  ].join('\r\n'),
);

describe('a multipart form', () => {
  it.each(['multipart/form-data; boundary=xyz', 'multipart/form-data; boundary="xyz"'])(
    'has its parts by name (%s)',
    (contentType) => {
      expect(Object.fromEntries(parseMultipart(BODY, contentType) ?? [])).toEqual({
        type: { bytes: Buffer.from('image/png') },
        file: {
          filename: 'a.png',
          type: 'image/png',
          bytes: Buffer.from('first\r\n\r\n--second'),
        },
      });
    },
  );

  it.each(['application/json', 'multipart/form-data', undefined])('is not %s', (contentType) => {
    expect(parseMultipart(BODY, contentType)).toBeUndefined();
  });

  it('may be cut off, and then has what came whole', () => {
    const half = BODY.subarray(0, BODY.indexOf('first'));
    expect([...(parseMultipart(half, 'multipart/form-data; boundary=xyz') ?? [])]).toHaveLength(1);
  });
});
