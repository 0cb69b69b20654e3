import type { DocumentSnapshot } from '@google-cloud/firestore';
import { db, toVersion } from '../platform/firestore';
import { mapConcurrently } from '../shared/async';
import { AppError } from '../shared/errors';
import type { Checkpoint } from './checkpoint';
import { chunksOf } from './chunk';
import { collectionRef } from './collection';
import { ItemError } from './errors';
import { entryOf, type Entry, type Mapping } from './migrated';
import { NAME } from './querySpec';
import type { Run } from './run';
import { STEP_LIMITS } from './writeAll';

/** How far a lane is; stored in its checkpoint. */
export interface LaneState {
  /** The id of the last document that is through. */
  after: string | null;
  read: number;
  written: number;
  skipped: number;
  failed: number;
  failures: { id: string; reason: string }[];
  /** Documents in the target before the first step; the first lane keeps it. */
  targetBefore: number | null;
}

/** Where a lane reads. */
export interface Range {
  /** From this id, exclusive of the end; undefined: without that bound. */
  from: string | undefined;
  upTo: string | undefined;
}

interface Reading<S, T> extends Range, Pick<Mapping<S, T>, 'source'> {
  run: Run;
  pageSize: number;
}

/** A range of ids that is worked through in order. */
export interface Lane<S, T> extends Mapping<S, T>, Reading<S, T> {
  checkpoint: Checkpoint<LaneState>;
  /** The range's first page, until it is taken: it is not to be in memory to the end. */
  beginning: Page | undefined;
  skipFailures: boolean;
}

interface Page {
  docs: DocumentSnapshot[];
  /** Whether there is nothing behind it. */
  isLast: boolean;
}

/** Failures that a checkpoint lists; it has to stay a small document. */
const MAX_FAILURES = 20;
const TRANSFORMS_AT_ONCE = 16;
/** After so many rounds that others' changes spoiled, fewer documents are tried at once. */
const ROUNDS = 3;
/** With a single document, each of these needs a change of just this one within a round trip. */
const ROUNDS_ALONE = 20;

/** Works through a lane from where its checkpoint is; reads ahead while it writes. */
export async function migrateLane<S extends object, T extends object>(
  lane: Lane<S, T>,
): Promise<void> {
  if (lane.checkpoint.isDone) return;
  const { after } = lane.checkpoint.state;
  let page = after === null && lane.beginning ? lane.beginning : await readPage(lane, after);
  lane.beginning = undefined;
  for (;;) {
    const last = page.docs.at(-1);
    const ahead = page.isLast || !last ? undefined : readPage(lane, last.id);
    // When writing fails, nobody waits for this one any more.
    ahead?.catch(() => undefined);
    await migratePage(lane, page);
    if (!ahead) return;
    page = await ahead;
  }
}

/** The page of a range behind a document, or its first one. */
export async function readPage<S extends object, T>(
  { run, source, from, upTo, pageSize }: Reading<S, T>,
  after: string | null,
): Promise<Page> {
  // One more tells whether there is another page, without a request for one that is empty.
  let query = collectionRef(source.path)
    .orderBy(NAME)
    .limit(pageSize + 1);
  if (after !== null) query = query.startAfter(after);
  else if (from !== undefined) query = query.startAt(from);
  if (upTo !== undefined) query = query.endBefore(upTo);
  const { docs } = await run.request('a page', 1, () => query.get());
  return { docs: docs.slice(0, pageSize), isLast: docs.length <= pageSize };
}

async function migratePage<S extends object, T extends object>(
  lane: Lane<S, T>,
  { docs, isLast }: Page,
): Promise<void> {
  const entries = await mapConcurrently(docs, TRANSFORMS_AT_ONCE, (snapshot) =>
    entryOf(lane, snapshot),
  );
  const limits = { ...STEP_LIMITS, count: Math.min(STEP_LIMITS.count, lane.run.burst) };
  const chunks = chunksOf(
    entries,
    limits,
    ({ bytes }) => bytes,
    ({ writes }) => writes.length,
  );
  if (chunks.length === 0) chunks.push([]);
  for (const [index, chunk] of chunks.entries()) {
    await apply(lane, chunk, isLast && index === chunks.length - 1);
  }
}

/** Writes entries and moves the checkpoint behind the last of them. */
async function apply<S extends object, T extends object>(
  lane: Lane<S, T>,
  entries: Entry[],
  isDone: boolean,
  round = 1,
): Promise<void> {
  const broken = entries.findIndex(({ failure }) => failure !== undefined);
  const failed = entries[broken];
  if (failed && !lane.skipFailures) {
    if (broken > 0) await apply(lane, entries.slice(0, broken), false);
    throw errorOf(lane, failed);
  }
  const { checkpoint } = lane;
  const writes = entries.flatMap((entry) => entry.writes);
  const result = await checkpoint.step(writes, stateAfter(checkpoint.state, entries), isDone);
  switch (result.is) {
    case 'applied':
      lane.run.advance(entries.length);
      return;
    case 'conflict':
      return applyChanged(lane, entries, isDone, round);
    case 'refused':
      return applyRefused(lane, entries, isDone, result.cause);
  }
}

async function applyHalves<S extends object, T extends object>(
  lane: Lane<S, T>,
  entries: Entry[],
  isDone: boolean,
): Promise<void> {
  const middle = Math.ceil(entries.length / 2);
  await apply(lane, entries.slice(0, middle), false);
  await apply(lane, entries.slice(middle), isDone);
}

/** Together they are too many, or one of them is not taken: halves find out which. */
async function applyRefused<S extends object, T extends object>(
  lane: Lane<S, T>,
  entries: Entry[],
  isDone: boolean,
  cause: unknown,
): Promise<void> {
  if (entries.length > 1) return applyHalves(lane, entries, isDone);
  const [only] = entries;
  // Without anything to write, it is the checkpoint itself that is not taken.
  if (!only || only.writes.length === 0) throw cause;
  return apply(lane, [{ ...only, writes: [], bytes: 0, failure: cause }], isDone);
}

/** Somebody changed documents between reading and writing: those are read and transformed anew. */
async function applyChanged<S extends object, T extends object>(
  lane: Lane<S, T>,
  entries: Entry[],
  isDone: boolean,
  round: number,
): Promise<void> {
  // Where documents change all the time, fewer of them are left alone for long enough.
  if (round >= ROUNDS && entries.length > 1) return applyHalves(lane, entries, isDone);
  if (round >= ROUNDS_ALONE) {
    const failure = new AppError('aborted', 'it changes faster than it can be migrated');
    throw errorOf(lane, { id: entries[0]?.id ?? '', failure });
  }
  const refs = entries.map(({ id }) => collectionRef(lane.source.path).doc(id));
  const snapshots = await lane.run.request('a page, again', 1, () => db().getAll(...refs));
  const current = await mapConcurrently(entries, TRANSFORMS_AT_ONCE, async (entry, index) => {
    const snapshot = snapshots[index] as DocumentSnapshot;
    const isSame = snapshot.updateTime && toVersion(snapshot.updateTime) === entry.version;
    return isSame ? entry : entryOf(lane, snapshot);
  });
  return apply(lane, current, isDone, round + 1);
}

function stateAfter(state: LaneState, entries: readonly Entry[]): LaneState {
  const present = entries.filter(({ version }) => version !== undefined);
  const failed = present.filter(({ failure }) => failure !== undefined);
  const failures = failed.map(({ id, failure }) => ({ id, reason: String(failure).slice(0, 300) }));
  const skipped = present.filter(
    ({ writes, failure }) => writes.length === 0 && failure === undefined,
  );
  return {
    ...state,
    after: entries.at(-1)?.id ?? state.after,
    read: state.read + present.length,
    written: state.written + present.reduce((sum, { writes }) => sum + writes.length, 0),
    skipped: state.skipped + skipped.length,
    failed: state.failed + failed.length,
    failures: [...state.failures, ...failures].slice(0, MAX_FAILURES),
  };
}

const errorOf = <S, T>(
  { source }: Lane<S, T>,
  { id, failure }: Pick<Entry, 'id' | 'failure'>,
): ItemError => new ItemError(`${source.path}/${id}`, failure, { attempts: 1, isInDoubt: false });
