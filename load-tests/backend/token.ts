/** Firebase's ID tokens are good for an hour. */
const RENEW_MS = 45 * 60_000;

/** Keeps a token and asks for another one before it is too old; callers share it. */
function keepToken(ask: () => Promise<string>): () => Promise<string> {
  let current: { at: number; token: Promise<string> } | undefined;
  return () => {
    if (!current || Date.now() - current.at > RENEW_MS) {
      const token = ask();
      const asked = { at: Date.now(), token };
      current = asked;
      token.catch(() => {
        if (current === asked) current = undefined;
      });
    }
    return current.token;
  };
}

/** Signs a member in at the Auth emulator, as an app does with a custom token. */
export const tokenSource = (authHost: string, uid: string): (() => Promise<string>) =>
  keepToken(async () =>
    exchange(`http://${authHost}/identitytoolkit.googleapis.com`, 'local', {
      method: 'signInWithCustomToken',
      token: await customToken(uid),
    }),
  );

/** With which an app of the member signs in. */
export async function customToken(uid: string): Promise<string> {
  const { getAuth } = await import('../../functions/node_modules/firebase-admin/lib/auth/index.js');
  return getAuth().createCustomToken(uid);
}

/** Signs a member in at Firebase Auth with an address and a password. */
export const passwordTokenSource = (
  apiKey: string,
  email: string,
  password: string,
): (() => Promise<string>) =>
  keepToken(() =>
    exchange('https://identitytoolkit.googleapis.com', apiKey, {
      method: 'signInWithPassword',
      email,
      password,
    }),
  );

async function exchange(
  host: string,
  apiKey: string,
  { method, ...body }: { method: string } & Record<string, string>,
): Promise<string> {
  const response = await fetch(`${host}/v1/accounts:${method}?key=${apiKey}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...body, returnSecureToken: true }),
  });
  const answer = (await response.json()) as { idToken?: string; error?: { message: string } };
  if (answer.idToken) return answer.idToken;
  throw new Error(`The member could not sign in: ${answer.error?.message ?? response.status}`);
}
