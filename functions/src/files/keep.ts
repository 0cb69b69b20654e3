import { now } from '../platform/clock';
import { commit, isConflict, type WriteOp } from '../platform/commit';
import { storage, type Content } from '../platform/storage';
import { AppError } from '../shared/errors';
import { newId } from '../shared/ids';
import type { FilePurpose, StoredFile } from './schema';
import { createFile, readFile, updateFile } from './store';

export interface FileInput {
  /** The client's or the job's key: the same one names the same file. */
  id?: string;
  name: string;
  contentType: string;
  purpose: FilePurpose;
  createdBy: string;
  /** How long it is kept, in days. */
  days?: number;
  /** Where its content is in the store; left out: `placeOf` its id. */
  path?: string;
}

/** What a result says of a file; its content is at `GET /files/{fileId}`. */
export interface FileRef {
  fileId: string;
  name: string;
  bytes: number;
}

/** Where the content of a file is in the store. */
export const placeOf = (purpose: FilePurpose, id: string): string => `${purpose}/${id}`;

/**
 * Keeps a content as a file that members can fetch. The content is written first: a crash leaves
 * a content without a file, which `removeOrphans` finds, never a file without a content. With the
 * same id twice, the content is the last one's.
 *
 * @throws AppError `already-exists` for the id of a file that has its content elsewhere
 */
export async function keepFile(input: FileInput, content: Content): Promise<FileRef> {
  const { id = newId(), name, contentType, purpose, path = placeOf(purpose, id) } = input;
  const bytes = await storage().write(path, content, { contentType });
  try {
    await commit([fileWrite({ ...input, id, path }, bytes)]);
    return { fileId: id, name, bytes };
  } catch (error) {
    if (!isConflict(error)) throw error;
  }
  const { data } = await readFile(id);
  if (data?.path !== path || data.expiresAt <= now()) throw keyReused();
  // It was kept before; what it says of its content has to be true of this one.
  await commit([updateFile(id, { name, contentType, bytes })]);
  return { fileId: id, name, bytes };
}

export const keyReused = (): AppError =>
  new AppError('already-exists', 'This key was used for another file; take a new one.', {
    details: { reason: 'key-reused', field: 'id' },
  });

/** The write that makes a content that is in the store a file; for a commit with other writes. */
export function fileWrite(
  { id, name, contentType, purpose, createdBy, days = 7, path }: FileInput & { id: string },
  bytes: number,
): WriteOp {
  const file: StoredFile = {
    name,
    contentType,
    path: path ?? placeOf(purpose, id),
    bytes,
    purpose,
    createdBy,
    createdAt: now(),
    expiresAt: now() + days * 24 * 60 * 60_000,
  };
  return createFile(id, file);
}
