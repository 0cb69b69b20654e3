import { batchDelete } from '../batch/batchDelete';
import { batchQuery } from '../batch/batchQuery';
import type { Collection } from '../batch/collection';
import { throwIfFailed } from '../batch/report';
import { now } from '../platform/clock';
import { countedEvents, metrics } from './store';

/** Documents of a collection a run; the schedule comes each hour, and an hour makes less. */
const PAGE = 1_000;

/** Removes minutes, quarters and memories of events that were kept long enough; gives how many. */
export async function removeOldMetrics(): Promise<number> {
  const counts = await Promise.all([removeExpired(metrics), removeExpired(countedEvents)]);
  return counts.reduce((sum, count) => sum + count, 0);
}

async function removeExpired(collection: Collection<{ expiresAt?: number }>): Promise<number> {
  const { items } = await batchQuery(collection, [{ where: [['expiresAt', '<=', now()]] }], {
    limit: PAGE,
    fields: ['expiresAt'],
  });
  const report = await batchDelete(
    collection,
    items.map(({ id }) => id),
  );
  return throwIfFailed(report).ok;
}
