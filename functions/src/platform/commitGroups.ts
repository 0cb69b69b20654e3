import { mapConcurrently } from '../shared/async';
import { commit, grpcCode, isConflict, type WriteOp } from './commit';
import type { Version } from './firestore';

/** What became of one group of writes. */
export type GroupOutcome = { ok: true; version: Version } | { ok: false; conflict: number };

/** Firestore takes 10 MiB a commit; the estimate by JSON is coarse, so keep well away from it. */
const MAX_BYTES = 4 * 1024 * 1024;
const MAX_WRITES = 450;
const CONCURRENCY = 32;

/**
 * Applies groups of writes, each whole or not at all, in as few round trips as possible: all
 * together first; only if one of them conflicts, each by itself, so that it cannot fail the rest.
 *
 * @returns an outcome a group, in order
 * @throws what no retry could settle (an outage); groups applied before it stay applied
 */
export async function commitGroups(groups: readonly WriteOp[][]): Promise<GroupOutcome[]> {
  const outcomes = await mapConcurrently(chunks(groups), 4, commitChunk);
  return outcomes.flat();
}

async function commitChunk(groups: WriteOp[][]): Promise<GroupOutcome[]> {
  try {
    const version = await commit(groups.flat());
    return groups.map(() => ({ ok: true, version }));
  } catch (error) {
    if (!isConflict(error)) throw error;
    if (groups.length === 1) return [{ ok: false, conflict: grpcCode(error) as number }];
  }
  const alone = await mapConcurrently(groups, CONCURRENCY, (group) => commitChunk([group]));
  return alone.flat();
}

/** Splits by count and bytes; a group is never torn. */
function chunks(groups: readonly WriteOp[][]): WriteOp[][][] {
  const result: WriteOp[][][] = [];
  let current: WriteOp[][] = [];
  let writes = 0;
  let bytes = 0;
  for (const group of groups) {
    const size = JSON.stringify(group).length * 2;
    if (current.length > 0 && (writes + group.length > MAX_WRITES || bytes + size > MAX_BYTES)) {
      result.push(current);
      [current, writes, bytes] = [[], 0, 0];
    }
    current.push(group);
    writes += group.length;
    bytes += size;
  }
  if (current.length > 0) result.push(current);
  return result;
}
