import type { DocumentSnapshot } from '@google-cloud/firestore';
import { absent, db, toVersion, type Version } from '../platform/firestore';
import type { Run } from './run';
import { sameValue } from './sameValue';
import type { Write } from './write';

const Absent = absent().constructor;

/**
 * Looks whether documents are as writes left them. A write was sent, its answer was lost, and the
 * same write sent again was refused: by its own first time, or by somebody else's change. If the
 * document is as asked for, it is done, whoever did it.
 *
 * @returns for each write whether its document is as asked for, and at which version
 */
export async function settle(
  run: Run,
  writes: readonly Write[],
): Promise<{ isDone: boolean; version: Version | undefined }[]> {
  const refs = writes.map(({ path }) => db().doc(path));
  const snapshots = await run.request('a look at what was written', refs.length, () =>
    db().getAll(...refs),
  );
  return writes.map((write, index) => {
    const snapshot = snapshots[index] as DocumentSnapshot;
    const time = snapshot.updateTime;
    return { isDone: isAsAsked(write, snapshot), version: time && toVersion(time) };
  });
}

function isAsAsked(write: Write, snapshot: DocumentSnapshot): boolean {
  if (write.kind === 'delete') return !snapshot.exists;
  if (!snapshot.exists) return false;
  if (write.kind !== 'update' && write.kind !== 'merge') {
    return sameValue(write.data, snapshot.data());
  }
  return Object.entries(write.data).every(([field, value]) => {
    const stored: unknown = snapshot.get(field);
    const isRemoval = typeof value === 'object' && (value as object | null)?.constructor === Absent;
    return isRemoval ? stored === undefined : value === undefined || sameValue(value, stored);
  });
}
