import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../lib/paths.ts';
import { MEASURES } from './measure/measures.ts';
import { sizeFor, SIZES_MIB } from './memory.ts';
import { TUNED } from './parameters.ts';
import { valuesOf } from './values.ts';

const params = readFileSync(join(ROOT, 'functions/src/params.ts'), 'utf8');

test('what is tuned is a parameter, and what can be measured here has its measure', () => {
  for (const { name } of TUNED) expect(params).toContain(`defineInt('${name}'`);
  expect(Object.keys(MEASURES).toSorted()).toEqual(
    TUNED.filter(({ candidates }) => candidates)
      .map(({ name }) => name)
      .toSorted(),
  );
});

test('memory comes in the sizes that there are; for more than the greatest there is none', () => {
  expect(sizeFor(1)).toBe(128);
  expect(sizeFor(Math.max(...SIZES_MIB))).toBeUndefined();
});

const manifest = {
  params: TUNED.map(({ name }) => ({ name, type: 'int', default: 80 })),
};

test('the present values are those of the project, beside the defaults', () => {
  const values = valuesOf(manifest, 'shop', (file) =>
    file === '.env.shop' ? { QUEUE_CONCURRENCY: '40' } : {},
  );
  expect(values.get('QUEUE_CONCURRENCY')).toEqual({ present: 40, preset: 80 });
  expect(values.get('WEBHOOK_CONCURRENCY')).toEqual({ present: 80, preset: 80 });
});

test.each(['many', '', '0', '1.5'])('a present value of "%s" is refused, by name', (value) => {
  expect(() => valuesOf(manifest, 'shop', () => ({ QUEUE_CONCURRENCY: value }))).toThrow(
    `QUEUE_CONCURRENCY has to be a whole number in functions/.env.shop, not "${value}".`,
  );
});
