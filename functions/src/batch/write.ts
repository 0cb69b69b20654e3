import type { DocumentData, DocumentReference, WriteBatch } from '@google-cloud/firestore';
import { absent, db, fromVersion, increment, type Version } from '../platform/firestore';
import { addPlain, addPlainDelete, addPlainUpdate, type Demand } from '../platform/plainWrite';
import { sizeOf } from '../shared/size';

/** One write as plain data. */
export type Write =
  | { kind: 'set' | 'merge' | 'create'; path: string; data: DocumentData }
  /** Fields by path (`address.phone`); fails where there is no document, or not at `version`. */
  | { kind: 'update'; path: string; data: DocumentData; version?: Version }
  /** The whole document, which has to be at `version`; `before` names the fields it had. */
  | { kind: 'replace'; path: string; data: DocumentData; version: Version; before: string[] }
  | { kind: 'delete'; path: string; version?: Version; mustExist?: boolean };

/** Adds a write to a batch of the client library, which checks the data and throws. */
export function addWrite(batch: WriteBatch, write: Write): void {
  const { kind } = write;
  if ((kind === 'create' || kind === 'set') && addPlain(batch, kind, write.path, write.data))
    return;
  if (kind === 'delete') {
    // The library tells what is wrong with a path that is not plain.
    if (!addPlainDelete(batch, write.path, demandOf(write))) batch.delete(db().doc(write.path));
    return;
  }
  if (kind === 'update' && addPlainUpdate(batch, write.path, write.data, demandOf(write))) return;
  const ref = db().doc(write.path);
  switch (write.kind) {
    case 'set':
      batch.set(ref, write.data);
      break;
    case 'merge':
      batch.set(ref, write.data, { merge: true });
      break;
    case 'create':
      batch.create(ref, write.data);
      break;
    case 'update': {
      const data = write.data;
      if (write.version) batch.update(ref, data, preconditionOf(write.version));
      else batch.update(ref, data);
      break;
    }
    case 'replace':
      addReplace(batch, ref, write);
      break;
  }
}

function demandOf(write: Write & { kind: 'update' | 'delete' }): Demand | undefined {
  if (write.version) return { version: write.version };
  return 'mustExist' in write && write.mustExist ? { exists: true } : undefined;
}

const preconditionOf = (version: Version) => ({ lastUpdateTime: fromVersion(version) });

/** Names that an update would take for the path of a field within a map, or refuse. */
const ODD_NAME = /[~*/[\].]/;

/** The library sets whole documents unconditionally only; an update of every field may demand. */
function addReplace(
  batch: WriteBatch,
  ref: DocumentReference,
  { data, before, version }: Write & { kind: 'replace' },
): void {
  const kept = new Set(Object.keys(data).filter((name) => data[name] !== undefined));
  const removed = before.filter((name) => !kept.has(name));
  if (
    [...kept, ...removed].some((name) => ODD_NAME.test(name)) ||
    kept.size + removed.length === 0
  ) {
    // Of two writes of one commit, the first may demand what the second is to replace.
    batch.delete(ref, preconditionOf(version)).set(ref, data);
    return;
  }
  const changes = { ...data, ...Object.fromEntries(removed.map((name) => [name, absent()])) };
  batch.update(ref, changes, preconditionOf(version));
}

/** Whether it is common that it is refused, which tells its caller something. */
export const isConditional = (write: Write): boolean =>
  write.kind === 'create' ||
  'version' in write ||
  (write.kind === 'delete' && write.mustExist === true);

/** About how many bytes it takes in a request. */
export const sizeOfWrite = (write: Write): number =>
  write.path.length * 3 + 150 + ('data' in write ? sizeOf(write.data) : 0);

const Increment = increment(0).constructor;

/** Whether applying it twice is the same as once: true of all but increments. */
export const isRepeatable = (write: Write): boolean =>
  !('data' in write) || !hasIncrement(write.data);

function hasIncrement(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (value.constructor === Object) return Object.values(value).some(hasIncrement);
  return value.constructor === Increment;
}
