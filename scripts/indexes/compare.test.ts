import { describe, expect, test } from 'vitest';
import { INDEX_FILE } from './check.ts';
import { clientShapes, compare, problemsIn, Shapes } from './compare.ts';
import { readDeclared } from './declared.ts';
import { tableOf } from './table.ts';
import { index, sent } from './test-support.ts';
import type { SentQuery } from './types.ts';

const byStatus = sent([['status', 'EQUAL']], ['at']);

function shapesOf(...queries: SentQuery[]): Shapes {
  const shapes = new Shapes();
  for (const query of queries) shapes.addLogged(query);
  return shapes;
}

describe('the verdict', () => {
  test('on what is asked and declared', () => {
    const comparison = compare(shapesOf(byStatus, byStatus, sent([])), {
      indexes: [index('status', 'at')],
      fieldOverrides: [],
    });

    expect(comparison.ok).toBe(true);
    expect(problemsIn(comparison)).toEqual([]);
    expect(tableOf(comparison.rows)).toMatchInlineSnapshot(`
      "   query                             logged    served by
      ✓  contacts                          1         automatic
      ✓  contacts where status == by at ↑  2         contacts (status ↑, at ↑)"
    `);
  });

  test('on a missing one: what to declare', () => {
    const comparison = compare(shapesOf(byStatus), { indexes: [], fieldOverrides: [] });

    expect(comparison.ok).toBe(false);
    expect(problemsIn(comparison)).toEqual([
      expect.stringContaining(JSON.stringify(index('status', 'at'))),
    ]);
  });

  test('on one that nothing uses', () => {
    const comparison = compare(shapesOf(), { indexes: [index('a', 'b')], fieldOverrides: [] });

    expect(comparison.ok).toBe(false);
    expect(problemsIn(comparison)).toEqual([expect.stringContaining('contacts (a ↑, b ↑)')]);
  });

  test('on an exempted field that is queried', () => {
    const comparison = compare(shapesOf(sent([['a', 'EQUAL']])), {
      indexes: [],
      fieldOverrides: [{ collectionGroup: 'contacts', fieldPath: 'a', indexes: [] }],
    });

    expect(comparison.ok).toBe(false);
    expect(problemsIn(comparison)).toEqual([expect.stringContaining('exempts')]);
  });

  test('on a collection group without its index', () => {
    const comparison = compare(shapesOf(sent([['a', 'EQUAL']], [], { group: true })), {
      indexes: [],
      fieldOverrides: [],
    });

    expect(problemsIn(comparison)).toEqual([expect.stringContaining('COLLECTION_GROUP')]);
  });
});

test('on collections that nobody has heard of', () => {
  const asked = new Shapes();
  asked.addLogged({ query: { from: [{ collectionId: 'mesages' }] }, aggregated: [] });
  asked.addLogged({ query: { from: [{ collectionId: 'items' }] }, aggregated: [] });
  const comparison = compare(asked, {
    indexes: [],
    fieldOverrides: [{ collectionGroup: 'user', fieldPath: 'a', indexes: [] }],
  });

  expect(comparison.unknown).toEqual(['mesages', 'user']);
  expect(comparison.ok).toBe(false);
  expect(problemsIn(comparison)).toHaveLength(2);
});

test("the declared indexes serve all of the apps' queries", () => {
  const { rows } = compare(clientShapes(), readDeclared(INDEX_FILE));

  expect(rows.filter(({ service }) => service.by === 'nothing')).toEqual([]);
});
