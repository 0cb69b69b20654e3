import { batchAggregation } from '../batch/batchAggregation';
import { deadLetters } from './store';

/**
 * How many dead letters wait for a person; about one read. Statuses are left out: those of messages
 * that other software sent over the same number end there too.
 */
export async function countOpenDeadLetters(): Promise<number> {
  const [open] = await batchAggregation(deadLetters, [
    {
      where: [
        ['status', '==', 'open'],
        ['kind', 'in', ['webhook', 'task']],
      ],
      count: true,
    },
  ]);
  return open?.count ?? 0;
}
