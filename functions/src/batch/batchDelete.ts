import type { Version } from '../platform/firestore';
import { batchUpdate } from './batchUpdate';
import type { Collection } from './collection';
import type { BatchOptions } from './options';
import type { BatchReport } from './report';

/** A document to delete: by its id, or only if it is still at a version. */
export type Deletion = string | { id: string; version?: Version };

interface DeleteOptions extends BatchOptions {
  /**
   * Tell those that were not there (`missing`); otherwise their absence is as asked for (`ok`), as
   * it is after an answer was lost: then nobody can tell who deleted them.
   */
  mustExist?: boolean;
}

/**
 * Deletes many documents, each by itself; their sub-collections stay (see `batchCleanup`).
 * Limits, retries and outcomes are those of `batchUpdate`. Running it again is safe.
 *
 * @returns each item's outcome, in order; `conflict`: not at `version` any more, and still there
 * @throws never for an item
 * @example
 * const { ok, missing } = await batchDelete(identities, aliases, { mustExist: true });
 */
export function batchDelete<T extends object>(
  collection: Collection<T>,
  deletions: readonly Deletion[],
  { mustExist = false, ...options }: DeleteOptions = {},
): Promise<BatchReport> {
  const updates = deletions.map((deletion) => ({
    kind: 'delete' as const,
    mustExist,
    ...(typeof deletion === 'string' ? { id: deletion } : deletion),
  }));
  return batchUpdate(collection, updates, options);
}
