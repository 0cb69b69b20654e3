import { commit, isConflict, type WriteOp } from '../platform/commit';
import { read, readAll } from '../platform/firestore';
import { jobPath } from './store';

/** What is kept of a piece: `jobs/{id}/pieces/{n}`, until the step that it belongs to is recorded. */
const piecePath = (jobId: string, n: number): string => `${jobPath(jobId)}/pieces/${n}`;

/**
 * Commits a piece of a step by itself, so that several can be on their way at once. What came of it
 * is kept in the same commit: however often it is tried, it counts once.
 *
 * @param outcome a document of its own
 * @returns what came of the piece that counts: of this try, or of one before
 * @throws the conflict, when it is of the piece's own writes
 */
export async function commitPiece<T extends object>(
  jobId: string,
  n: number,
  outcome: T,
  writes: readonly WriteOp[],
): Promise<T> {
  const path = piecePath(jobId, n);
  try {
    await commit([{ kind: 'create', path, data: outcome }, ...writes]);
    return outcome;
  } catch (error) {
    if (!isConflict(error)) throw error;
    const { data } = await read<T>(path);
    if (data) return data;
    throw error;
  }
}

/** What came of the pieces that were committed, by their numbers; a read each. */
export async function donePieces<T extends object>(
  jobId: string,
  numbers: readonly number[],
): Promise<Map<number, T>> {
  const found = await readAll<T>(numbers.map((n) => piecePath(jobId, n)));
  return new Map(
    found.flatMap(({ data }, index) => (data ? [[numbers[index] as number, data] as const] : [])),
  );
}

/** Goes with the step that counts the pieces: they are not needed any more. */
export const removePieces = (jobId: string, numbers: readonly number[]): WriteOp[] =>
  numbers.map((n) => ({ kind: 'delete', path: piecePath(jobId, n) }));
