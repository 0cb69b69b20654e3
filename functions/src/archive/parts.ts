import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { storage } from '../platform/storage';
import { AppError } from '../shared/errors';
import { hashOf, pack, unpack, type Line } from './lines';
import { folderOf } from './rules';
import type { Part, Partition } from './schema';

/**
 * Writes documents into a file. A write that is repeated gives the same file; other documents give
 * another one, so nothing that is in use is ever written over.
 *
 * @param index the part's place among the partition's
 * @param lines encoded documents
 */
export async function writePart(
  partition: Partition,
  index: number,
  lines: readonly string[],
): Promise<Part> {
  const bytes = await pack(lines);
  const sha256 = hashOf(bytes);
  const name = `${String(index).padStart(4, '0')}-${sha256.slice(0, 32)}.jsonl.gz`;
  const path = `${folderOf(partition)}/${name}`;
  await storage().write(path, Readable.from([bytes]), { contentType: 'application/gzip' });
  return { path, count: lines.length, bytes: bytes.length, sha256 };
}

/**
 * Reads a part back and checks all of it.
 *
 * @throws AppError `failed-precondition` where it is not what was written, or is not there
 */
export async function readPart({ path, count, bytes, sha256 }: Part): Promise<Line[]> {
  const content = await contentOf(path);
  if (content.length !== bytes || hashOf(content) !== sha256) throw damaged(path);
  const lines = await unpack(content).catch((cause: unknown) => {
    throw damaged(path, cause);
  });
  if (lines.length !== count) throw damaged(path);
  return lines;
}

async function contentOf(path: string): Promise<Buffer> {
  try {
    return await buffer(await storage().read(path));
  } catch (error) {
    if (error instanceof AppError && error.code === 'not-found') throw damaged(path, error);
    throw error;
  }
}

const damaged = (path: string, cause?: unknown): AppError =>
  new AppError(
    'failed-precondition',
    `The archive's file ${path} is missing or not as it was written. Nothing is deleted on the ground of it.`,
    { details: { reason: 'archive-damaged', path }, cause },
  );
