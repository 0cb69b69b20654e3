import { expect, test } from 'vitest';
import { index } from '../indexes/test-support.ts';
import { runChecks, type Check, type Finding } from './check.ts';
import { accessChecks, indexCheck, judgeDatabase, secretChecks } from './project.ts';
import { fakeCli } from './test-support.ts';

const states = async (checks: Check[]): Promise<string[]> =>
  (await runChecks(checks)).map(({ finding }) => finding.state);

test.each<[string, Record<string, unknown>, string[]]>([
  ['not logged in', { 'projects:list': new Error('log in') }, ['missing', 'skipped', 'skipped']],
  ['another project', { 'projects:list': [{ projectId: 'b' }] }, ['ok', 'missing', 'skipped']],
  ['no database', { 'projects:list': [{ projectId: 'a' }] }, ['ok', 'ok', 'missing']],
  [
    'all there',
    {
      'projects:list': [{ projectId: 'a' }],
      'firestore:databases:get (default)': { type: 'FIRESTORE_NATIVE', locationId: 'eur3' },
    },
    ['ok', 'ok', 'ok'],
  ],
])('access: %s', async (_, answers, expected) => {
  const cli = fakeCli(answers);

  expect(await states(accessChecks({ projectId: 'a', cli }))).toEqual(expected);
  expect(cli.asked.filter((command) => command === 'projects:list')).toHaveLength(1);
});

test.each<[string, Parameters<typeof judgeDatabase>[1], Finding['state']]>([
  ['native', { ok: true, result: { type: 'FIRESTORE_NATIVE' } }, 'ok'],
  ['Datastore mode', { ok: true, result: { type: 'DATASTORE_MODE' } }, 'missing'],
  [
    'Enterprise edition',
    { ok: true, result: { type: 'FIRESTORE_NATIVE', databaseEdition: 'ENTERPRISE' } },
    'missing',
  ],
  ['none', { ok: false, error: 'not found' }, 'missing'],
])('a database: %s', (_, answer, state) => {
  expect(judgeDatabase('a', answer).state).toBe(state);
});

test.each<[string, string, Partial<Finding>]>([
  ['serving', '[READY] (contacts) -- (a,ASCENDING) (b,ASCENDING)  -- ', { state: 'ok' }],
  [
    'being built',
    '[CREATING] (contacts) -- (a,ASCENDING) (b,ASCENDING)  -- ',
    { state: 'missing', mend: 'Wait: they are being built.' },
  ],
  ['not there', 'None', { state: 'missing', mend: 'npm run deploy -- --project a' }],
])('indexes: %s', async (_, printed, expected) => {
  const cli = fakeCli({ 'firestore:indexes --pretty': printed });
  const check = indexCheck({ projectId: 'a', cli }, [index('a', 'b')]);

  expect(await check.run()).toMatchObject(expected);
});

test.each<[string, unknown, Finding['state']]>([
  ['set', { secrets: [{ versionId: '2', state: 'ENABLED' }] }, 'ok'],
  ['switched off', { secrets: [{ versionId: '1', state: 'DESTROYED' }] }, 'missing'],
  ['never set', new Error('Secret not found'), 'missing'],
])('a secret: %s', async (_, answer, state) => {
  const cli = fakeCli({ 'functions:secrets:get TOKEN': answer });
  const [check] = secretChecks({ projectId: 'a', cli }, ['TOKEN']);

  expect((await check?.run())?.state).toBe(state);
});
