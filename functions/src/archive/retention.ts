import { now } from '../platform/clock';
import type { CleanupLimits } from '../batch/cleanupLimits';
import type { Archived } from './schema';
import { listPartitions, type Listed } from './store';
import { dropPartition } from './tidy';

/**
 * Deletes the archived months that ended before a time.
 * @returns how many documents were in them
 */
export async function removeArchived(
  archived: Archived,
  before: number,
  { deadline, dryRun }: CleanupLimits,
): Promise<{ deleted: number }> {
  const partitions = await listPartitions(archived);
  let deleted = 0;
  // eslint-disable-next-line recado/no-firestore-in-loops -- a partition after the other
  for (const listed of partitions.filter((each) => each.to <= before && isAtRest(each))) {
    if (now() > deadline) break;
    if (!dryRun) await dropPartition(listed);
    deleted += listed.count;
  }
  return { deleted };
}

const isAtRest = ({ status }: Listed): boolean => status === 'archived' || status === 'restored';
