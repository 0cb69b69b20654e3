import { empty, fill, type Contact } from './documents.ts';
import type { Job, Tools } from './sides.ts';

import { batchMigration } from '../../../functions/lib/batch/batchMigration.js';
import { batchCleanup } from '../../../functions/lib/batch/batchCleanup.js';

const source = { path: 'benchSource' } as { path: string; decode?: () => Contact };
const target = { path: 'benchTarget' };
const outdated = { path: 'benchOutdated' };

const transform = (data: Contact) => ({ ...data, tags: [...data.tags, 'migrated'], version: 2 });

/** The helpers that work through a collection and keep their place. */
export async function jobJobs({ firestore }: Tools): Promise<Job[]> {
  await fill(firestore, source.path);
  let runs = 0;

  const migration: Job = {
    name: 'batchMigration',
    times: 20,
    prepare: () => empty(firestore, target.path),
    async value() {
      const { written } = await batchMigration(
        source,
        target,
        ({ data }) => ({ data: transform(data) }),
        { name: `bench-${process.pid}-${++runs}` },
      );
      return written;
    },
    async baseline() {
      const { docs } = await firestore.collection(source.path).get();
      let done = 0;
      for (const doc of docs) {
        await firestore
          .collection(target.path)
          .doc(doc.id)
          .set(transform(doc.data() as Contact));
        done++;
      }
      return done;
    },
    async limit() {
      const { docs } = await firestore.collection(source.path).get();
      const batch = firestore.batch();
      for (const doc of docs) {
        const data = transform(doc.data() as Contact);
        batch.set(firestore.collection(target.path).doc(doc.id), data);
      }
      return (await batch.commit()).length;
    },
  };

  const cleanup: Job = {
    name: 'batchCleanup',
    times: 20,
    prepare: () => fill(firestore, outdated.path),
    async value() {
      const { deleted } = await batchCleanup(
        outdated,
        { where: [['isActive', '==', true]] },
        { name: `bench-cleanup-${process.pid}-${++runs}`, subcollections: [] },
      );
      return deleted;
    },
    async baseline() {
      const query = firestore.collection(outdated.path).where('isActive', '==', true);
      const { docs } = await query.get();
      let done = 0;
      for (const { ref } of docs) {
        await ref.delete();
        done++;
      }
      return done;
    },
    async limit() {
      const query = firestore.collection(outdated.path).where('isActive', '==', true);
      // Only the names are needed.
      const { docs } = await query.select().get();
      const batch = firestore.batch();
      for (const { ref } of docs) batch.delete(ref);
      return (await batch.commit()).length;
    },
  };
  return [migration, cleanup];
}
