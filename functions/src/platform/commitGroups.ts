import { sizeAtMost } from '../shared/size';
import { mapConcurrently, partition } from '../shared/async';
import { commit, GRPC, grpcCode, isConflict, type WriteOp } from './commit';
import type { Version } from './firestore';

/** What became of one group of writes: `conflict` is the gRPC code with which it was refused. */
export type GroupOutcome = { ok: true; version: Version } | { ok: false; conflict: number };

/** Firestore takes 10 MiB and the emulator 4 MiB a commit; stay well away from it. */
const MAX_BYTES = 3 * 1024 * 1024;
const MAX_WRITES = 450;
const CONCURRENCY = 32;
/** So many commits go out at once; what comes meanwhile shares the next one. */
const COMMITS_AT_ONCE = 2;
/** How often those whom a conflict does not name try together again. */
const TRIES_TOGETHER = 3;

/** Groups that go into one commit. */
interface Chunk {
  groups: WriteOp[][];
  writes: number;
  bytes: number;
  /** What is created; a commit may not create a document twice. */
  creates: Set<string>;
}

interface Waiting extends Chunk {
  resolve: (outcomes: GroupOutcome[]) => void;
  reject: (error: unknown) => void;
}

const waiting: Waiting[] = [];
let underWay = 0;

/**
 * Applies groups of writes, each whole or not at all, in as few round trips as possible: together
 * with each other, and with those of other callers who come while the instance's commits are under
 * way. Where a document is missing, those that Firestore names go by themselves and the rest
 * together again; at any other conflict, and where one cannot be stored at all, each by itself.
 *
 * @returns an outcome a group, in order
 * @throws what no retry could settle (an outage); groups applied before it stay applied
 */
export async function commitGroups(groups: readonly WriteOp[][]): Promise<GroupOutcome[]> {
  const outcomes = await Promise.all(chunksOf(groups).map(inTurn));
  return outcomes.flat();
}

const inTurn = (chunk: Chunk): Promise<GroupOutcome[]> =>
  new Promise((resolve, reject) => {
    waiting.push({ ...chunk, resolve, reject });
    commitWaiting();
  });

function commitWaiting(): void {
  while (underWay < COMMITS_AT_ONCE && waiting.length > 0) {
    underWay++;
    void commitTogether(takeTogether()).finally(() => {
      underWay--;
      commitWaiting();
    });
  }
}

/** The first of those who wait, and as many after it as fit into its commit. */
function takeTogether(): Waiting[] {
  const taken = [waiting.shift() as Waiting];
  const together = emptyChunk();
  add(together, taken[0] as Waiting);
  for (let next = waiting[0]; next && fits(together, next); next = waiting[0]) {
    taken.push(next);
    waiting.shift();
    add(together, next);
  }
  return taken;
}

/** Settles all of them, and never rejects. */
async function commitTogether(chunks: Waiting[], tries = TRIES_TOGETHER): Promise<void> {
  const [first] = chunks as [Waiting];
  if (chunks.length === 1) return commitChunk(first.groups).then(first.resolve, first.reject);
  try {
    const version = await commit(chunks.flatMap(({ groups }) => groups.flat()));
    for (const { groups, resolve } of chunks) resolve(groups.map(() => ({ ok: true, version })));
  } catch (error) {
    if (!concernsOneGroup(error)) {
      for (const { reject } of chunks) reject(error);
      return;
    }
    const { alone, together } = apart(error, chunks, ({ groups }) => groups.flat(), tries);
    await Promise.all([
      ...alone.map(({ groups, resolve, reject }) => commitChunk(groups).then(resolve, reject)),
      together.length > 0 && commitTogether(together, tries - 1),
    ]);
  }
}

async function commitChunk(groups: WriteOp[][], tries = TRIES_TOGETHER): Promise<GroupOutcome[]> {
  try {
    const version = await commit(groups.flat());
    return groups.map(() => ({ ok: true, version }));
  } catch (error) {
    if (!concernsOneGroup(error)) throw error;
    if (groups.length === 1) return [{ ok: false, conflict: grpcCode(error) as number }];
    const { alone, together } = apart(error, groups, (group) => group, tries);
    const [others, named] = await Promise.all([
      together.length > 0 ? commitChunk(together, tries - 1) : [],
      mapConcurrently(alone, CONCURRENCY, (group) => commitChunk([group])),
    ]);
    const outcomes = new Map([
      ...together.map((group, index) => [group, others[index]] as const),
      ...alone.map((group, index) => [group, named[index]?.[0]] as const),
    ]);
    return groups.map((group) => outcomes.get(group) as GroupOutcome);
  }
}

/**
 * Divides those whose commit failed into whom the error names by a document's id, and the rest. It
 * is a guess at who is to blame, and only saves commits: nothing is settled by it. Newcomers, whose
 * documents are missing, come one by one; what exists already comes again in bulk, all of it alone.
 */
function apart<T>(
  error: unknown,
  items: T[],
  opsOf: (item: T) => WriteOp[],
  tries: number,
): { alone: T[]; together: T[] } {
  const { message = '' } = error as Partial<Error>;
  const mayBeFew = tries > 1 && grpcCode(error) === GRPC.notFound;
  const isNamed = ({ path }: WriteOp) => message.includes(path.slice(path.lastIndexOf('/') + 1));
  const [alone, together] = partition(items, (item) => opsOf(item).some(isNamed));
  return mayBeFew && alone.length > 0 ? { alone, together } : { alone: items, together: [] };
}

const concernsOneGroup = (error: unknown): boolean =>
  isConflict(error) || grpcCode(error) === GRPC.invalidArgument;

/** Splits by count and bytes; a group is never torn. */
function chunksOf(groups: readonly WriteOp[][]): Chunk[] {
  const chunks: Chunk[] = [];
  for (const group of groups) {
    const next = chunkOf(group);
    const last = chunks.at(-1);
    if (last && fits(last, next)) add(last, next);
    else chunks.push(next);
  }
  return chunks;
}

const emptyChunk = (): Chunk => ({ groups: [], writes: 0, bytes: 0, creates: new Set() });

const chunkOf = (group: WriteOp[]): Chunk => ({
  groups: [group],
  writes: group.length,
  bytes: group.reduce(
    (sum, op) => sum + op.path.length + ('data' in op ? sizeAtMost(op.data) : 0),
    0,
  ),
  creates: new Set(group.filter(({ kind }) => kind === 'create').map(({ path }) => path)),
});

/** Whether a chunk has room for another; of two that create one document the second has to fail. */
const fits = (chunk: Chunk, next: Chunk): boolean =>
  chunk.writes + next.writes <= MAX_WRITES &&
  chunk.bytes + next.bytes <= MAX_BYTES &&
  [...next.creates].every((path) => !chunk.creates.has(path));

function add(chunk: Chunk, next: Chunk): void {
  chunk.groups.push(...next.groups);
  chunk.writes += next.writes;
  chunk.bytes += next.bytes;
  for (const path of next.creates) chunk.creates.add(path);
}
