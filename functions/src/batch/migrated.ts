import type { DocumentData, DocumentSnapshot } from '@google-cloud/firestore';
import { toVersion, type Version } from '../platform/firestore';
import { AppError } from '../shared/errors';
import { checkId, decoded, type Collection } from './collection';
import { Stopped } from './errors';
import { sizeOfWrite, type Write } from './write';

/** A document to write; without an id it keeps its own. */
export interface Migrated<T> {
  id?: string;
  data: T;
}
type Result<T> = Migrated<T> | Migrated<T>[] | null;
/** What becomes of a document. It may be asked again for the same one. */
export type Transform<S, T> = (document: { id: string; data: S }) => Result<T> | Promise<Result<T>>;

/** From where to where documents go, and how. */
export interface Mapping<S, T> {
  source: Collection<S>;
  target: Collection<T>;
  transform: Transform<S, T>;
  isInPlace: boolean;
  merge: boolean;
}

/** A document with what is to be written for it, or why that cannot be. */
export interface Entry {
  id: string;
  /** The version that was read; none if it is gone by now. */
  version: Version | undefined;
  writes: Write[];
  bytes: number;
  failure?: unknown;
}

/** Transforms a document that was read. */
export async function entryOf<S extends object, T extends object>(
  mapping: Mapping<S, T>,
  snapshot: DocumentSnapshot,
): Promise<Entry> {
  const { id } = snapshot;
  const stored = snapshot.data();
  const version = snapshot.updateTime && toVersion(snapshot.updateTime);
  if (!stored || !version) return { id, version: undefined, writes: [], bytes: 0 };
  try {
    const result = await mapping.transform({ id, data: decoded(mapping.source, stored, id) });
    const results = result === null ? [] : Array.isArray(result) ? result : [result];
    const writes = results.map((migrated) => writeOf(mapping, migrated, { id, stored, version }));
    if (new Set(writes.map(({ path }) => path)).size < writes.length) {
      throw new AppError('invalid-argument', 'it became two documents with the same id');
    }
    return {
      id,
      version,
      writes,
      bytes: writes.reduce((sum, write) => sum + sizeOfWrite(write), 0),
    };
  } catch (failure) {
    // No fault of the document: the function used a helper with the same deadline.
    if (failure instanceof Stopped) throw failure;
    return { id, version, writes: [], bytes: 0, failure };
  }
}

function writeOf<S, T extends object>(
  { target, isInPlace, merge }: Mapping<S, T>,
  { id, data }: Migrated<T>,
  from: { id: string; stored: DocumentData; version: Version },
): Write {
  const targetId = id ?? from.id;
  checkId(target.path, targetId);
  const path = `${target.path}/${targetId}`;
  if (!isInPlace) return { kind: merge ? 'merge' : 'set', path, data };
  if (targetId !== from.id) {
    // The new document might lie ahead, and would be passed through again.
    throw new AppError(
      'invalid-argument',
      'a document cannot move to another id within its collection',
    );
  }
  return { kind: 'replace', path, data, version: from.version, before: Object.keys(from.stored) };
}
