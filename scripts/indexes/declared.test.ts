import { expect, test } from 'vitest';
import { problemsOf } from './declared.ts';
import { index } from './test-support.ts';

const file = (indexes: unknown[], fieldOverrides: unknown[] = []): unknown => ({
  indexes,
  fieldOverrides,
});
const exempt = { collectionGroup: 'contacts', fieldPath: 'a', indexes: [] };

test.each<[string, unknown, string[]]>([
  ['indexes and exemptions', file([index('a', 'b contains')], [exempt]), []],
  ['nothing at all', null, ['lists']],
  ['no lists', { indexes: {} }, ['lists']],
  [
    'no collection',
    file([{ ...index('a', 'b'), collectionGroup: undefined }]),
    ['collectionGroup'],
  ],
  ['no scope', file([{ ...index('a', 'b'), queryScope: 'ALL' }]), ['queryScope']],
  ['no fields', file([{ ...index(), fields: undefined }]), ['no fields']],
  ['one field', file([index('a')]), ['one field only']],
  [
    'a field without a mode',
    file([{ ...index('a', 'b'), fields: [{ fieldPath: 'a' }, { fieldPath: 'b' }] }]),
    ['fields[0]', 'fields[1]'],
  ],
  [
    'a field without a path',
    file([{ ...index('a', 'b'), fields: [{}, { fieldPath: 'b', order: 'ASCENDING' }] }]),
    ['no fieldPath'],
  ],
  ['an override of no field', file([], [{ ...exempt, fieldPath: undefined }]), ['fieldPath']],
  ['an override that says nothing', file([], [{ ...exempt, indexes: undefined }]), ['exempts']],
  ['one twice', file([index('a', 'b'), index('a', 'b')]), ['twice']],
  ['an override twice', file([], [exempt, exempt]), ['twice']],
])('%s', (_, content, expected) => {
  expect(problemsOf(content)).toEqual(
    expected.map((part) => expect.stringContaining(part) as unknown),
  );
});
