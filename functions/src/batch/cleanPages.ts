import type { DocumentReference, Query, QueryDocumentSnapshot } from '@google-cloud/firestore';
import { db, toVersion, type Version } from '../platform/firestore';
import type { Checkpoint } from './checkpoint';
import { chunksOf } from './chunk';
import { fromCursor, toCursor } from './cursor';
import { createDescent, type Subcollections } from './descent';
import type { Order } from './querySpec';
import type { Run } from './run';
import { sizeOfWrite, type Write } from './write';
import { WRITE_LIMITS } from './writeAll';

/** How far a clean-up is; stored in its checkpoint. */
export interface CleanupState {
  /** Behind the last document that is through. */
  cursor: string | null;
  deleted: number;
  below: number;
  kept: number;
}

export interface Cleanup {
  run: Run;
  query: Query;
  order: readonly Order[];
  checkpoint: Checkpoint<CleanupState>;
  pageSize: number;
  maxDeletes: number;
  subcollections: Subcollections;
  /** Deletions of this call. */
  spent: number;
}

/** A found document, and what lies below it: it goes as a whole. */
interface Family {
  /** Absent where only a part of what lies below is to go for now. */
  parent?: { path: string; version: Version; cursor: string };
  below: string[];
}

/** Deletes page by page from where the checkpoint is; says whether `maxDeletes` ended it. */
export async function cleanPages(cleanup: Cleanup): Promise<'maxDeletes' | null> {
  const { run, order, checkpoint, pageSize, maxDeletes } = cleanup;
  let page = await readPage(cleanup, checkpoint.state.cursor);
  for (;;) {
    const last = page.at(-1);
    const next = last && page.length === pageSize ? cursorOf(last, order) : undefined;
    const isEnough = cleanup.spent + page.length >= maxDeletes;
    const ahead = next === undefined || isEnough ? undefined : readPage(cleanup, next);
    // When deleting fails, nobody waits for this one any more.
    ahead?.catch(() => undefined);
    const isCut = await cleanPage(cleanup, page, next === undefined);
    run.advance(page.length);
    if (isCut) return 'maxDeletes';
    if (next === undefined) return null;
    if (cleanup.spent >= maxDeletes) return 'maxDeletes';
    page = await (ahead ?? readPage(cleanup, next));
  }
}

async function readPage(
  { run, query, order, pageSize }: Cleanup,
  cursor: string | null,
): Promise<QueryDocumentSnapshot[]> {
  // Of the documents, only what tells their place and version is needed.
  let page = query.select(...order.map(([field]) => field)).limit(pageSize);
  if (cursor !== null) {
    const { values, id } = fromCursor(cursor, order.length);
    page = page.startAfter(...values, id);
  }
  return (await run.request('a page', 1, () => page.get())).docs;
}

const cursorOf = (snapshot: QueryDocumentSnapshot, order: readonly Order[]): string =>
  toCursor({ values: order.map(([field]) => snapshot.get(field) as unknown), id: snapshot.id });

/** Deletes a page's families; true where `maxDeletes` cut it short. */
async function cleanPage(
  cleanup: Cleanup,
  page: QueryDocumentSnapshot[],
  isLast: boolean,
): Promise<boolean> {
  const families = await familiesOf(cleanup, page);
  const affordable = cutTo(families, cleanup.maxDeletes - cleanup.spent);
  const isCut =
    affordable.length < families.length || affordable.at(-1)?.parent !== families.at(-1)?.parent;
  const chunks = chunked(cleanup.run, affordable);
  if (chunks.length === 0) chunks.push([]);
  for (const [index, chunk] of chunks.entries()) {
    await step(cleanup, chunk, isLast && !isCut && index === chunks.length - 1);
  }
  return isCut;
}

function familiesOf(cleanup: Cleanup, page: QueryDocumentSnapshot[]): Promise<Family[]> {
  const { run, order, subcollections } = cleanup;
  let turn: Promise<unknown> = Promise.resolve();
  const deleteNow = (below: string[]): Promise<void> => {
    // Steps of a checkpoint go one after the other.
    const mine = turn.then(async () => {
      for (const chunk of chunked(
        run,
        below.map((path) => ({ below: [path] })),
      )) {
        await step(cleanup, chunk, false);
      }
    });
    turn = mine.catch(() => undefined);
    return mine;
  };
  const descend = createDescent(run, subcollections, deleteNow);
  return Promise.all(
    page.map(async (snapshot): Promise<Family> => {
      const ref: DocumentReference = snapshot.ref;
      const version = toVersion(snapshot.updateTime);
      const parent = { path: ref.path, version, cursor: cursorOf(snapshot, order) };
      return { parent, below: await descend(ref) };
    }),
  );
}

const weightOf = ({ parent, below }: Family): number => below.length + (parent ? 1 : 0);

/** The families that may be deleted for so many deletions; of the first that is too many, children. */
function cutTo(families: Family[], room: number): Family[] {
  const result: Family[] = [];
  let left = room;
  for (const family of families) {
    if (weightOf(family) > left) {
      if (left > 0) result.push({ below: family.below.slice(0, left) });
      break;
    }
    result.push(family);
    left -= weightOf(family);
  }
  return result;
}

function chunked(run: Run, families: Family[]): Family[][] {
  const limits = { ...WRITE_LIMITS, count: Math.min(WRITE_LIMITS.count, run.burst) };
  const sizeOf = (family: Family): number =>
    writesOf(family).reduce((sum, write) => sum + sizeOfWrite(write), 0);
  return chunksOf(families, limits, sizeOf, weightOf);
}

function writesOf({ parent, below }: Family): Write[] {
  const writes = below.map((path): Write => ({ kind: 'delete', path }));
  if (parent) writes.push({ kind: 'delete', path: parent.path, version: parent.version });
  return writes;
}

/** Deletes families and moves the checkpoint behind them; those that changed meanwhile are left. */
async function step(cleanup: Cleanup, families: Family[], isDone: boolean): Promise<void> {
  const { checkpoint } = cleanup;
  let current = families;
  for (;;) {
    const { state } = checkpoint;
    const writes = current.flatMap(writesOf);
    const deleted = parentsOf(current).length;
    const all = parentsOf(families);
    const next: CleanupState = {
      cursor: all.at(-1)?.cursor ?? state.cursor,
      deleted: state.deleted + deleted,
      below: state.below + writes.length - deleted,
      kept: state.kept + all.length - deleted,
    };
    const result = await checkpoint.step(writes, next, isDone);
    if (result.is === 'refused') throw result.cause;
    if (result.is === 'applied') {
      cleanup.spent += writes.length;
      return;
    }
    current = await unchanged(cleanup.run, current);
  }
}

const parentsOf = (families: Family[]): NonNullable<Family['parent']>[] =>
  families.flatMap(({ parent }) => parent ?? []);

/** Those that are as they were found. Each look drops one at least, so looking comes to an end. */
async function unchanged(run: Run, families: Family[]): Promise<Family[]> {
  const parents = parentsOf(families);
  const refs = parents.map(({ path }) => db().doc(path));
  const snapshots = await run.request('a look at a page', refs.length, () => db().getAll(...refs));
  const same = new Set(
    parents.filter(({ version }, index) => {
      const time = snapshots[index]?.updateTime;
      return time && toVersion(time) === version;
    }),
  );
  return families.filter(({ parent }) => !parent || same.has(parent));
}
