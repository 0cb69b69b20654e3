import {
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { diffOf, withValues, writeValues } from './parameterFile.ts';

const VALUES = new Map([
  ['QUEUE_CONCURRENCY', 40],
  ['QUEUE_MEMORY_MIB', 1_024],
]);

describe('a parameters file with other values', () => {
  test.each([
    ['is made', '', 'QUEUE_CONCURRENCY="40"\nQUEUE_MEMORY_MIB="1024"\n'],
    [
      'keeps comments, order, quotes and other lines',
      '# sizes\nQUEUE_MEMORY_MIB=512 # enough\n\nWABA_ID="7"\nexport QUEUE_CONCURRENCY = \'80\'\n',
      '# sizes\nQUEUE_MEMORY_MIB=1024 # enough\n\nWABA_ID="7"\nexport QUEUE_CONCURRENCY = \'40\'\n',
    ],
    [
      'gets what is not there at its end, on a line of its own',
      'QUEUE_CONCURRENCY="80"',
      'QUEUE_CONCURRENCY="40"\nQUEUE_MEMORY_MIB="1024"\n',
    ],
    [
      'has the last of two lines changed, which counts',
      'QUEUE_CONCURRENCY=1\nQUEUE_CONCURRENCY=2\nQUEUE_MEMORY_MIB=3\n',
      'QUEUE_CONCURRENCY=1\nQUEUE_CONCURRENCY=40\nQUEUE_MEMORY_MIB=1024\n',
    ],
    [
      'keeps the ends of its lines',
      'QUEUE_CONCURRENCY=80\r\nQUEUE_MEMORY_MIB=\r\n',
      'QUEUE_CONCURRENCY=40\r\nQUEUE_MEMORY_MIB=1024\r\n',
    ],
    [
      'leaves names alone that only begin like it, and what is in comments',
      '# QUEUE_CONCURRENCY=80\nQUEUE_CONCURRENCY_OLD=80\nQUEUE_CONCURRENCY=80\nQUEUE_MEMORY_MIB=512\n',
      '# QUEUE_CONCURRENCY=80\nQUEUE_CONCURRENCY_OLD=80\nQUEUE_CONCURRENCY=40\nQUEUE_MEMORY_MIB=1024\n',
    ],
  ])('%s', (_, before, after) => {
    expect(withValues(before, VALUES)).toBe(after);
    expect(withValues(after, VALUES)).toBe(after);
  });

  test('differs in the lines that are shown', () => {
    const before = '# a\nQUEUE_CONCURRENCY=80\nB=1\n';
    expect(diffOf(before, withValues(before, VALUES))).toEqual([
      '- QUEUE_CONCURRENCY=80',
      '+ QUEUE_CONCURRENCY=40',
      '+ QUEUE_MEMORY_MIB="1024"',
    ]);
  });
});

describe('writing it', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'recado-tune-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  test('twice changes nothing the second time', () => {
    const file = join(folder, '.env.shop');
    writeFileSync(file, 'WABA_ID="7"\n');
    expect(writeValues(file, VALUES)).toHaveLength(2);
    const { mtimeMs, ino } = statSync(file);
    expect(writeValues(file, VALUES)).toEqual([]);
    expect(statSync(file)).toMatchObject({ mtimeMs, ino });
    expect(readdirSync(folder)).toEqual(['.env.shop']);
  });

  test('replaces it as a whole, and keeps its rights', () => {
    const file = join(folder, '.env.shop');
    writeFileSync(file, 'WABA_ID="7"\n', { mode: 0o640 });
    const { ino } = statSync(file);
    writeValues(file, VALUES);
    expect(statSync(file).ino).not.toBe(ino);
    expect(statSync(file).mode & 0o777).toBe(0o640);
  });

  test('through a link changes the file behind it', () => {
    const [file, link] = [join(folder, 'real'), join(folder, 'link')];
    writeFileSync(file, '');
    symlinkSync(file, link);
    writeValues(link, VALUES);
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(readFileSync(file, 'utf8')).toContain('QUEUE_CONCURRENCY="40"');
  });

  test('with nothing to change makes no file', () => {
    expect(writeValues(join(folder, '.env.shop'), new Map())).toEqual([]);
    expect(readdirSync(folder)).toEqual([]);
  });
});
