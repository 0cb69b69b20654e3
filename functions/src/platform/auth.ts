import { getAuth, type Auth } from 'firebase-admin/auth';
import { adminApp } from './app';

const auth = (): Auth => getAuth(adminApp());

/**
 * The account and the role of which a Firebase ID token tells; `undefined` for one that is no
 * token, or not valid any more.
 */
export async function accountOfToken(
  token: string,
): Promise<{ uid: string; role: unknown } | undefined> {
  try {
    const decoded = await auth().verifyIdToken(token);
    return { uid: decoded.uid, role: decoded['role'] };
  } catch (error) {
    const { code } = error as { code?: string };
    if (code?.startsWith('auth/') && code !== 'auth/internal-error') return undefined;
    throw error;
  }
}

/** The account of an e-mail address, made when there is none. Running it again gives the same. */
export async function ensureAccount(email: string, displayName: string): Promise<string> {
  try {
    return (await auth().createUser({ email, displayName })).uid;
  } catch (error) {
    if ((error as { code?: string }).code !== 'auth/email-already-exists') throw error;
    return (await auth().getUserByEmail(email)).uid;
  }
}

/** A link with which the person chooses a password. */
export const passwordLink = (email: string): Promise<string> =>
  auth().generatePasswordResetLink(email);

/**
 * Makes an account what its `users` document says: the role in the claims, disabled or not. Ends
 * its sessions when it lost something, so that tokens with the old role are not renewed.
 *
 * @returns `false` when there is no such account
 */
export async function syncAccount(
  uid: string,
  wanted: { role: string | null; disabled: boolean },
): Promise<boolean> {
  try {
    const account = await auth().getUser(uid);
    const role: unknown = account.customClaims?.['role'] ?? null;
    if (role === wanted.role && account.disabled === wanted.disabled) return true;
    await auth().setCustomUserClaims(uid, { ...account.customClaims, role: wanted.role });
    if (account.disabled !== wanted.disabled) {
      await auth().updateUser(uid, { disabled: wanted.disabled });
    }
    if (role !== null) await auth().revokeRefreshTokens(uid);
    return true;
  } catch (error) {
    if ((error as { code?: string }).code === 'auth/user-not-found') return false;
    throw error;
  }
}
