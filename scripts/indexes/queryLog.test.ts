import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { logsIn, parseLine, readLogs } from './queryLog.ts';

const from = [{ collectionId: 'contacts' }];

test.each<[string, unknown, ReturnType<typeof parseLine>]>([
  ['a query', { from }, { query: { from }, aggregated: [] }],
  [
    'an aggregation',
    {
      structuredQuery: { from },
      aggregations: [
        { alias: 'n', count: {} },
        { alias: 's', sum: { field: { fieldPath: 'a' } } },
        { alias: 'm', avg: { field: { fieldPath: 'b' } } },
      ],
    },
    { query: { from }, aggregated: ['a', 'b'] },
  ],
  ['something else', { hello: 1 }, undefined],
  ['null', null, undefined],
])('a line with %s', (_, line, expected) => {
  expect(parseLine(JSON.stringify(line))).toEqual(expected);
});

test('logs are found by their name, and half a line does no harm', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'recado-'));
  writeFileSync(join(folder, 'queries-b.jsonl'), `${JSON.stringify({ from })}\n\n{"from":[{"coll`);
  writeFileSync(join(folder, 'queries-a.jsonl'), `${JSON.stringify({ from })}\n`);
  writeFileSync(join(folder, 'journal-a.jsonl'), '{}\n');

  let queries = 0;
  const unreadable = await readLogs(logsIn(folder), () => queries++);

  expect(logsIn(folder).map((file) => file.slice(folder.length + 1))).toEqual([
    'queries-a.jsonl',
    'queries-b.jsonl',
  ]);
  expect({ queries, unreadable }).toEqual({ queries: 2, unreadable: 1 });
  expect(logsIn(join(folder, 'missing'))).toEqual([]);
});
