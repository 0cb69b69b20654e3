import { createHash } from 'node:crypto';
import { isDeepStrictEqual, promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { Version } from '../platform/firestore';

/** A document in an archive. */
export interface Line {
  id: string;
  /** It is deleted only as it was then. */
  version: Version;
  data: object;
}

/** Far more than a part has; a file that unpacks to more is none of ours. */
const MAX_BYTES = 256 * 1024 * 1024;

/** A document as a line; `undefined` where JSON would not give it back as it was. */
export function encode({ id, version, data }: Line): string | undefined {
  const line = JSON.stringify({ id, version, data });
  const { data: back } = JSON.parse(line) as Line;
  return isDeepStrictEqual(back, data) ? line : undefined;
}

/** The same lines give the same bytes. */
export const pack = (lines: readonly string[]): Promise<Buffer> =>
  promisify(gzip)(lines.map((line) => `${line}\n`).join(''));

/** @throws where it is not what `pack` gave */
export async function unpack(bytes: Buffer): Promise<Line[]> {
  const unpacked = await promisify<Buffer, object, Buffer>(gunzip)(bytes, {
    maxOutputLength: MAX_BYTES,
  });
  return unpacked
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const parsed = JSON.parse(line) as Partial<Line> | null;
      const { id, version, data } = parsed ?? {};
      const isLine = typeof id === 'string' && id !== '' && typeof version === 'string';
      if (!isLine || typeof data !== 'object') throw new Error('a line is no document');
      return { id, version, data };
    });
}

export const hashOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
