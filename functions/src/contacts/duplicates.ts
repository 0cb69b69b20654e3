import type { z } from 'zod';
import { auditWrite } from '../audit/record';
import { batchGet } from '../batch/batchGet';
import { batchQuery } from '../batch/batchQuery';
import type { QuerySpec } from '../batch/querySpec';
import { now } from '../platform/clock';
import { commit, isConflict } from '../platform/commit';
import type { Member } from '../team/schema';
import {
  isTeller,
  matchValues,
  reasonsFor,
  type DuplicateReason,
  type MatchValues,
} from './duplicateRules';
import type { Contact, dismissDuplicateInput, duplicatesInput } from './schema';
import { contactPath, contacts, createDismissal, dismissals, pairId } from './store';

/** A contact as a suggestion shows it. */
interface Candidate {
  contactId: string;
  name: string | null;
  phone: string | null;
  username: string | null;
  createdAt: number;
}

/** Two contacts that may be one person, and why. */
export interface Suggestion {
  contacts: [Candidate, Candidate];
  reasons: DuplicateReason[];
}

const FIELDS: Record<DuplicateReason, string> = {
  phone: 'phone',
  email: 'attributes.email',
  username: 'username',
  name: 'search.name',
};

/** Contacts found for a page; one name that many have does not make it dear. */
const MAX_FOUND = 500;

/**
 * Looks at a page of contacts, in the order of names, for others that may be the same person: by
 * the same full name, e-mail, username, or another form of the number. Each pair is told once, with
 * the earlier of the two, unless somebody said that they are two.
 *
 * A page costs `limit` reads, one for each contact found, 500 at most, and one for each pair. It
 * may have no suggestion: the cursor tells whether it goes on.
 */
export async function findDuplicates({ cursor, limit }: z.output<typeof duplicatesInput>): Promise<{
  suggestions: Suggestion[];
  cursor: string | null;
}> {
  const page = await batchQuery(contacts, [{ where: [] }], {
    orderBy: [['search.name', 'asc']],
    limit,
    cursor: cursor ?? null,
  });
  const found = await batchQuery(contacts, specsOf(page.items.map(({ data }) => data)), {
    limit: MAX_FOUND,
  });
  const others = found.items.filter(({ data }) => data.mergedInto === undefined);
  const pairs = page.items.flatMap((one) =>
    others
      .filter((other) => other.id !== one.id && isTeller(one, other))
      .map((other) => ({ one, other, reasons: reasonsFor(one.data, other.data) }))
      .filter(({ reasons }) => reasons.length > 0),
  );
  const dismissed = await batchGet(
    dismissals,
    pairs.map(({ one, other }) => pairId(one.id, other.id)),
  );
  return {
    suggestions: pairs
      .filter((_, index) => dismissed[index]?.data === undefined)
      .map(({ one, other, reasons }) => ({
        contacts: [shown(one.id, one.data), shown(other.id, other.data)],
        reasons,
      })),
    cursor: page.cursor,
  };
}

/** One query for each kind of value that the contacts have. */
function specsOf(page: readonly Contact[]): QuerySpec[] {
  const values = page.map(matchValues);
  return (Object.keys(FIELDS) as (keyof MatchValues)[]).flatMap((reason) => {
    const wanted = [...new Set(values.flatMap((one) => one[reason]))];
    return wanted.length === 0 ? [] : [{ where: [[FIELDS[reason], 'in', wanted] as const] }];
  });
}

const shown = (contactId: string, { name, phone, username, createdAt }: Contact): Candidate => ({
  ...{ contactId, name, phone, username, createdAt },
});

/** Records that two contacts are two people: they are not suggested any more. */
export async function dismissDuplicate(
  member: Member,
  { contactIds: [a, b] }: z.output<typeof dismissDuplicateInput>,
): Promise<{ contactIds: [string, string] }> {
  try {
    await commit([
      createDismissal(pairId(a, b), { contactIds: [a, b], userId: member.uid, at: now() }),
      auditWrite(member.uid, 'contacts.dismissDuplicate', contactPath(a), { other: b }),
    ]);
  } catch (error) {
    // Somebody said so already.
    if (!isConflict(error)) throw error;
  }
  return { contactIds: [a, b] };
}
