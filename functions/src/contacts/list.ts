import type { z } from 'zod';
import { batchQuery } from '../batch/batchQuery';
import type { Filter, Order } from '../batch/querySpec';
import { AppError } from '../shared/errors';
import type { Member } from '../team/schema';
import { isLead } from './access';
import { conditionsOf, matches } from './filter';
import { checkNoLastSeen, filterOf } from './find';
import type { Contact, ContactFilter, listContactsInput } from './schema';
import { matchesText, textFields } from './search';
import { contacts } from './store';

/** A contact as members see it. */
export type ContactView = Omit<Contact, 'search' | 'createdWith'> & { contactId: string };

/** Documents that a call looks at where not all of those that the query finds are asked for. */
const MAX_LOOKS = 500;

/**
 * A page of the contacts that a text and a filter ask for; agents find their own. By name where the
 * filter is an owner, a state or one tag, else in the steady order of ids.
 *
 * A read each: the query decides everything, but for lists beyond Firestore's bound and words of
 * over 12 letters. There a page may have fewer than `limit`, even none: the cursor tells whether
 * it goes on.
 */
export async function listContacts(
  member: Member,
  { text, cursor, limit, ...which }: z.output<typeof listContactsInput>,
): Promise<{ contacts: ContactView[]; cursor: string | null }> {
  const filter = ownFilter(member, await filterOf(which));
  checkNoLastSeen(filter);
  const { where, order } = queryOf(text, filter);
  let next = cursor ?? null;
  let looks = 0;
  // eslint-disable-next-line recado/no-firestore-in-loops -- a page after the other, until there is something in it
  do {
    const page = await batchQuery(contacts, [{ where }], { orderBy: order, cursor: next, limit });
    const found = page.items.filter(
      ({ data }) => matches(filter, data) && (text === '' || matchesText(text, data)),
    );
    looks += page.items.length;
    next = page.cursor;
    if (found.length > 0) {
      return { contacts: found.map(({ id, data }) => viewOf(id, data)), cursor: next };
    }
  } while (next !== null && looks < MAX_LOOKS);
  return { contacts: [], cursor: next };
}

/** The filter within what a member may see. */
function ownFilter(member: Member, filter: ContactFilter): ContactFilter {
  if (isLead(member)) return filter;
  if (filter.userId === undefined || filter.userId === member.uid) {
    return { ...filter, userId: member.uid };
  }
  throw new AppError('permission-denied', 'Agents see the contacts that they own.', {
    details: { reason: 'role', field: 'filter.userId' },
  });
}

function queryOf(text: string, filter: ContactFilter): { where: Filter[]; order: Order[] } {
  if (text !== '') {
    const fields = textFields(text);
    if (fields.length === 0) {
      throw new AppError('invalid-argument', '"text" has neither letters nor digits.', {
        details: { reason: 'empty-search', field: 'text' },
      });
    }
    const asked = fields.map((field) => [field, '==', true] as const);
    return { where: [...asked, ...conditionsOf(filter).where], order: [] };
  }
  const named = namedWhere(filter);
  return named
    ? { where: named, order: [['search.name', 'asc']] }
    : { where: conditionsOf(filter).where, order: [] };
}

/** The conditions of a filter for which there are indexes in the order of names; else null. */
function namedWhere({ userId, isActive, anyTag, allTags, ...others }: ContactFilter) {
  const tags = [...new Set([...(anyTag ?? []), ...(allTags ?? [])])];
  if (Object.values(others).some((value) => value !== undefined) || tags.length > 1) return null;
  return [
    ...(userId === undefined ? [] : [['userId', '==', userId] as const]),
    ...(isActive === undefined ? [] : [['isActive', '==', isActive] as const]),
    ...tags.map((tag) => ['tags', 'array-contains', tag] as const),
  ];
}

function viewOf(contactId: string, contact: Contact): ContactView {
  const shown: Partial<Contact> = { ...contact };
  delete shown.search;
  delete shown.createdWith;
  return { contactId, ...(shown as Omit<Contact, 'search' | 'createdWith'>) };
}
