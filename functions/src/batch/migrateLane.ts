import type { DocumentData, DocumentSnapshot } from '@google-cloud/firestore';
import { db, toVersion, type Version } from '../platform/firestore';
import { mapConcurrently } from '../shared/async';
import { AppError } from '../shared/errors';
import type { Checkpoint, StepResult } from './checkpoint';
import { chunksOf } from './chunk';
import { checkId, collectionRef, decoded, type Collection } from './collection';
import { ItemError } from './errors';
import { NAME } from './querySpec';
import type { Run } from './run';
import { sizeOfWrite, type Write } from './write';
import { WRITE_LIMITS } from './writeAll';

/** A document to write; without an id it keeps its own. */
export interface Migrated<T> {
  id?: string;
  data: T;
}
type Result<T> = Migrated<T> | Migrated<T>[] | null;
/** What becomes of a document. It may be asked again for the same one. */
export type Transform<S, T> = (document: { id: string; data: S }) => Result<T> | Promise<Result<T>>;

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

/** A range of ids that is worked through in order. */
export interface Lane<S, T> {
  run: Run;
  source: Collection<S>;
  target: Collection<T>;
  transform: Transform<S, T>;
  checkpoint: Checkpoint<LaneState>;
  /** The range: from here, exclusive of the end. */
  after: string | undefined;
  upTo: string | undefined;
  pageSize: number;
  isInPlace: boolean;
  merge: boolean;
  skipFailures: boolean;
}

/** A document with what is to be written for it, or why that cannot be. */
interface Entry {
  id: string;
  writes: Write[];
  isGone?: boolean;
  failure?: unknown;
}

/** Failures that a checkpoint lists; it has to stay a small document. */
const MAX_FAILURES = 20;
const TRANSFORMS_AT_ONCE = 16;
/** Each round needs somebody else's change of the same document to fail. */
const MAX_ROUNDS = 20;

/** Works through a lane from where its checkpoint is; reads ahead while it writes. */
export async function migrateLane<S extends object, T extends object>(
  lane: Lane<S, T>,
): Promise<void> {
  if (lane.checkpoint.isDone) return;
  let page = await readPage(lane, lane.checkpoint.state.after);
  for (;;) {
    const last = page.at(-1);
    const isLast = page.length < lane.pageSize;
    const ahead = isLast || !last ? undefined : readPage(lane, last.id);
    // When writing fails, nobody waits for this one any more.
    ahead?.catch(() => undefined);
    await migratePage(lane, page, isLast);
    if (!ahead) return;
    page = await ahead;
  }
}

async function readPage<S extends object, T>(
  { run, source, after: from, upTo, pageSize }: Lane<S, T>,
  after: string | null,
): Promise<DocumentSnapshot[]> {
  let query = collectionRef(source.path).orderBy(NAME).limit(pageSize);
  if (after !== null) query = query.startAfter(after);
  else if (from !== undefined) query = query.startAt(from);
  if (upTo !== undefined) query = query.endBefore(upTo);
  return (await run.request('a page', 1, () => query.get())).docs;
}

async function migratePage<S extends object, T extends object>(
  lane: Lane<S, T>,
  page: DocumentSnapshot[],
  isLast: boolean,
): Promise<void> {
  const entries = await mapConcurrently(page, TRANSFORMS_AT_ONCE, (snapshot) =>
    entryOf(lane, snapshot),
  );
  const limits = { ...WRITE_LIMITS, count: lane.pageSize };
  const chunks = chunksOf(entries, limits, ({ writes }) =>
    writes.reduce((sum, write) => sum + sizeOfWrite(write), 0),
  );
  if (chunks.length === 0) chunks.push([]);
  for (const [index, chunk] of chunks.entries()) {
    await applyEntries(lane, chunk, isLast && index === chunks.length - 1);
  }
}

async function entryOf<S extends object, T extends object>(
  lane: Lane<S, T>,
  snapshot: DocumentSnapshot,
): Promise<Entry> {
  const { id } = snapshot;
  const stored = snapshot.data();
  if (!stored || !snapshot.updateTime) return { id, writes: [], isGone: true };
  try {
    const result = await lane.transform({ id, data: decoded(lane.source, stored, id) });
    const results = result === null ? [] : Array.isArray(result) ? result : [result];
    const version = toVersion(snapshot.updateTime);
    return { id, writes: results.map((migrated) => writeOf(lane, migrated, id, stored, version)) };
  } catch (failure) {
    return { id, writes: [], failure };
  }
}

function writeOf<S, T extends object>(
  lane: Lane<S, T>,
  { id, data }: Migrated<T>,
  sourceId: string,
  stored: DocumentData,
  version: Version,
): Write {
  const { target, isInPlace, merge } = lane;
  const targetId = id ?? sourceId;
  checkId(target.path, targetId);
  const path = `${target.path}/${targetId}`;
  if (!isInPlace) return { kind: merge ? 'merge' : 'set', path, data };
  if (targetId !== sourceId) {
    // The new document might lie ahead, and would be passed through again.
    throw new AppError(
      'invalid-argument',
      'a document cannot move to another id within its collection',
    );
  }
  return { kind: 'replace', path, data, version, before: merge ? [] : Object.keys(stored) };
}

/** Writes entries and moves the checkpoint behind the last of them. */
async function applyEntries<S extends object, T extends object>(
  lane: Lane<S, T>,
  entries: Entry[],
  isDone: boolean,
): Promise<void> {
  const broken = lane.skipFailures ? -1 : entries.findIndex(({ failure }) => failure !== undefined);
  const [first] = entries.slice(Math.max(0, broken));
  if (broken === 0 && first) throw failureOf(lane, first);
  if (broken > 0 && first) {
    await applyEntries(lane, entries.slice(0, broken), false);
    throw failureOf(lane, first);
  }

  let current = entries;
  for (let round = 1; ; round++) {
    const writes = current.flatMap((entry) => entry.writes);
    const result = await lane.checkpoint.step(
      writes,
      stateAfter(lane.checkpoint.state, current),
      isDone,
    );
    if (result.is === 'applied') break;
    if (result.is === 'refused') return applyRefused(lane, current, isDone, result);
    if (round >= MAX_ROUNDS)
      throw new AppError(
        'aborted',
        `${lane.source.path}: documents change faster than they can be migrated`,
      );
    current = await readAgain(lane, current);
  }
  lane.run.advance(entries.length);
}

/** Together they are too many, or one of them is not taken: halves find out which. */
async function applyRefused<S extends object, T extends object>(
  lane: Lane<S, T>,
  entries: Entry[],
  isDone: boolean,
  { cause }: StepResult & { is: 'refused' },
): Promise<void> {
  const [only] = entries;
  if (!only) throw cause;
  if (entries.length === 1) {
    return applyEntries(lane, [{ id: only.id, writes: [], failure: cause }], isDone);
  }
  const middle = Math.ceil(entries.length / 2);
  await applyEntries(lane, entries.slice(0, middle), false);
  await applyEntries(lane, entries.slice(middle), isDone);
}

/** Somebody changed a document between reading and writing: all are read and transformed anew. */
async function readAgain<S extends object, T extends object>(
  lane: Lane<S, T>,
  entries: Entry[],
): Promise<Entry[]> {
  const refs = entries.map(({ id }) => collectionRef(lane.source.path).doc(id));
  const snapshots = await lane.run.request('a page, again', 1, () => db().getAll(...refs));
  return mapConcurrently(snapshots, TRANSFORMS_AT_ONCE, (snapshot) => entryOf(lane, snapshot));
}

function stateAfter(state: LaneState, entries: readonly Entry[]): LaneState {
  const present = entries.filter(({ isGone }) => !isGone);
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

const failureOf = <S, T>({ source }: Lane<S, T>, { id, failure }: Entry): ItemError =>
  new ItemError(`${source.path}/${id}`, failure, { attempts: 1, isInDoubt: false });
