import type { Query, QueryDocumentSnapshot } from '@google-cloud/firestore';
import { toVersion } from '../platform/firestore';
import { mapConcurrently } from '../shared/async';
import { parts } from './chunk';
import type { Deleting, Parent } from './cleanStep';
import { fromCursor, isPackable, toCursor } from './cursor';
import { below, type Subcollections } from './descent';
import { addFamily, createOutbox, gather } from './outbox';
import type { Order } from './querySpec';
import type { Run } from './run';

interface Reading {
  run: Run;
  query: Query;
  order: readonly Order[];
  pageSize: number;
}

export interface Cleanup extends Deleting, Reading {
  /** What the query finds first, where that was read. */
  beginning: Page | undefined;
  maxDeletes: number;
  subcollections: Subcollections;
}

interface Page {
  docs: QueryDocumentSnapshot[];
  /** Whether there is nothing behind it. */
  isLast: boolean;
}

/** Documents that are asked at once for what is below them; as many answers are in memory. */
const AT_ONCE = 32;

const roomOf = ({ maxDeletes, spent }: Cleanup): number => maxDeletes - spent;

/** Deletes page by page from where the checkpoint is; says whether `maxDeletes` ended it. */
export async function cleanPages(cleanup: Cleanup): Promise<'maxDeletes' | null> {
  if (roomOf(cleanup) <= 0) return 'maxDeletes';
  let page = await firstPage(cleanup);
  for (;;) {
    const { docs, isLast } = page;
    const last = docs.at(-1);
    const room = roomOf(cleanup) - docs.length;
    const next = last && cleanup.query.startAfter(last);
    const ahead = isLast || !next || room <= 0 ? undefined : readPage(cleanup, next, room);
    // When deleting fails, nobody waits for this one any more.
    ahead?.catch(() => undefined);
    const isThrough = await cleanPage(cleanup, page);
    if (!isThrough) return 'maxDeletes';
    if (isLast || !next) return null;
    if (roomOf(cleanup) <= 0) return 'maxDeletes';
    page = await (ahead ?? readPage(cleanup, next, roomOf(cleanup)));
  }
}

/** The page from where the checkpoint is. */
function firstPage(cleanup: Cleanup): Promise<Page> | Page {
  const { query, order, checkpoint, beginning } = cleanup;
  const { cursor } = checkpoint.state;
  if (cursor === null && beginning) return beginning;
  if (cursor === null) return readPage(cleanup, query, roomOf(cleanup));
  const { values, id } = fromCursor(cursor, order.length);
  return readPage(cleanup, query.startAfter(...values, id), roomOf(cleanup));
}

/** A page of a query, of `room` documents at most. */
export async function readPage(
  { run, order, pageSize }: Reading,
  query: Query,
  room: number,
): Promise<Page> {
  const limit = Math.min(pageSize, room);
  // Of the documents, only what tells their place and version is needed; one more than are wanted
  // tells whether there is another page, without a request for one that is empty.
  const page = query.select(...order.map(([field]) => field)).limit(limit + 1);
  const { docs } = await run.request('a page', 1, () => page.get());
  return { docs: docs.slice(0, limit), isLast: docs.length <= limit };
}

/** Deletes a page's families; false where `maxDeletes` cut it short. */
async function cleanPage(cleanup: Cleanup, { docs, isLast }: Page): Promise<boolean> {
  const outbox = createOutbox(cleanup, cleanup.maxDeletes);
  for (const slice of parts(docs, AT_ONCE)) {
    const found = await mapConcurrently(slice, AT_ONCE, async ({ ref }) => {
      const gathering = gather(below(cleanup, ref));
      await gathering.fill(Math.min(outbox.size, outbox.room()));
      return gathering;
    });
    for (const [index, gathering] of found.entries()) {
      const parent = parentOf(slice[index] as QueryDocumentSnapshot, cleanup.order);
      const isThrough = await addFamily(outbox, parent, gathering);
      if (!isThrough) return false;
    }
  }
  await outbox.flush(isLast);
  return true;
}

function parentOf(snapshot: QueryDocumentSnapshot, order: readonly Order[]): Parent {
  return {
    path: snapshot.ref.path,
    version: toVersion(snapshot.updateTime),
    cursor() {
      const values = order.map(([field]) => snapshot.get(field) as unknown);
      // Without one, the next run begins at an earlier one: what was deleted is not found again.
      return values.every(isPackable) ? toCursor({ values, id: snapshot.id }) : null;
    },
  };
}
