import { db } from '../../src/platform/firestore';
import type { Role, User } from '../../src/team/schema';

export interface Caller {
  uid: string;
  role?: string;
}
export interface Callable {
  run(request: never): unknown;
}

export const ROLES: Role[] = ['admin', 'supervisor', 'agent', 'viewer'];
/** The member of `storeTeam` with a role. */
export const as = (role: Role): Caller => ({ uid: role, role });

/** Calls as the platform does, after it verified the token. */
export async function call(
  callable: Callable,
  data: unknown,
  caller: Caller | null,
): Promise<Record<string, unknown>> {
  const auth = caller && { uid: caller.uid, token: { uid: caller.uid, role: caller.role } };
  return (await callable.run({ data, auth, rawRequest: {} } as never)) as Record<string, unknown>;
}

/** How a call ended: `ok`, or the code of its error. */
export const codeOf = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'ok',
    (error: unknown) => (error as { code: string }).code,
  );

export const user = (role: Role, fields: Partial<User> = {}): User => ({
  name: role,
  email: `${role}@example.com`,
  phone: null,
  role,
  isActive: true,
  createdAt: 0,
  updatedAt: 0,
  ...fields,
});

/** Stores an active member of each role, whose id is the role's name. */
export async function storeTeam(): Promise<void> {
  await Promise.all(ROLES.map((role) => db().doc(`users/${role}`).set(user(role))));
}
