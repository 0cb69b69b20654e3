import { activeMember } from '../../team/members';
import type { Entry, Reading } from './entry';
import { headerFor } from './mapping';
import type { Rejection } from './schema';

/** Why a row's owner cannot be it: nobody who works with contacts. A team is small, and cached. */
export async function ownerProblem(
  { line, userId }: Entry,
  { columns, header }: Reading,
): Promise<Rejection | null> {
  if (userId === undefined) return null;
  const member = await activeMember(userId);
  if (member && member.role !== 'viewer') return null;
  return { line, column: headerFor('owner', columns, header), reason: 'invalid-owner' };
}
