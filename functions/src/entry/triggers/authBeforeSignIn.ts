import { beforeUserSignedIn } from 'firebase-functions/identity';
import { checkLimit } from '../../platform/limits/limit';
import { addressGroup } from '../../shared/address';
import { hashId } from '../../shared/ids';
import { toHttpsError, withRedis } from '../guard';
import { measured } from '../measured';

/**
 * Limits the sign-ins from an address, before Firebase Auth hands out a token. It is asked after
 * the password was right; wrong ones Firebase Auth limits itself.
 */
export const authBeforeSignIn = beforeUserSignedIn(
  withRedis({ maxInstances: 5, timeoutSeconds: 7 }),
  async ({ ipAddress }) => {
    const subject = hashId('address', addressGroup(ipAddress));
    try {
      await measured(() => checkLimit('signIn', { subject }));
    } catch (error) {
      throw toHttpsError(error);
    }
  },
);
