import type { DocumentData } from '@google-cloud/firestore';
import type { Version } from '../platform/firestore';
import { checkId, type Collection } from './collection';
import { ItemError } from './errors';
import type { BatchOptions } from './options';
import { reportOf, type BatchReport } from './report';
import { startRun } from './run';
import type { Write } from './write';
import { writeAll, type Outcome } from './writeAll';

/** One change of one document. */
export type Update<T> =
  /** Replaces the document, or makes it. */
  | { kind: 'set'; id: string; data: T }
  /** Sets the given fields, maps field by field; makes the document where there is none. */
  | { kind: 'merge'; id: string; data: Partial<T> }
  /** Makes the document; a conflict where there is one. */
  | { kind: 'create'; id: string; data: T }
  /** Sets fields by path (`address.phone`); missing where there is none, a conflict if not at `version`. */
  | { kind: 'update'; id: string; data: Record<string, unknown>; version?: Version }
  | { kind: 'delete'; id: string; version?: Version; mustExist?: boolean };

/**
 * Applies many changes, each by itself: one that is refused does not stop the others.
 *
 * - 500 documents or 3.5 MiB a request, 8 requests at once, two round trips for 1,000 documents.
 * - Changes that nothing can refuse but a missing document go as one commit a request, and again
 *   each by itself if one is refused: a round trip more.
 * - What Firestore could not do for the moment is tried again. A change whose answer got lost is
 *   repeated where that is harmless; else the document is looked at, and if that does not tell, the
 *   item has failed with `error.isInDoubt`. Increments without a `version` are never repeated.
 * - Running it again after a crash is safe for all but increments without a `version`.
 * - Several changes of one document are applied in the order given.
 *
 * @returns each item's outcome, in order: `ok` with the new version, `missing`, `conflict`, or
 *   `failed` with an error that names the document. What an abort or the deadline kept from being
 *   sent has failed with the code `aborted`. See `throwIfFailed`.
 * @throws never for an item
 * @example
 * const report = await batchUpdate(messages, [
 *   { kind: 'update', id: 'm1', data: { dueAt: absent() }, version },
 *   { kind: 'set', id: 'm2', data: message },
 * ], { perSecond: 500 });
 * for (const item of report.items) if (item.outcome === 'conflict') lookAgain(item.id);
 */
export async function batchUpdate<T extends object>(
  collection: Collection<T>,
  updates: readonly Update<T>[],
  options: BatchOptions = {},
): Promise<BatchReport> {
  const run = startRun(options, updates.length);
  const outcomes = new Array<Outcome>(updates.length);
  const writes: Write[] = [];
  const places: number[] = [];
  for (const [index, { id, ...update }] of updates.entries()) {
    const path = `${collection.path}/${id}`;
    try {
      checkId(collection.path, id);
      writes.push({ ...(update as { kind: 'set'; data: DocumentData }), path });
      places.push(index);
    } catch (error) {
      outcomes[index] = {
        outcome: 'failed',
        error: new ItemError(path, error, { attempts: 0, isInDoubt: false }),
      };
    }
  }
  for (const [index, outcome] of (await writeAll(run, writes)).entries()) {
    outcomes[places[index] as number] = outcome;
  }
  return reportOf(
    updates.map(({ id }) => id),
    outcomes,
  );
}
