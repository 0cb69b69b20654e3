import { batchAggregation } from '../batch/batchAggregation';
import type { Version } from '../platform/firestore';
import { AppError } from '../shared/errors';
import { conditionsOf, matches, needsLastSeen } from './filter';
import { contactPage, type KnownContact } from './lookUp';
import type { ContactFilter, Segment } from './schema';
import { contacts, readSegment } from './store';

/** A filter as it was given, or as it was saved; everybody, if neither is named. */
export async function filterOf({
  filter = {},
  segmentId,
}: {
  filter?: ContactFilter | undefined;
  segmentId?: string | undefined;
}): Promise<ContactFilter> {
  return segmentId === undefined ? filter : (await savedSegment(segmentId)).data.filter;
}

/** A segment as it was saved. @throws AppError `not-found` */
export async function savedSegment(
  segmentId: string,
): Promise<{ data: Segment; version: Version }> {
  const { data, version } = await readSegment(segmentId);
  if (data && version) return { data, version };
  throw new AppError('not-found', 'There is no such segment.', {
    details: { reason: 'unknown-segment', field: 'segmentId' },
  });
}

/** Throws where a filter asks when contacts last wrote: that is known by channel, to campaigns. */
export function checkNoLastSeen(filter: ContactFilter): void {
  if (!needsLastSeen(filter)) return;
  throw new AppError('invalid-argument', 'When contacts last wrote is known to campaigns only.', {
    details: {
      reason: 'last-seen',
      field: 'filter',
      hint: 'Leave out "seenSince" and "notSeenSince".',
    },
  });
}

/** A page of the contacts that a filter finds, in the order of ids. One read for each looked at. */
export async function contactsMatching(
  filter: ContactFilter,
  cursor: string | null,
  limit: number,
): Promise<{ contacts: KnownContact[]; cursor: string | null }> {
  const { where, isExact } = conditionsOf(filter);
  const page = await contactPage(where, cursor, limit);
  if (isExact) return page;
  return { ...page, contacts: page.contacts.filter(({ contact }) => matches(filter, contact)) };
}

/**
 * How many contacts a filter finds, at this moment: one read for every 1,000. Not exact, and then
 * an upper bound, where the filter asks for what the query cannot decide.
 */
export async function countMatching(
  filter: ContactFilter,
): Promise<{ count: number; isExact: boolean }> {
  const { where, isExact } = conditionsOf(filter);
  const [total] = await batchAggregation(contacts, [{ where, count: true }]);
  return { count: total?.count ?? 0, isExact };
}
