import { syncAccount } from '../platform/auth';
import { log } from '../platform/log';
import { forgetUser, readUser } from './store';

/**
 * Mirrors a `users` document into the person's custom claims. Reads the document anew instead of
 * trusting the event, so events may come twice, late and in any order. A deleted or inactive
 * user has no role, and the account is disabled.
 */
export async function syncClaims(uid: string): Promise<void> {
  forgetUser(uid);
  const { data: user } = await readUser(uid);
  const found = await syncAccount(uid, {
    role: user?.isActive ? user.role : null,
    disabled: !user?.isActive,
  });
  if (!found) log.warn('a user without an account', { uid });
}
