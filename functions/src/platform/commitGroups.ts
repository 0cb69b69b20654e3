import { mapConcurrently } from '../shared/async';
import { commit, GRPC, grpcCode, isConflict, type WriteOp } from './commit';
import type { Version } from './firestore';

/** What became of one group of writes: `conflict` is the gRPC code with which it was refused. */
export type GroupOutcome = { ok: true; version: Version } | { ok: false; conflict: number };

/** Firestore takes 10 MiB a commit; the estimate by JSON is coarse, so keep well away from it. */
const MAX_BYTES = 4 * 1024 * 1024;
const MAX_WRITES = 450;
const CONCURRENCY = 32;

/**
 * Applies groups of writes, each whole or not at all, in as few round trips as possible: all
 * together first; only if one of them conflicts or cannot be stored at all, each by itself, so that
 * it cannot fail the rest.
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
    if (!isConflict(error) && grpcCode(error) !== GRPC.invalidArgument) throw error;
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
  let created = new Set<string>();
  for (const group of groups) {
    const size = JSON.stringify(group).length * 2;
    const creates = group.filter(({ kind }) => kind === 'create').map(({ path }) => path);
    const isFull = writes + group.length > MAX_WRITES || bytes + size > MAX_BYTES;
    // A commit may not create a document twice; apart, the second one conflicts as it should.
    if (current.length > 0 && (isFull || creates.some((path) => created.has(path)))) {
      result.push(current);
      [current, writes, bytes, created] = [[], 0, 0, new Set()];
    }
    for (const path of creates) created.add(path);
    current.push(group);
    writes += group.length;
    bytes += size;
  }
  if (current.length > 0) result.push(current);
  return result;
}
