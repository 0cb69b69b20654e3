import { now } from '../platform/clock';
import { commit, isConflict, type WriteOp } from '../platform/commit';
import { storage, type Content } from '../platform/storage';
import { newId } from '../shared/ids';
import type { FilePurpose, StoredFile } from './schema';
import { createFile } from './store';

export interface FileInput {
  /** The client's or the job's key: the same one names the same file. */
  id?: string;
  name: string;
  contentType: string;
  purpose: FilePurpose;
  createdBy: string;
  /** How long it is kept, in days. */
  days?: number;
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
 * a content without a file, which goes with its folder's age, never a file without a content. With
 * the same id twice, the content is the last one's.
 */
export async function keepFile(input: FileInput, content: Content): Promise<FileRef> {
  const { id = newId(), name, contentType, purpose } = input;
  const bytes = await storage().write(placeOf(purpose, id), content, { contentType });
  try {
    await commit([fileWrite({ ...input, id }, bytes)]);
  } catch (error) {
    // It was kept before.
    if (!isConflict(error)) throw error;
  }
  return { fileId: id, name, bytes };
}

/** The write that makes a content that is in the store a file; for a commit with other writes. */
export function fileWrite(
  { id, name, contentType, purpose, createdBy, days = 7 }: FileInput & { id: string },
  bytes: number,
): WriteOp {
  const file: StoredFile = {
    name,
    contentType,
    path: placeOf(purpose, id),
    bytes,
    purpose,
    createdBy,
    createdAt: now(),
    expiresAt: now() + days * 24 * 60 * 60_000,
  };
  return createFile(id, file);
}
