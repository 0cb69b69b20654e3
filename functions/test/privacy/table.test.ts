import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { COLLECTIONS } from '../../../scripts/indexes/collections';
import { ROOT } from '../../../scripts/lib/paths';

test('docs/privacy.md says of every collection what is held of a person, and what becomes of it', () => {
  const page = readFileSync(join(ROOT, 'docs', 'privacy.md'), 'utf8');
  const rows = [...page.matchAll(/^\| `(\w+)` +\|(.+)\|(.+)\|(.+)\|$/gm)];
  const told = rows.filter((row) => row.slice(2).every((cell) => cell.trim() !== ''));
  expect(told.map(([, name]) => name).sort()).toEqual([...COLLECTIONS].sort());
});
