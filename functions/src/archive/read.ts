import { AppError } from '../shared/errors';
import type { Line } from './lines';
import { readPart } from './parts';
import { partitionId, rangeOf } from './rules';
import type { Archived } from './schema';
import { listPartitions, readPartition } from './store';

/**
 * The documents of a collection that are in the archive and nowhere else, of the months that a range
 * touches; a file at a time, each is checked. One download each.
 *
 * @param range epoch ms: from a time on, until before another
 * @throws AppError `failed-precondition` where one of the months is just being emptied or restored,
 *   so that nobody can say where its documents are, or a file is damaged
 */
export async function* archivedDocuments(
  archived: Archived,
  range: { from: number; to: number },
): AsyncGenerator<Line[]> {
  const touched = (await listPartitions(archived)).filter(
    ({ month, to }) => to > range.from && rangeOf(month).from < range.to,
  );
  const moving = touched.find(({ status }) => status === 'deleting' || status === 'restoring');
  if (moving) throw onTheMove(partitionId(moving));
  // eslint-disable-next-line recado/no-firestore-in-loops -- a partition after the other
  for (const listed of touched.filter(({ status }) => status === 'archived')) {
    const held = await readPartition(listed);
    for (const part of held?.partition.parts ?? []) yield await readPart(part);
  }
}

const onTheMove = (id: string): AppError =>
  new AppError(
    'failed-precondition',
    `${id} is being archived or restored. Let that end first: npm run partitions:archive or partitions:restore.`,
    { details: { reason: 'archive-moving' } },
  );
