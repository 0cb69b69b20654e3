import { archiveAfterDays } from '../params';
import { now } from '../platform/clock';
import { encode } from './lines';
import { archivedUntil, costOf, monthOf, monthsBetween, rangeOf } from './rules';
import type { Archived } from './schema';
import { SOURCES } from './sources';
import { listPartitions, type Listed } from './store';

const PAGE = 100;

/** The months that were restored and are to stay for now. */
export const keptMonths = (partitions: readonly Listed[], at: number): Set<string> =>
  new Set(
    partitions
      .filter(({ status, keepUntil }) => status === 'restoring' || (keepUntil ?? 0) > at)
      .map(({ month }) => month),
  );

/**
 * The oldest month that has something to archive, before a time; `null` where there is none. Costs
 * a page's reads, and one for each document on the way that has to stay.
 */
export async function nextMonth(
  archived: Archived,
  before: number,
  skipped: ReadonlySet<string>,
): Promise<string | null> {
  let from = 0;
  // eslint-disable-next-line recado/no-firestore-in-loops -- each looks behind the month that is passed over
  for (;;) {
    const at = await firstAt(archived, { from, to: before });
    if (at === null) return null;
    const month = monthOf(at);
    if (!skipped.has(month)) return month;
    from = rangeOf(month).to;
  }
}

/** The time of the first document of a range that can be archived. */
async function firstAt(
  archived: Archived,
  range: { from: number; to: number },
): Promise<number | null> {
  let cursor: string | null = null;
  // eslint-disable-next-line recado/no-firestore-in-loops -- a page after the other
  do {
    const page: Awaited<ReturnType<(typeof SOURCES)[Archived]['page']>> = await SOURCES[
      archived
    ].page(range, { cursor, limit: PAGE });
    const found = page.items.find((item) => item.isOver && encode(item) !== undefined);
    if (found) return found.at;
    ({ cursor } = page);
  } while (cursor !== null);
  return null;
}

/** What the next runs would archive. */
export interface Forecast {
  /** Whole months before this time, epoch ms; `null`: nothing is archived. */
  before: number | null;
  /** Documents by month; those that are still to be worked on are among them. */
  months: { month: string; documents: number }[];
  /** Months that were restored, and are kept for now. */
  kept: string[];
  documents: number;
  /** Reads, deletions, records and files. */
  usd: number;
}

/**
 * Says what would be archived and what it would cost, and changes nothing. One read for each 1,000
 * documents.
 *
 * @param days instead of the parameter
 */
export async function forecast(
  archived: Archived,
  days: number = archiveAfterDays(),
): Promise<Forecast> {
  if (days <= 0) return { before: null, months: [], kept: [], documents: 0, usd: 0 };
  const before = archivedUntil(days, now());
  const kept = keptMonths(await listPartitions(archived), now());
  const first = await firstAt(archived, { from: 0, to: before });
  const months = (first === null ? [] : monthsBetween(first, before)).filter(
    (month) => !kept.has(month),
  );
  const counts = await SOURCES[archived].count(months.map(rangeOf));
  const found = months
    .map((month, index) => ({ month, documents: counts[index] ?? 0 }))
    .filter(({ documents }) => documents > 0);
  const documents = found.reduce((sum, { documents: count }) => sum + count, 0);
  return { before, months: found, kept: [...kept].sort(), documents, usd: costOf(documents) };
}
