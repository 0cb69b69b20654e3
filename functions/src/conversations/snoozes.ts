import { batchQuery } from '../batch/batchQuery';
import { batchUpdate } from '../batch/batchUpdate';
import { throwIfFailed } from '../batch/report';
import { now } from '../platform/clock';
import { conversations } from './store';

const PAGE = 200;

/**
 * Opens the snoozed conversations whose time has come; gives how many. Safe to run twice or
 * overlapping: the write demands the version that was read, so a newer change wins.
 */
export async function wakeSnoozed(): Promise<number> {
  const isDue = [
    ['status', '==', 'snoozed'],
    ['snoozedUntil', '<=', now()],
  ] as const;
  const due = await batchQuery(conversations, [{ where: isDue }], {
    orderBy: [['snoozedUntil', 'asc']],
    limit: PAGE,
  });
  const report = await batchUpdate(
    conversations,
    due.items.map(({ id, version }) => ({
      kind: 'update',
      id,
      data: { status: 'open', snoozedUntil: null },
      version,
    })),
  );
  return throwIfFailed(report).ok;
}
