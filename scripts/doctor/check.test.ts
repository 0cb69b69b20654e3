import { expect, test } from 'vitest';
import { isHealthy, missing, ok, runChecks, skipped, type Check } from './check.ts';
import { createRedactor } from './redact.ts';
import { nameWidth, rowOf } from './report.ts';

const check = (name: string, run: Check['run'], needs?: string[]): Check => ({
  name,
  run,
  ...(needs ? { needs } : {}),
});

test('checks run in their order, and what needs a missing one is left out', async () => {
  const told: string[] = [];
  const results = await runChecks(
    [
      check('a', () => ok('fine')),
      check('b', () => missing('gone', 'get it'), ['a']),
      check('c', () => ok('never asked'), ['b']),
      check('d', () => ok('never asked'), ['c']),
      check('e', () => ok('fine'), ['a', 'not one of these']),
    ],
    ({ name }) => told.push(name),
  );

  expect(told).toEqual(['a', 'b', 'c', 'd', 'e']);
  expect(results.map(({ finding }) => finding.state)).toEqual([
    'ok',
    'missing',
    'skipped',
    'skipped',
    'ok',
  ]);
  expect(isHealthy(results)).toBe(false);
});

test('a check that fails is a finding', async () => {
  const [result] = await runChecks([check('a', () => Promise.reject(new Error('no network')))]);

  expect(result?.finding).toMatchObject({
    state: 'missing',
    detail: expect.stringContaining('no network'),
  });
});

test('what is not needed does no harm', async () => {
  expect(isHealthy(await runChecks([check('a', () => skipped('not here'))]))).toBe(true);
});

test('the report: a row each, with the command that mends it', () => {
  const width = nameWidth([{ name: 'JDK' }, { name: 'ports' }]);

  expect(
    [
      rowOf({ name: 'ports', finding: ok('free\nall of them') }, width),
      rowOf({ name: 'JDK', finding: missing('none', 'apt-get\nor brew') }, width),
      rowOf({ name: 'Redis', finding: skipped('none') }, width),
    ].join('\n'),
  ).toMatchInlineSnapshot(`
    "✓ ports  free
             all of them
    ✗ JDK    none
             → apt-get
             → or brew
    – Redis  none"
  `);
});

test('a secret does not get into the report, not even by an error message', () => {
  const redactor = createRedactor();
  redactor.add('s3cret');
  redactor.add('');

  expect(redactor.clean('token s3cret is invalid: s3cret')).toBe('token … is invalid: …');
});
