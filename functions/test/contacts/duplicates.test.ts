import { beforeEach, expect, it } from 'vitest';
import { contactOf } from '../../src/contacts/identify';
import { aliasIds } from '../../src/contacts/rules';
import type { Suggestion } from '../../src/contacts/duplicates';
import type { Contact, Identity } from '../../src/contacts/schema';
import { contactsDismissDuplicate } from '../../src/entry/callables/contactsDismissDuplicate';
import { contactsDuplicates } from '../../src/entry/callables/contactsDuplicates';
import { db } from '../../src/platform/firestore';
import { as, call, codeOf, storeTeam } from '../support/calling';
import { merge } from '../support/merging';
import { billOf } from '../support/meter';
import { useProject } from '../support/project';
import { clearFirestore } from '../support/stored';

useProject('duplicates');
beforeEach(async () => {
  await clearFirestore();
  await storeTeam();
});

async function store(identity: Identity, fields: Partial<Contact> = {}): Promise<string> {
  const id = aliasIds(identity)[0] as string;
  await db()
    .doc(`contacts/${id}`)
    .set({ ...contactOf(identity), ...fields });
  return id;
}

/** All suggestions, page by page. */
async function all(limit: number): Promise<Suggestion[]> {
  const found: Suggestion[] = [];
  let cursor: string | null = null;
  do {
    const page: Record<string, unknown> = await call(
      contactsDuplicates,
      { limit, cursor },
      as('admin'),
    );
    found.push(...(page['suggestions'] as Suggestion[]));
    cursor = page['cursor'] as string | null;
  } while (cursor !== null);
  return found;
}
const pairsOf = (suggestions: Suggestion[]) =>
  suggestions
    .map(({ contacts, reasons }) => [
      ...contacts.map(({ contactId }) => contactId).sort(),
      ...reasons,
    ])
    .sort();

const pairs = (...lists: [string, string, ...string[]][]) =>
  lists.map(([a, b, ...reasons]) => [...[a, b].sort(), ...reasons]).sort();

it('tells each pair once, with why, whatever the pages', async () => {
  const ana = await store({ phone: '+5215512345678', name: 'Ana Gómez' });
  const again = await store({ phone: '+525512345678', name: 'ANA GOMEZ' });
  const mail = await store({ bsuid: 'ES.1', name: 'A. G.' }, { attributes: { email: 'ana@x.es' } });
  const mail2 = await store({ bsuid: 'ES.2', name: 'Zoe' }, { attributes: { email: 'Ana@X.es' } });
  for (let n = 0; n < 20; n++) await store({ phone: `+3461100000${n}`, name: `Person ${n}x` });
  const expected = pairs([ana, again, 'phone', 'name'], [mail, mail2, 'email']);
  for (const limit of [1, 3, 100]) expect(pairsOf(await all(limit))).toEqual(expected);
});

it('forgets a pair that was dismissed or merged, and is for leads', async () => {
  const a = await store({ phone: '+34600000001', name: 'Ana Gómez' });
  const b = await store({ phone: '+34600000002', name: 'Ana Gomez' });
  const c = await store({ phone: '+34600000003', name: 'ana gómez' });
  expect(await all(100)).toHaveLength(3);
  await call(contactsDismissDuplicate, { contactIds: [b, a] }, as('supervisor'));
  await call(contactsDismissDuplicate, { contactIds: [a, b] }, as('supervisor'));
  expect(await all(100)).toHaveLength(2);
  await merge(a, c, 'merge-0001');
  expect(await all(100)).toHaveLength(0);
  expect(await codeOf(call(contactsDuplicates, {}, as('agent')))).toBe('permission-denied');
});

it('a page costs what it looks at and finds', async () => {
  for (let n = 0; n < 30; n++) await store({ phone: `+3461100000${n}`, name: `Person ${n}x` });
  const bill = await billOf(() => call(contactsDuplicates, { limit: 10 }, as('admin')));
  // The caller's document; ten contacts; each by its name and by its number.
  expect(bill.reads).toBeLessThanOrEqual(1 + 10 + 20);
  expect(bill.writes).toBe(0);
});
