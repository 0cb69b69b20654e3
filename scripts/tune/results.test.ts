import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readResults } from './results.ts';
import { benchOf, candidate, loadOf, sweepOf } from './test-support.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'recado-results-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const put = (name: string, data: unknown): string => {
  const file = join(folder, name);
  writeFileSync(file, typeof data === 'string' ? data : JSON.stringify(data));
  return file;
};

test('results are told apart by what is in them, the newest first', () => {
  put('a.json', loadOf({}, { at: 1 }).data);
  put('b.json', loadOf({}, { at: 2 }).data);
  put('c.json', benchOf('x', 1, true).data);
  put('d.json', sweepOf('X', [candidate(1, [1, 2, 3])]).data);
  put('page.html', '<html>');

  const { loads, benches, sweeps } = readResults([], folder);

  expect(loads.map(({ at }) => at)).toEqual([2, 1]);
  expect(benches).toHaveLength(1);
  expect(sweeps[0]?.data.parameter).toBe('X');
});

test('without a folder there are none', () => {
  expect(readResults([], join(folder, 'none'))).toEqual({ sweeps: [], loads: [], benches: [] });
});

test.each([
  ['no JSON', '{"at":1,', 'is no JSON'],
  ['JSON of something else', '{"name":"recado"}', 'is no result'],
  [
    'a sweep with a figure that is none',
    '{"parameter":"X","candidates":[{"value":"2"}]}',
    'is no result',
  ],
  ['null', 'null', 'is no result'],
])('%s is refused, by name', (_, text, message) => {
  const file = put('bad.json', text);
  expect(() => readResults([file])).toThrow(message);
  expect(() => readResults([file])).toThrow('bad.json');
});

test('a file that is not there is named', () => {
  expect(() => readResults([join(folder, 'gone.json')])).toThrow('gone.json cannot be read');
});
