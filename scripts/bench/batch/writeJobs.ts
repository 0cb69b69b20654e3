import { fill, IDS } from './documents.ts';
import type { Job, Tools } from './sides.ts';

import { batchUpdate } from '../../../functions/lib/batch/batchUpdate.js';
import { batchDelete } from '../../../functions/lib/batch/batchDelete.js';

const updated = { path: 'benchUpdated' };
const deleted = { path: 'benchDeleted' };

/** The helpers that write by id. */
export function writeJobs({ firestore }: Tools): Job[] {
  let changes = 0;
  const change = (): Record<string, unknown> => ({ owner: `agent${++changes}`, isActive: false });

  const update: Job = {
    name: 'batchUpdate',
    times: 50,
    async value() {
      const data = change();
      return (
        await batchUpdate(
          updated,
          IDS.map((id) => ({ kind: 'update', id, data })),
        )
      ).ok;
    },
    async baseline() {
      const data = change();
      let done = 0;
      for (const id of IDS) {
        await firestore.collection(updated.path).doc(id).update(data);
        done++;
      }
      return done;
    },
    async limit() {
      const data = change();
      const batch = firestore.batch();
      for (const id of IDS) batch.update(firestore.collection(updated.path).doc(id), data);
      return (await batch.commit()).length;
    },
  };

  const remove: Job = {
    name: 'batchDelete',
    times: 50,
    prepare: () => fill(firestore, deleted.path),
    value: async () => (await batchDelete(deleted, IDS)).ok,
    async baseline() {
      let done = 0;
      for (const id of IDS) {
        await firestore.collection(deleted.path).doc(id).delete();
        done++;
      }
      return done;
    },
    async limit() {
      const batch = firestore.batch();
      for (const id of IDS) batch.delete(firestore.collection(deleted.path).doc(id));
      return (await batch.commit()).length;
    },
  };
  return [update, remove];
}
