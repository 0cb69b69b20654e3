import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { z } from 'zod';
import { now } from '../platform/clock';
import type { Member } from '../team/schema';
import { keepFile, keyReused, placeOf, type FileRef } from './keep';
import { fileId, fileName } from './schema';
import { readFile } from './store';

/** What is said of an upload beside its content. */
export const uploadInput = z.strictObject({
  /** The client's key: a repeated upload is the same file. */
  id: fileId,
  name: fileName,
});

/** Uploads wait this long for what they are for. */
const DAYS = 2;

/**
 * Keeps what a member uploads until it is used. Nothing is taken from what the client says of the
 * content: who uses it looks at the bytes. It never changes: a job may be reading it.
 *
 * @throws AppError `already-exists` for a key that was used for another content, or is over
 */
export async function keepUpload(
  { uid }: Member,
  { id: key, name }: z.output<typeof uploadInput>,
  content: Buffer,
): Promise<FileRef> {
  // Ids are each member's own: nobody writes over another's.
  const id = `${uid}-${key}`;
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 32);
  const path = `${placeOf('upload', id)}.${hash}`;
  const { data: known } = await readFile(id);
  if (known) {
    if (known.path !== path || known.expiresAt <= now()) throw keyReused();
    return { fileId: id, name: known.name, bytes: known.bytes };
  }
  const contentType = 'application/octet-stream';
  return keepFile(
    { id, name, contentType, purpose: 'upload', createdBy: uid, days: DAYS, path },
    Readable.from([content]),
  );
}
