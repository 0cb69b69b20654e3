import { expect, test } from 'vitest';
import { readOptions } from './options.ts';

const NONE = { files: [], measure: null, write: null, project: undefined };

test.each([
  ['', {}],
  ['a.json b.json', { files: ['a.json', 'b.json'] }],
  ['--measure', { measure: [] }],
  ['--measure CAMPAIGN_MICRO_BATCH --write', { measure: ['CAMPAIGN_MICRO_BATCH'], write: true }],
  ['--write functions/.env.shop', { write: 'functions/.env.shop' }],
  ['--write=.env', { write: '.env' }],
  ['--write a.json', { write: true, files: ['a.json'] }],
  ['--write --project shop', { write: true, project: 'shop' }],
])('"%s"', (line, options) => {
  expect(readOptions(line.split(' ').filter(Boolean))).toEqual({ ...NONE, ...options });
});

test.each([
  ['--fast', 'There is no option --fast.'],
  ['--measure SPEED', '"SPEED" is neither a parameter nor a result'],
  ['--measure QUEUE_MEMORY_MIB', 'is measured by a load test'],
  ['CAMPAIGN_MICRO_BATCH', 'name it behind --measure'],
  ['--project', '--project needs the id of one'],
  ['--write=', '--write= needs a file'],
])('"%s" is refused, with what is possible', (line, message) => {
  expect(() => readOptions(line.split(' '))).toThrow(message);
  expect(() => readOptions(line.split(' '))).toThrow('npm run tune -- ');
});
