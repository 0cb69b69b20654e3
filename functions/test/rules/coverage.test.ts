import { expect, test } from 'vitest';
import { untried, type Expression } from './coverage';

const RULES = 'allow read: if a && b;';

const expression = (
  from: number,
  to: number,
  values: object[] | undefined,
  children: Expression[] = [],
): Expression => ({
  sourcePosition: { line: 1, column: from + 1, currentOffset: from, endOffset: to },
  ...(values ? { values: values.map((value) => ({ value, count: 1 })) } : {}),
  children,
});

const both = [{ boolValue: true }, { boolValue: false }];

test.each<[string, Expression[], string[]]>([
  ['true and false', [expression(15, 15, both)], []],
  ['a value that is no condition', [expression(15, 15, [{ stringValue: 'x' }])], []],
  ['no request', [expression(15, 15, undefined)], ['1:16 never evaluated: a']],
  ['always cut short', [expression(20, 20, [{}])], ['1:21 never evaluated: b']],
  ['errors only', [expression(20, 20, [{ undefined: {} }])], ['1:21 never evaluated: b']],
  ['always true', [expression(15, 15, [{ boolValue: true }, {}])], ['1:16 never false: a']],
  ['always false', [expression(15, 15, [{ boolValue: false }])], ['1:16 never true: a']],
  [
    'a part of a tried condition',
    [expression(15, 20, both, [expression(20, 20, [{ boolValue: true }])])],
    ['1:21 never false: b'],
  ],
])('%s', (_, report, expected) => {
  expect(untried({ rules: { files: [{ content: RULES }] }, report })).toEqual(expected);
});
