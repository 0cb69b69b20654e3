import { COUNT, IDS, OWNERS, type Contact } from './documents.ts';
import type { PlainFirestore } from '../plainFirestore.ts';
import type { Job, Tools } from './sides.ts';

import { batchGet } from '../../../functions/lib/batch/batchGet.js';
import { batchQuery } from '../../../functions/lib/batch/batchQuery.js';
import { batchAggregation } from '../../../functions/lib/batch/batchAggregation.js';

const contacts = { path: 'benchContacts' } as { path: string; decode?: () => Contact };
/** Firestore's bound on the values of an `in`. */
const MAX_IN = 30;

type Figures = Parameters<ReturnType<PlainFirestore['collection']>['aggregate']>[0];

/** The helpers that read, on a collection that is filled once. */
export function readJobs({ firestore }: Tools): Job[] {
  const collection = firestore.collection(contacts.path);

  const get: Job = {
    name: 'batchGet',
    times: 50,
    value: async () => (await batchGet(contacts, IDS)).filter(({ data }) => data).length,
    async baseline() {
      let found = 0;
      for (const id of IDS) if ((await collection.doc(id).get()).data()) found++;
      return found;
    },
    async limit() {
      const snapshots = await firestore.getAll(...IDS.map((id) => collection.doc(id)));
      return snapshots.filter((snapshot) => snapshot.data()).length;
    },
  };

  // The contacts of forty agents. One by one: each is fetched, and kept if it is one of those.
  const query: Job = {
    name: 'batchQuery',
    times: 20,
    value: async () =>
      (await batchQuery(contacts, [{ where: [['owner', 'in', OWNERS]] }])).items.length,
    async baseline() {
      const wanted = new Set(OWNERS);
      const found: Contact[] = [];
      for (const id of IDS) {
        const contact = (await collection.doc(id).get()).data() as Contact;
        if (wanted.has(contact.owner)) found.push(contact);
      }
      return found.length;
    },
    async limit() {
      const pages = await Promise.all(
        [OWNERS.slice(0, MAX_IN), OWNERS.slice(MAX_IN)].map((owners) =>
          collection.where('owner', 'in', owners).get(),
        ),
      );
      return pages.flatMap(({ docs }) => docs.map((doc) => doc.data())).length;
    },
  };

  // How many contacts has each of forty agents, and what is their score in sum?
  const aggregation: Job = {
    name: 'batchAggregation',
    times: 20,
    async value() {
      const results = await batchAggregation(
        contacts,
        OWNERS.map((owner) => ({
          where: [['owner', '==', owner]] as const,
          count: true,
          sum: ['score'],
        })),
        { haveAllFields: true },
      );
      checkScore(results.reduce((sum, result) => sum + (result.sum['score'] ?? 0), 0));
      return results.reduce((sum, { count }) => sum + count, 0);
    },
    async baseline() {
      const counts = new Map<string, number>();
      let score = 0;
      for (const id of IDS) {
        const contact = (await collection.doc(id).get()).data() as Contact;
        counts.set(contact.owner, (counts.get(contact.owner) ?? 0) + 1);
        score += contact.score;
      }
      checkScore(score);
      return [...counts.values()].reduce((sum, count) => sum + count, 0);
    },
    async limit() {
      // What the library's AggregateField.count() and .sum('score') make.
      const figures = {
        count: { aggregateType: 'count' },
        score: { aggregateType: 'sum', _field: 'score' },
      } as unknown as Figures;
      const results = await Promise.all(
        OWNERS.map(async (owner) => {
          const snapshot = await collection.where('owner', '==', owner).aggregate(figures).get();
          return snapshot.data() as Record<'count' | 'score', number>;
        }),
      );
      checkScore(results.reduce((sum, { score }) => sum + score, 0));
      return results.reduce((sum, { count }) => sum + count, 0);
    },
  };
  return [get, query, aggregation];
}

function checkScore(score: number): void {
  if (score !== (COUNT * (COUNT - 1)) / 2) throw new Error(`the scores are ${score} in sum`);
}
