import { auditWrite } from '../audit/record';
import { currentContacts } from '../contacts/current';
import {
  aliasesLeadingTo,
  changeContact,
  pathOfContact,
  pointAlias,
  readPair,
  replaceContact,
  storedAliases,
} from '../contacts/merging';
import type { Contact } from '../contacts/schema';
import { searchFields } from '../contacts/search';
import { now } from '../platform/clock';
import { commit, isConflict, untilNoConflict } from '../platform/commit';
import type { Version } from '../platform/firestore';
import { AppError } from '../shared/errors';
import { mergedContact, tombstone, undone } from './rules';
import { UNDO_MS, type Merge } from './schema';
import { createMerge, readMerge, updateMerge } from './store';

/** Whom a merge makes one; null: they are one already. */
export type Pair = Pick<Merge, 'winnerId' | 'loserId'> | null;

/**
 * Makes two contacts one, in one commit with the record of what they were: from then on every alias
 * leads to the winner. Contacts that were merged before stand for those that they are now.
 *
 * @throws AppError `not-found` where one of them is gone
 */
export const mergeContacts = (
  mergeId: string,
  wanted: { winnerId: string; loserId: string },
  createdBy: string,
): Promise<Pair> =>
  tryHard(async () => {
    const { data: done } = await readMerge(mergeId);
    if (done) return { winnerId: done.winnerId, loserId: done.loserId };
    const { winnerId, loserId } = await currentPair(wanted);
    if (winnerId === loserId) return null;
    const [[winner, loser], aliases] = await Promise.all([
      readPair(winnerId, loserId),
      aliasesLeadingTo(loserId),
    ]);
    if (!winner.data || !winner.version || !loser.data || !loser.version) throw gone();
    const at = now();
    const both = mergedContact(winner.data, loser.data, loserId, at);
    const after = { ...both, search: searchFields(both) };
    const merge: Merge = {
      ...{ winnerId, loserId, createdBy, after },
      status: 'merging',
      createdAt: at,
      undoUntil: at + UNDO_MS,
      before: { winner: winner.data, loser: loser.data },
      aliases: aliases.map(({ id, alias }) => ({ id, alias })),
    };
    await commit([
      createMerge(mergeId, merge),
      replaceContact(winnerId, winner.data, after, winner.version),
      replaceContact(loserId, loser.data, tombstone(winnerId, loser.data, at), loser.version),
      ...aliases.map(({ id, alias, version }) =>
        pointAlias(id, { ...alias, contactId: winnerId }, version),
      ),
      auditWrite(createdBy, 'contacts.merged', pathOfContact(winnerId), { loserId, mergeId }),
    ]);
    return { winnerId, loserId };
  });

/** The contacts that two ids stand for now. */
export async function currentPair({
  winnerId,
  loserId,
}: {
  winnerId: string;
  loserId: string;
}): Promise<{ winnerId: string; loserId: string }> {
  const [winner, loser] = await currentContacts([winnerId, loserId]);
  if (!winner?.data || !loser?.data) throw gone();
  return { winnerId: winner.id, loserId: loser.id };
}

const gone = (): AppError =>
  new AppError('not-found', 'One of the contacts is not there any more.', {
    details: { reason: 'unknown-contact' },
  });

/**
 * Makes one contact two again: each is what it was, but for what came since, which stays with the
 * winner. Done twice it is done once.
 */
export const separateContacts = (mergeId: string, userId: string): Promise<Merge> =>
  tryHard(async () => {
    const { merge, version } = await undoable(mergeId);
    if (merge.status !== 'done' && merge.status !== 'merging') return merge;
    const { winnerId, loserId, before, after } = merge;
    const [[winner, loser], aliases] = await Promise.all([
      readPair(winnerId, loserId),
      storedAliases(merge.aliases.map(({ id }) => id)),
    ]);
    if (!winner.data || !winner.version || !loser.data || !loser.version) throw gone();
    if (winner.data.mergedInto !== undefined) throw mergedFurther();
    await commit([
      changeContact(winnerId, separated(before.winner, after, winner.data), winner.version),
      replaceContact(loserId, loser.data, before.loser, loser.version),
      ...merge.aliases.flatMap(({ id, alias }, index) => {
        const stored = aliases[index];
        const isStill = stored?.data?.contactId === winnerId;
        return isStill ? [pointAlias(id, alias, stored.version as Version)] : [];
      }),
      updateMerge(mergeId, { status: 'undoing' }, version),
      auditWrite(userId, 'contacts.unmerged', pathOfContact(winnerId), { loserId, mergeId }),
    ]);
    return { ...merge, status: 'undoing' };
  });

/** A name that led to the loser goes with it, whatever came since. */
function separated(before: Contact, after: Contact, current: Contact): Record<string, unknown> {
  const change = undone(before, after, current);
  return { ...change, search: searchFields({ ...current, ...change }), updatedAt: now() };
}

/** A merge that is there and can be undone. */
export async function undoable(mergeId: string): Promise<{ merge: Merge; version: Version }> {
  const { data: merge, version } = await readMerge(mergeId);
  if (!merge || !version || merge.undoUntil <= now()) {
    throw new AppError('not-found', 'There is no such merge, or it is older than 30 days.', {
      details: { reason: 'unknown-merge', field: 'mergeId' },
    });
  }
  return { merge, version };
}

/** The winner is somebody else's by now. */
export const mergedFurther = (): AppError =>
  new AppError('failed-precondition', 'The contact was merged into another one since.', {
    details: { reason: 'merged-further', hint: 'Undo that merge first.' },
  });

/** A conflict that stays one says nothing of the job: it is tried again later. */
async function tryHard<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await untilNoConflict(work);
  } catch (error) {
    if (!isConflict(error)) throw error;
    throw new AppError('aborted', 'The contacts are being changed.', { cause: error });
  }
}
