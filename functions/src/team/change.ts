import type { z } from 'zod';
import { auditWrite } from '../audit/record';
import { now } from '../platform/clock';
import { addToTransaction, inTransaction } from '../platform/commit';
import { AppError } from '../shared/errors';
import type { changeRoleInput, deactivateInput, Member, User } from './schema';
import { readActiveAdmins, readUser, updateUser } from './store';
import { syncClaims } from './syncClaims';

/** Gives a member another role. Tokens with the old one are refused from then on. */
export const changeRole = (
  member: Member,
  { userId, role }: z.output<typeof changeRoleInput>,
): Promise<void> => change(member, 'team.changeRole', userId, { role });

/** Ends a membership: the account is disabled, its sessions revoked. The history stays. */
export const deactivate = (
  member: Member,
  { userId }: z.output<typeof deactivateInput>,
): Promise<void> => change(member, 'team.deactivate', userId, { isActive: false });

async function change(
  member: Member,
  action: string,
  uid: string,
  update: Pick<User, 'role'> | Pick<User, 'isActive'>,
): Promise<void> {
  await inTransaction(async (transaction) => {
    const { data: user } = await readUser(uid, transaction);
    if (!user) {
      throw new AppError('not-found', 'There is no such user.', { details: { field: 'userId' } });
    }
    const after = { ...user, ...update };
    if (after.role === user.role && after.isActive === user.isActive) return;
    const wasAdmin = user.role === 'admin' && user.isActive;
    if (wasAdmin && (after.role !== 'admin' || !after.isActive)) {
      const admins = await readActiveAdmins(transaction);
      if (!admins.some((id) => id !== uid)) {
        throw new AppError('failed-precondition', 'The last admin has to stay one.', {
          details: { reason: 'last-admin', hint: 'Make somebody else an admin first.' },
        });
      }
    }
    addToTransaction(transaction, [
      updateUser(uid, { ...update, updatedAt: now() }),
      auditWrite(member.uid, action, `users/${uid}`, { ...update }),
    ]);
  });
  await syncClaims(uid);
}
