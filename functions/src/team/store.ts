import { createCache } from '../platform/cache';
import type { WriteOp } from '../platform/commit';
import { db, read, type Read, type Transaction } from '../platform/firestore';
import type { User } from './schema';

const path = (uid: string): string => `users/${uid}`;

/** How long a member who was deactivated or changed may still act with an old token. */
const MEMBER_TTL_MS = 20_000;
/** How long somebody who was just invited may still be turned away. */
const STRANGER_TTL_MS = 2_000;
const users = createCache<Read<User>>({
  name: 'members',
  maxAgeMs: MEMBER_TTL_MS,
  missing: { is: ({ data }) => !data?.isActive, maxAgeMs: STRANGER_TTL_MS },
});

export const readUser = (uid: string, transaction?: Transaction): Promise<Read<User>> =>
  read<User>(path(uid), transaction);

/** A user as it was at most 20 s ago; who was not active then, 2 s. */
export const userSnapshot = (uid: string): Promise<Read<User>> =>
  users.get(uid, () => readUser(uid));

export const forgetUser = (uid: string): void => users.delete(uid);

export const createUser = (uid: string, data: User): WriteOp => ({
  kind: 'create',
  path: path(uid),
  data,
});

export const updateUser = (uid: string, data: Partial<User>): WriteOp => ({
  kind: 'update',
  path: path(uid),
  data,
});

/** Two active admins, if there are as many: enough to know whether one may go. */
export const readActiveAdmins = (transaction: Transaction): Promise<string[]> =>
  transaction
    .get(
      db().collection('users').where('role', '==', 'admin').where('isActive', '==', true).limit(2),
    )
    .then(({ docs }) => docs.map(({ id }) => id));
