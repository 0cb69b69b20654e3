import { LOCAL } from './localConfig.ts';

/** The people of a local stack; they sign in without a password, by the Auth emulator. */
export const PEOPLE = [
  { email: 'admin@example.com', name: 'Ada', role: 'admin' },
  { email: 'supervisor@example.com', name: 'Sol', role: 'supervisor' },
  { email: 'agent@example.com', name: 'Abel', role: 'agent' },
] as const;

export type SeededPeople = Record<(typeof PEOPLE)[number]['role'], string>;

/**
 * Fills a local stack with a team, two channels and the templates, through the project's own code.
 * Running it again changes nothing. The process's environment has to be the stack's.
 */
export async function seed(): Promise<SeededPeople> {
  const { invite } = await import('../../functions/lib/team/invite.js');
  const { connectChannel } = await import('../../functions/lib/channels/connect.js');
  const { syncTemplates } = await import('../../functions/lib/templates/sync.js');
  const system = { uid: 'seed' };
  const people: Partial<SeededPeople> = {};
  for (const person of PEOPLE) people[person.role] = (await invite(system, person)).userId;
  for (const channelId of [LOCAL.channelId, LOCAL.secondChannelId]) {
    await connectChannel(system, { channelId });
  }
  await syncTemplates();
  return people as SeededPeople;
}
