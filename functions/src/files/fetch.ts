import type { Readable } from 'node:stream';
import { auditWrite } from '../audit/record';
import { now } from '../platform/clock';
import { commit } from '../platform/commit';
import { storage } from '../platform/storage';
import { AppError } from '../shared/errors';
import type { Member } from '../team/schema';
import type { StoredFile } from './schema';
import { readFile } from './store';

const noFile = (): AppError =>
  new AppError('not-found', 'There is no such file, or not any more.', {
    details: { reason: 'file' },
  });

/** Whose file it is: one's own, for admins and supervisors anyone's; what is private, the admins'. */
function mayHave({ uid, role }: Member, { purpose, createdBy }: StoredFile): boolean {
  if (role === 'admin') return true;
  return purpose !== 'privacy' && (createdBy === uid || role === 'supervisor');
}

/** A file that a member may have. Others learn nothing of it, not even that it exists. */
export async function fileOf(member: Member, id: string): Promise<StoredFile> {
  const { data } = await readFile(id);
  if (!data || data.expiresAt <= now() || !mayHave(member, data)) throw noFile();
  return data;
}

/** The content of a file for a member; that they took it is on record before they have it. */
export async function fetchFile(
  member: Member,
  id: string,
): Promise<{ file: StoredFile; content: Readable }> {
  const file = await fileOf(member, id);
  const content = await storage().read(file.path);
  const { purpose, bytes } = file;
  try {
    await commit([auditWrite(member.uid, 'files.fetch', `files/${id}`, { purpose, bytes })]);
  } catch (error) {
    content.destroy();
    throw error;
  }
  return { file, content };
}
