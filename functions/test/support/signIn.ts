import type { Role } from '../../src/team/schema';

/** Calls the Auth emulator with the rights of the project's owner. */
async function auth(path: string, body: object): Promise<Record<string, string>> {
  const host = process.env['FIREBASE_AUTH_EMULATOR_HOST'];
  const response = await fetch(`http://${host}/identitytoolkit.googleapis.com/v1/${path}`, {
    method: 'POST',
    headers: { authorization: 'Bearer owner', 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
  return (await response.json()) as Record<string, string>;
}

/** Makes an account with a role in its claims, and gives the ID token that its owner would have. */
export async function signIn(uid: string, role?: Role): Promise<string> {
  const project = process.env['GCLOUD_PROJECT'] as string;
  const [email, password] = [`${uid}@example.com`, 'a password'];
  await auth(`projects/${project}/accounts`, { localId: uid, email, password });
  if (role) {
    const customAttributes = JSON.stringify({ role });
    await auth(`projects/${project}/accounts:update`, { localId: uid, customAttributes });
  }
  const { idToken } = await auth('accounts:signInWithPassword', {
    ...{ email, password, returnSecureToken: true },
    targetProjectId: project,
  });
  return idToken as string;
}

/** A token with other claims; no signature tells, where the emulator verifies it. */
export function forge(token: string, claims: Record<string, unknown>): string {
  const [header, body, signature] = token.split('.');
  const told = JSON.parse(Buffer.from(body as string, 'base64url').toString()) as object;
  const forged = Buffer.from(JSON.stringify({ ...told, ...claims })).toString('base64url');
  return [header, forged, signature].join('.');
}
