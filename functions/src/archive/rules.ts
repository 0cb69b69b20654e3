import { createHash } from 'node:crypto';
import { ARCHIVED_AFTER_MS } from '../messages/rules';
import type { Part, Partition } from './schema';

const DAY_MS = 24 * 60 * 60_000;

/** The month of a time, in UTC: `2026-01`. */
export const monthOf = (at: number): string => new Date(at).toISOString().slice(0, 7);

/** A month's times: from its begin, until before its end. */
export function rangeOf(month: string): { from: number; to: number } {
  const [year, number] = month.split('-').map(Number) as [number, number];
  return { from: Date.UTC(year, number - 1), to: Date.UTC(year, number) };
}

/** The months from one time until before another, in order. */
export function monthsBetween(from: number, to: number): string[] {
  const months: string[] = [];
  for (let at = from; at < to; at = rangeOf(monthOf(at)).to) months.push(monthOf(at));
  return months;
}

/** Whole months that end before this time are archived: those older than so many days. */
export const archivedUntil = (days: number, at: number): number =>
  rangeOf(monthOf(at - Math.max(days * DAY_MS, ARCHIVED_AFTER_MS))).from;

export const partitionId = ({
  collection,
  month,
  n,
}: Pick<Partition, 'collection' | 'month' | 'n'>) =>
  n === 1 ? `${collection}_${month}` : `${collection}_${month}_${n}`;

/** The folder of a partition in the file store. */
export const folderOf = (partition: Pick<Partition, 'collection' | 'month' | 'n'>): string =>
  `archive/${partition.collection}/${partition.month}_${partition.n}`;

export function newPartition(
  { collection, month, n }: Pick<Partition, 'collection' | 'month' | 'n'>,
  runner: string,
  at: number,
): Partition {
  return {
    ...{ collection, month, n, ...rangeOf(month) },
    ...{ status: 'writing', cursor: null, parts: [], next: 0 },
    ...{ count: 0, bytes: 0, checksum: null, left: 0, restored: 0 },
    ...{ runner, createdAt: at, updatedAt: at, archivedAt: null, keepUntil: null },
  };
}

/** The figures of a partition that follow from its parts. */
export const sumsOf = (parts: readonly Part[]): Pick<Partition, 'count' | 'bytes'> => ({
  count: parts.reduce((sum, part) => sum + part.count, 0),
  bytes: parts.reduce((sum, part) => sum + part.bytes, 0),
});

export const checksumOf = (parts: readonly Part[]): string =>
  createHash('sha256')
    .update(parts.map(({ sha256 }) => sha256).join('\n'))
    .digest('hex');

/** Firestore's and Cloud Storage's prices, USD. */
const USD = { read: 0.3e-6, write: 0.9e-6, remove: 0.1e-6, upload: 5e-6, download: 0.4e-6 };

/** Documents of a part; it ends with the page that reaches as many. */
export const PART_DOCUMENTS = 2_000;

/** What archiving so many documents costs, USD: a read and a deletion each, and a share of a part's. */
export function costOf(documents: number): number {
  const parts = Math.ceil(documents / PART_DOCUMENTS);
  const perPart = 3 * USD.write + USD.upload + 2 * USD.download;
  return documents * (USD.read + USD.remove) + parts * perPart;
}
