import { AggregateField } from '@google-cloud/firestore';
import { expect, it } from 'vitest';
import { db } from '../src/platform/firestore';
import { billOf } from './support/meter';
import { useProject } from './support/project';

useProject('meter');

it('aggregations are billed by the documents that they count, not by what is in them', async () => {
  const contacts = db().collection('contacts');
  for (let from = 0; from < 1_500; from += 500) {
    const batch = db().batch();
    for (let n = from; n < from + 500; n++) batch.set(contacts.doc(`n${n}`), { value: 50_000 });
    await batch.commit();
  }
  const few = contacts.limit(3);
  const sum = AggregateField.sum('value');
  const readsOf = async (work: () => Promise<unknown>) => (await billOf(work)).reads;

  expect(await readsOf(() => contacts.count().get())).toBe(2);
  expect(await readsOf(() => few.count().get())).toBe(1);
  expect(await readsOf(() => few.aggregate({ sum }).get())).toBe(1);
  const both = { sum, count: AggregateField.count() };
  expect(await readsOf(() => few.aggregate(both).get())).toBe(1);
  expect(await readsOf(() => contacts.aggregate(both).get())).toBe(2);
});
