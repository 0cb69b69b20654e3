import { batchDelete } from '../batch/batchDelete';
import { batchQuery } from '../batch/batchQuery';
import { throwIfFailed } from '../batch/report';
import { now } from '../platform/clock';
import { storage } from '../platform/storage';
import { mapConcurrently } from '../shared/async';
import { files } from './store';

const PAGE = 200;
const CONCURRENCY = 10;

/**
 * Removes the files whose time is over, contents first: a crash leaves entries whose content is
 * gone, which the next run removes. One page a run; the schedule comes again.
 *
 * @returns how many
 */
export async function removeExpiredFiles(): Promise<number> {
  const { items } = await batchQuery(files, [{ where: [['expiresAt', '<=', now()]] }], {
    limit: PAGE,
    fields: ['path'],
  });
  await mapConcurrently(items, CONCURRENCY, ({ data }) => storage().remove(data.path));
  throwIfFailed(
    await batchDelete(
      files,
      items.map(({ id }) => id),
    ),
  );
  return items.length;
}
