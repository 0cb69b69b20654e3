import { currentContacts } from '../contacts/current';
import type { Twins } from '../contacts/identify';
import { startJob } from '../jobs/start';
import { log } from '../platform/log';
import { mapConcurrently } from '../shared/async';
import { AppError } from '../shared/errors';
import { hashId } from '../shared/ids';
import type { Member } from '../team/schema';
import type { z } from 'zod';
import { currentPair, mergedFurther, undoable } from './contactStep';
import type { MergeInput, unmergeInput } from './schema';

/** What the system does by itself. */
const SYSTEM: Member = { uid: 'system', role: 'admin' };

/**
 * Merges two contacts in the background; whoever was merged before stands for whom they are now.
 *
 * @throws AppError `not-found` where one of them does not exist, `failed-precondition` where they
 *   are one already
 */
export async function startMerge(
  member: Member,
  { jobId, winnerId, loserId }: MergeInput,
): Promise<{ jobId: string }> {
  const input = { winnerId, loserId };
  const { winnerId: a, loserId: b } = await currentPair(input);
  if (a === b && !(await isMerge(jobId))) {
    throw new AppError('failed-precondition', 'These contacts are one already.', {
      details: { reason: 'already-merged', contactId: a },
    });
  }
  return startJob(member, 'contacts-merge', jobId, input, input);
}

const isMerge = (jobId: string): Promise<boolean> =>
  undoable(jobId).then(
    () => true,
    () => false,
  );

/**
 * Undoes a merge in the background, within 30 days.
 *
 * @throws AppError `not-found` where there is none, `failed-precondition` while it is under way
 */
export async function startUnmerge(
  member: Member,
  { jobId, mergeId }: z.output<typeof unmergeInput>,
): Promise<{ jobId: string }> {
  const { merge } = await undoable(mergeId);
  if (merge.status === 'merging') {
    throw new AppError('failed-precondition', 'The merge is under way.', {
      details: { reason: 'still-merging', hint: 'Wait for it, or cancel it with jobs-cancel.' },
    });
  }
  const { winnerId, loserId } = merge;
  const details = { winnerId, loserId };
  const [winner] = await currentContacts([winnerId]);
  if (merge.status === 'done' && winner?.id !== winnerId) throw mergedFurther();
  return startJob(member, 'contacts-unmerge', jobId, { mergeId }, details);
}

const CONCURRENCY = 4;

/**
 * Merges contacts that WhatsApp itself said are one person. Once for each two: what a member undid
 * stays undone.
 */
export async function mergeTwins(twins: readonly Twins[]): Promise<void> {
  // eslint-disable-next-line recado/no-firestore-in-loops -- hardly ever one, and only once for each two
  await mapConcurrently(twins, CONCURRENCY, async ({ winnerId, loserId }) => {
    const input = { winnerId, loserId };
    const [first = '', second = ''] = [winnerId, loserId].sort();
    try {
      await startJob(SYSTEM, 'contacts-merge', hashId('twins', first, second), input, input);
    } catch (error) {
      // The messages are stored; their senders' next ones tell of it again.
      log.warn('contacts of one person were not merged', { winnerId, loserId, error });
    }
  });
}
