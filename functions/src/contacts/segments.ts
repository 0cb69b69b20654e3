import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import { auditWrite } from '../audit/record';
import { batchQuery } from '../batch/batchQuery';
import { createSharedCache, forget } from '../platform/cache/shared';
import { now } from '../platform/clock';
import { addToTransaction, inTransaction } from '../platform/commit';
import { hashId } from '../shared/ids';
import type { Member } from '../team/schema';
import { countMatching, savedSegment } from './find';
import type {
  ContactFilter,
  countSegmentInput,
  listSegmentsInput,
  saveSegmentInput,
  Segment,
} from './schema';
import { noteSize } from './segmentSize';
import { readSegment, removeSegment, segmentPath, segments, writeSegment } from './store';

/**
 * Saves a filter under a name, in place of what the segment was. Campaigns that were launched with
 * it keep the filter of then. Done twice it is done once.
 */
export async function saveSegment(
  member: Member,
  { segmentId, name, filter }: z.output<typeof saveSegmentInput>,
): Promise<{ segmentId: string }> {
  await inTransaction(async (transaction) => {
    const { data } = await readSegment(segmentId, transaction);
    if (data?.name === name && isDeepStrictEqual(data.filter, filter)) return;
    const segment: Segment = {
      name,
      filter,
      createdBy: data?.createdBy ?? member.uid,
      createdAt: data?.createdAt ?? now(),
      updatedAt: now(),
    };
    addToTransaction(transaction, [
      writeSegment(segmentId, segment),
      auditWrite(member.uid, 'segments.save', segmentPath(segmentId), {
        criteria: Object.keys(filter),
      }),
    ]);
  });
  return { segmentId };
}

/** Removes a segment. Drafts that name it cannot be launched any more; what was launched goes on. */
export async function deleteSegment(
  member: Member,
  { segmentId }: { segmentId: string },
): Promise<{ segmentId: string }> {
  await inTransaction(async (transaction) => {
    const { data } = await readSegment(segmentId, transaction);
    if (!data) return;
    addToTransaction(transaction, [
      removeSegment(segmentId),
      auditWrite(member.uid, 'segments.delete', segmentPath(segmentId)),
    ]);
  });
  return { segmentId };
}

/** The segments by name, a page. One read each. */
export async function listSegments({ cursor, limit }: z.output<typeof listSegmentsInput>): Promise<{
  segments: (Segment & { segmentId: string })[];
  cursor: string | null;
}> {
  const page = await batchQuery(segments, [{ where: [] }], {
    orderBy: [['name', 'asc']],
    limit,
    cursor: cursor ?? null,
  });
  return {
    segments: page.items.map(({ id, data }) => ({ segmentId: id, ...data })),
    cursor: page.cursor,
  };
}

/**
 * How many contacts a segment, or a filter that is not saved yet, has: as it was at most half a
 * minute ago. One read for every 1,000, and none if the same was asked within that time.
 * `isExact: false`: at most so many, for the filter asks for what only a look at each contact tells.
 */
export async function countSegment({
  filter = {},
  segmentId,
}: z.output<typeof countSegmentInput>): Promise<{ count: number; isExact: boolean }> {
  if (segmentId === undefined) return countOf(filter);
  // A segment that was changed has another filter.
  const segment = await savedSegment(segmentId);
  const counted = await countOf(segment.data.filter);
  await noteSize(segmentId, segment, counted);
  return counted;
}

const countOf = (filter: ContactFilter): Promise<{ count: number; isExact: boolean }> =>
  counts.get(hashId(JSON.stringify(filter)), [ALL_CONTACTS], () => countMatching(filter));

const ALL_CONTACTS = 'contacts';
/** Single contacts that change are seen after this time, many at once sooner. */
const MAX_AGE_MS = 30_000;
const counts = createSharedCache<{ count: number; isExact: boolean }>({
  name: 'segment-counts',
  schema: 1,
  maxAgeMs: MAX_AGE_MS,
  // Whoever tries filters does not wait for a count of all contacts again and again.
  freshMs: 20_000,
  recheckMs: 5_000,
});

/** After many contacts were changed: segments are counted anew. */
export const forgetCounts = (): Promise<void> => forget(ALL_CONTACTS);
