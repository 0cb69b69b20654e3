import { Readable } from 'node:stream';
import { z } from 'zod';
import type { Member } from '../team/schema';
import { keepFile, type FileRef } from './keep';
import { fileId, fileName } from './schema';

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
 * content: who uses it looks at the bytes.
 */
export function keepUpload(
  { uid }: Member,
  { id, name }: z.output<typeof uploadInput>,
  content: Buffer,
): Promise<FileRef> {
  return keepFile(
    {
      // Ids are each member's own: nobody writes over another's.
      id: `${uid}-${id}`,
      name,
      contentType: 'application/octet-stream',
      purpose: 'upload',
      createdBy: uid,
      days: DAYS,
    },
    Readable.from([content]),
  );
}
