import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { index } from '../indexes/test-support.ts';
import { describeIndex } from '../indexes/describe.ts';
import { notServing, parseStates } from './indexStates.ts';

interface Printer {
  prettyIndexString(index: object): string;
}

/** What firebase-tools itself prints, so that a new version with another format is noticed. */
function printed(state: string, fields: object[], collection = 'contacts'): string {
  const { PrettyPrint } = createRequire(import.meta.url)(
    'firebase-tools/lib/firestore/pretty-print.js',
  ) as { PrettyPrint: new () => Printer };
  return new PrettyPrint().prettyIndexString({
    name: `projects/p/databases/(default)/collectionGroups/${collection}/indexes/x`,
    state,
    queryScope: 'COLLECTION',
    density: 'SPARSE_ALL',
    fields: [...fields, { fieldPath: '__name__', order: 'ASCENDING' }],
  });
}

const declared = [index('a', 'b desc'), index('a', 't contains', 'b')];

test('the states are read from what firebase-tools prints', () => {
  const pretty = [
    'Compound Indexes',
    printed('READY', declared[0]?.fields ?? []),
    printed('CREATING', declared[1]?.fields ?? []),
    printed('READY', declared[1]?.fields ?? [], 'others'),
    '',
    'Field Overrides',
    '[contacts.content] -- (no indexes)',
  ].join('\n');

  const states = parseStates(pretty);

  expect([...states]).toEqual([
    ['contacts (a,ASCENDING) (b,DESCENDING)', 'READY'],
    ['contacts (a,ASCENDING) (t,CONTAINS) (b,ASCENDING)', 'CREATING'],
    ['others (a,ASCENDING) (t,CONTAINS) (b,ASCENDING)', 'READY'],
  ]);
  expect(
    notServing([...declared, index('c', 'd')], states).map(
      ({ index: lacking, state }) => `${state} ${describeIndex(lacking)}`,
    ),
  ).toEqual(['CREATING contacts (a ↑, t contains, b ↑)', 'missing contacts (c ↑, d ↑)']);
});

test('a project without indexes', () => {
  expect(parseStates('Compound Indexes\nNone\n').size).toBe(0);
});
