import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { MANIFEST } from '../doctor/test-support.ts';
import { index } from '../indexes/test-support.ts';
import { ROOT } from '../lib/paths.ts';
import { parameterFile } from './parameters.ts';
import { deploy } from './run.ts';

const PROJECT = 'recado-deploy-test';
const LINE = '(contacts) -- (a,ASCENDING) (b,ASCENDING)  -- Density:SPARSE_ALL';

let folder: string;
let said: string[];
const path = process.env['PATH'];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'recado-deploy-'));
  said = [];
  process.env['PATH'] = [folder, path].join(delimiter);
});
afterEach(() => {
  process.env['PATH'] = path;
  rmSync(folder, { recursive: true });
  rmSync(join(ROOT, parameterFile(PROJECT)), { force: true });
});

/**
 * Puts a `firebase` on PATH that notes how it was called. By the command it answers with the next
 * of these; the last one stays. An answer that begins with "!" is a failure.
 */
function fakeFirebase(answers: Record<string, string[]>): void {
  const program = join(folder, 'firebase');
  writeFileSync(join(folder, 'answers.json'), JSON.stringify(answers));
  writeFileSync(
    program,
    `#!${process.execPath}
const { appendFileSync, readFileSync } = require('node:fs');
const args = process.argv.slice(2).filter((arg) => !['--non-interactive', '--json'].includes(arg));
const command = args.slice(0, args.includes('--project') ? -2 : undefined).join(' ');
const log = ${JSON.stringify(join(folder, 'calls'))};
appendFileSync(log, command + '\\n');
const before = readFileSync(log, 'utf8').split('\\n').filter((line) => line === command).length;
const answers = JSON.parse(readFileSync(${JSON.stringify(join(folder, 'answers.json'))}, 'utf8'));
const list = answers[command] ?? ['!unexpected'];
const answer = list[Math.min(before, list.length) - 1];
if (answer.startsWith('!')) {
  console.error(answer.slice(1));
  process.exit(1);
}
console.log(answer);
`,
  );
  chmodSync(program, 0o755);
}

const json = (result: unknown): string[] => [JSON.stringify({ status: 'success', result })];

const WELL = {
  'projects:list': json([{ projectId: PROJECT }]),
  'firestore:databases:get (default)': json({ type: 'FIRESTORE_NATIVE', locationId: 'eur3' }),
  'functions:secrets:get WHATSAPP_TOKEN': json({ secrets: [{ versionId: '1', state: 'ENABLED' }] }),
  'functions:secrets:get WHATSAPP_VERIFY_TOKEN': json({
    secrets: [{ versionId: '1', state: 'ENABLED' }],
  }),
  'deploy --only firestore': ['deployed'],
  'firestore:indexes --pretty': ['None', `[CREATING] ${LINE}`, `[READY] ${LINE}`],
  'deploy --only functions': ['deployed'],
};

const run = (): Promise<void> =>
  deploy({
    projectId: PROJECT,
    indexes: [index('a', 'b')],
    prepare: () => Promise.resolve(MANIFEST),
    pollMs: 1,
    timeoutMs: 100,
    say: (text) => said.push(text),
  });

const calls = (): string[] =>
  existsSync(join(folder, 'calls'))
    ? readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n')
    : [];

test('indexes and rules first, then the wait, then the functions', async () => {
  fakeFirebase(WELL);

  await run();

  expect(calls()).toEqual([
    'projects:list',
    'firestore:databases:get (default)',
    'functions:secrets:get WHATSAPP_TOKEN',
    'functions:secrets:get WHATSAPP_VERIFY_TOKEN',
    'deploy --only firestore',
    'firestore:indexes --pretty',
    'firestore:indexes --pretty',
    'firestore:indexes --pretty',
    'deploy --only functions',
  ]);
  expect(said.join('\n')).toContain(
    `https://europe-west1-${PROJECT}.cloudfunctions.net/whatsappWebhook`,
  );
  // firebase-tools would ask for each of them, or fail where nobody answers.
  expect(readFileSync(join(ROOT, parameterFile(PROJECT)), 'utf8')).toBe(
    'GRAPH_BASE="https://graph.example/"\nGRAPH_VERSION="v25.0"\nWABA_ID=""\n',
  );
});

test('a parameter that has a value keeps it', async () => {
  fakeFirebase(WELL);
  writeFileSync(join(ROOT, parameterFile(PROJECT)), 'WABA_ID=9');

  await run();

  expect(readFileSync(join(ROOT, parameterFile(PROJECT)), 'utf8')).toBe(
    'WABA_ID=9\nGRAPH_BASE="https://graph.example/"\nGRAPH_VERSION="v25.0"\n',
  );
});

test.each<[string, Record<string, string[]>, string, number]>([
  ['without a login', { 'projects:list': ['!log in'] }, 'Nothing was deployed', 1],
  [
    'without a secret',
    { 'functions:secrets:get WHATSAPP_TOKEN': ['!not found'] },
    'Nothing was deployed',
    4,
  ],
  [
    'when indexes or rules are refused',
    { 'deploy --only firestore': ['!refused'] },
    'The functions were not touched',
    5,
  ],
  [
    'when an index cannot be built',
    { 'firestore:indexes --pretty': [`[NEEDS_REPAIR] ${LINE}`] },
    'The functions were not touched',
    6,
  ],
  [
    'when the indexes cannot be looked at',
    { 'firestore:indexes --pretty': ['!no permission'] },
    'no permission',
    6,
  ],
])('it stops %s', async (_, answers, message, made) => {
  fakeFirebase({ ...WELL, ...answers });

  await expect(run()).rejects.toThrow(message);
  expect(calls()).toHaveLength(made);
});
