import type { z } from 'zod';
import { auditWrite } from '../audit/record';
import { startJob } from '../jobs/start';
import { now } from '../platform/clock';
import { commit, untilNoConflict, type WriteOp } from '../platform/commit';
import { absent, union, without } from '../platform/firestore';
import { AppError } from '../shared/errors';
import type { Member } from '../team/schema';
import { isLead, mayAccess } from './access';
import { checkNoLastSeen, filterOf } from './find';
import { contactsById, type KnownContact } from './lookUp';
import type { tagContactsInput } from './schema';
import { tagField } from './search';
import { updateContact } from './store';

/** What becomes of tags; one that is in both lists goes. */
export interface Tagging {
  add: string[];
  remove: string[];
}

/** How many got other tags, had them so already, or are not there (for this member). */
export interface Tagged {
  changed: number;
  unchanged: number;
  missing: number;
}

/**
 * Tags contacts: up to 500 by id, at once and all or none; or all that a filter finds, in the
 * background, for supervisors and admins. Done twice it is done once.
 */
export async function tagContacts(
  member: Member,
  input: z.output<typeof tagContactsInput>,
): Promise<Tagged | { jobId: string }> {
  const { add, remove } = input;
  if ('contactIds' in input) return tagDirectly(member, input.contactIds, { add, remove });
  if (!isLead(member)) {
    throw new AppError('permission-denied', 'Tagging by a filter takes a supervisor.', {
      details: { reason: 'role', hint: 'Name your contacts by "contactIds".' },
    });
  }
  const filter = await filterOf(input);
  checkNoLastSeen(filter);
  return startJob(member, 'contacts-tag', input.jobId, { filter, add, remove }, { add, remove });
}

async function tagDirectly(member: Member, ids: string[], tagging: Tagging): Promise<Tagged> {
  const asked = [...new Set(ids)];
  return untilNoConflict(async () => {
    const found = await contactsById(asked);
    const own = found.filter(({ contact }) => mayAccess(member, contact));
    const { writes, changed } = tagWrites(own, tagging);
    if (changed > 0) {
      await commit([
        ...writes,
        auditWrite(member.uid, 'contacts.tag', 'contacts', { ...tagging, contacts: changed }),
      ]);
    }
    return { changed, unchanged: own.length - changed, missing: asked.length - own.length };
  });
}

/**
 * The writes that tag those who are not tagged so yet. They name what comes and what goes, so that
 * other changes of tags at the same time are not undone.
 */
export function tagWrites(
  known: readonly KnownContact[],
  { add, remove }: Tagging,
): { writes: WriteOp[]; changed: number } {
  const gone = new Set(remove);
  const coming = [...new Set(add)].filter((tag) => !gone.has(tag));
  let changed = 0;
  const writes = known.flatMap(({ id, contact }) => {
    const added = coming.filter((tag) => !contact.tags.includes(tag));
    const removed = [...gone].filter((tag) => contact.tags.includes(tag));
    if (added.length + removed.length > 0) changed++;
    return [
      ...(added.length > 0 ? [change(id, union(...added), added, true)] : []),
      ...(removed.length > 0 ? [change(id, without(...removed), removed, absent())] : []),
    ];
  });
  return { writes, changed };
}

const change = (id: string, tags: unknown, changed: string[], key: unknown): WriteOp =>
  updateContact(id, {
    tags,
    ...Object.fromEntries(changed.map((tag) => [tagField(tag), key])),
    updatedAt: now(),
  });
