/**
 * Everybody who may knock: what the token claims, and what the users document says. The two differ
 * where a token is older than a change of the document.
 */
interface Person {
  uid: string | null;
  /** The token's `role`; absent: none was ever given. */
  claim?: string;
  document?: { role: string; isActive: boolean };
}

const member = (uid: string, role: string): Required<Person> => ({
  uid,
  claim: role,
  document: { role, isActive: true },
});

export const PEOPLE = {
  'signed out': { uid: null },
  'without a role': { uid: 'stranger' },
  viewer: member('viewer', 'viewer'),
  agent: member('agent', 'agent'),
  'another agent': member('colleague', 'agent'),
  supervisor: member('supervisor', 'supervisor'),
  admin: member('admin', 'admin'),
  'a deactivated admin': {
    uid: 'deactivated',
    claim: 'admin',
    document: { role: 'admin', isActive: false },
  },
  'an agent whose token still says admin': {
    uid: 'demoted',
    claim: 'admin',
    document: { role: 'agent', isActive: true },
  },
  'an admin whose token still says agent': {
    uid: 'promoted',
    claim: 'agent',
    document: { role: 'admin', isActive: true },
  },
  'an admin without a users document': { uid: 'deleted', claim: 'admin' },
  'a member without the claim': { uid: 'unclaimed', document: { role: 'admin', isActive: true } },
} satisfies Record<string, Person>;

export type Who = keyof typeof PEOPLE;

export const EVERYBODY = Object.keys(PEOPLE) as Who[];
export const NOBODY: Who[] = [];
export const ADMINS: Who[] = ['admin'];
export const LEADS: Who[] = ['supervisor', 'admin'];
export const TEAM: Who[] = ['agent', 'another agent', ...LEADS];
export const MEMBERS: Who[] = ['viewer', ...TEAM];
