import { batchGet, type Got } from '../batch/batchGet';
import type { DeadLetter } from './schema';
import { deadLetters } from './store';

/** What a replay needs of dead letters. */
export { readRaw, updateDeadLetter } from './store';

export const readDeadLetters = (ids: string[]): Promise<Got<DeadLetter>[]> =>
  batchGet(deadLetters, ids);
