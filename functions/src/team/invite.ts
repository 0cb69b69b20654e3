import type { z } from 'zod';
import { auditWrite } from '../audit/record';
import { ensureAccount, passwordLink } from '../platform/auth';
import { now } from '../platform/clock';
import { addToTransaction, inTransaction } from '../platform/commit';
import { AppError } from '../shared/errors';
import { toE164 } from '../shared/phone';
import type { inviteInput, Member, User } from './schema';
import { syncClaims } from './syncClaims';
import { createUser, readUser, updateUser } from './store';

/**
 * Makes a person a member of the team and gives the link with which they choose a password. Done
 * again it gives a new link; a member who was deactivated comes back with the role named now.
 */
export async function invite(
  member: Pick<Member, 'uid'>,
  { email, name, phone, role }: z.output<typeof inviteInput>,
): Promise<{ userId: string; passwordLink: string }> {
  const e164 = phone === undefined ? null : toE164(phone);
  if (phone !== undefined && e164 === null) {
    throw new AppError('invalid-argument', 'Write the phone number with its country code.', {
      details: { field: 'phone' },
    });
  }
  const uid = await ensureAccount(email, name);
  await inTransaction(async (transaction) => {
    const { data: user } = await readUser(uid, transaction);
    if (user?.isActive && user.role !== role) {
      throw new AppError('already-exists', `They are a member already, as ${user.role}.`, {
        details: { reason: 'already-a-member', hint: 'Change the role with team-changeRole.' },
      });
    }
    if (user?.isActive) return;
    const data: User = {
      name,
      email,
      phone: e164,
      role,
      isActive: true,
      createdAt: user?.createdAt ?? now(),
      updatedAt: now(),
    };
    addToTransaction(transaction, [
      user ? updateUser(uid, data) : createUser(uid, data),
      auditWrite(member.uid, 'team.invite', `users/${uid}`, { role }),
    ]);
  });
  // The trigger would do it too, a moment later; the person may use the link at once.
  await syncClaims(uid);
  return { userId: uid, passwordLink: await passwordLink(email) };
}
