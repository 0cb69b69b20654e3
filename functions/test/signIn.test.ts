import { beforeAll, describe, expect, it, vi } from 'vitest';
import { authBeforeSignIn } from '../src/entry/triggers/authBeforeSignIn';
import { clearLimits } from '../src/platform/limits/limit';
import { codeOf } from './support/calling';
import { host } from './support/hosting';
import { useProject } from './support/project';

// As in the functions emulator, for the Auth emulator signs nothing; read when it is loaded.
vi.hoisted(() => {
  process.env['FIREBASE_DEBUG_MODE'] = 'true';
  process.env['FIREBASE_DEBUG_FEATURES'] = JSON.stringify({ skipTokenVerification: true });
});
const project = useProject('signin', { LIMIT_SIGN_IN: '3' });
const AUTH = `http://${process.env['FIREBASE_AUTH_EMULATOR_HOST']}/identitytoolkit.googleapis.com`;
const PERSON = { email: 'ana@example.com', password: 'correct horse' };

/** What Firebase Auth answers an app. */
async function ask(path: string, body: object): Promise<{ status: number; text: string }> {
  const response = await fetch(`${AUTH}/v1/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer owner' },
    body: JSON.stringify(body),
  });
  return { status: response.status, text: await response.text() };
}

const signIn = (password = PERSON.password) =>
  ask('accounts:signInWithPassword', {
    ...{ ...PERSON, password, returnSecureToken: true },
    targetProjectId: project,
  });

describe('sign-ins at Firebase Auth', () => {
  beforeAll(async () => {
    await ask(`projects/${project}/accounts`, PERSON);
    const functionUri = await host(authBeforeSignIn);
    const response = await fetch(
      `${AUTH}/v2/projects/${project}/config?updateMask=blockingFunctions`,
      {
        method: 'PATCH',
        headers: { 'content-type': 'application/json', authorization: 'Bearer owner' },
        body: JSON.stringify({
          blockingFunctions: { triggers: { beforeSignIn: { functionUri } } },
        }),
      },
    );
    expect(response.status).toBe(200);
  });

  it('over the limit of an address get no token, and are told when to come back', async () => {
    clearLimits();
    for (let n = 0; n < 3; n++) expect((await signIn()).text).toContain('idToken');
    const { status, text } = await signIn();
    expect(status).toBe(400);
    expect(text).toContain('BLOCKING_FUNCTION_ERROR_RESPONSE');
    expect(text).toMatch(/Try again in \d+ seconds/);
    expect(text).not.toContain('idToken');
  });

  it('with a wrong password are not counted: Firebase Auth refuses them before', async () => {
    clearLimits();
    for (let n = 0; n < 5; n++) expect((await signIn('wrong horse')).text).toContain('INVALID');
    expect((await signIn()).text).toContain('idToken');
  });
});

interface BlockingFunction {
  run(event: { ipAddress: string }): Promise<void>;
}

it('addresses are counted one by one, IPv6 by the network that a customer has', async () => {
  clearLimits();
  const from = (ipAddress: string) =>
    codeOf((authBeforeSignIn as unknown as BlockingFunction).run({ ipAddress }));
  for (let n = 1; n <= 3; n++) expect(await from(`2001:db8:1:2::${n}`)).toBe('ok');
  expect(await from('2001:db8:1:2::4')).toBe('resource-exhausted');
  expect(await from('2001:db8:1:3::1')).toBe('ok');
  expect(await from('203.0.113.7')).toBe('ok');
});
