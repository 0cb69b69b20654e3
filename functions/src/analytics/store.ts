import { collection } from '../batch/collection';
import type { WriteOp } from '../platform/commit';
import {
  absent,
  db,
  read,
  readAll,
  readQuery,
  type Read,
  type Transaction,
  type Version,
} from '../platform/firestore';
import { Grid } from './grid';
import { endOf, metricId, MINUTES_KEPT_MS, QUARTERS_KEPT_MS, DAY_MS } from './levels';
import type { Conversion, CountedEvents, Level, MetricDocument } from './schema';

export const metrics = collection<MetricDocument>('metrics');
export const countedEvents = collection<CountedEvents>('countedEvents');
export const conversions = collection<Conversion>('conversions');

/** A document of figures with all its parts, as it was read. */
export interface Stored {
  id: string;
  level: Level;
  start: number;
  grid: Grid;
  /** Minutes only: whether what it has was merged upwards before. */
  isMerged: boolean;
  isDue: boolean;
  /** Of each part; a document that is not there has none. */
  versions: Version[];
}

const path = (id: string): string => `${metrics.path}/${id}`;
const partId = (id: string, part: number): string => (part === 0 ? id : `${id}~${part}`);

/** Reads documents of figures, in the order asked; one that is not there is empty. A read a part. */
export async function readMetrics(
  wanted: readonly { level: Level; start: number; family?: string }[],
  transaction?: Transaction,
): Promise<Stored[]> {
  const firsts = await readAll<MetricDocument>(
    wanted.map(({ level, start, family }) => path(metricId(level, start, family))),
    transaction,
  );
  return withParts(firsts, wanted, transaction);
}

async function withParts(
  firsts: readonly Read<MetricDocument>[],
  wanted: readonly { level: Level; start: number }[],
  transaction?: Transaction,
): Promise<Stored[]> {
  const further = firsts.flatMap(({ id, data }) =>
    Array.from({ length: (data?.parts ?? 1) - 1 }, (_, n) => path(partId(id, n + 1))),
  );
  const rest = (await readAll<MetricDocument>(further, transaction)).values();
  return firsts.map((first, index) => {
    const { level, start } = wanted[index] as { level: Level; start: number };
    const others = Array.from({ length: (first.data?.parts ?? 1) - 1 }, () => rest.next().value);
    const parts = [first, ...others].flatMap((part) => (part?.data && part.version ? [part] : []));
    return {
      id: first.id,
      level,
      start,
      grid: Grid.decode(
        Object.fromEntries(parts.flatMap(({ data }) => Object.entries(data?.series ?? {}))),
      ),
      isMerged: first.data?.isMerged ?? false,
      isDue: first.data?.dueAt !== undefined,
      versions: parts.map(({ version }) => version as Version),
    };
  });
}

/** A document holds 1 MiB. */
const MAX_PART_LENGTH = 700_000;

/**
 * The writes that store a document of figures; they fail where it is not as it was read.
 *
 * @param due minutes only: when it is to be merged upwards; null: it is
 */
export function metricWrites(stored: Stored, due?: number | null): WriteOp[] {
  const { id, level, start, versions } = stored;
  const parts = pack(stored.grid.encode());
  // Parts do not get fewer, lest a reader looks for one that is gone.
  while (parts.length < versions.length) parts.push({});
  return parts.map((series, part) => {
    const data = {
      level,
      start,
      series,
      parts: parts.length,
      ...(part === 0 ? dueFields(level, due) : {}),
      ...expiry(level, start),
    };
    const version = versions[part];
    return version === undefined
      ? { kind: 'create', path: path(partId(id, part)), data }
      : { kind: 'update', path: path(partId(id, part)), data, version };
  });
}

function dueFields(level: Level, due: number | null | undefined): Record<string, unknown> {
  if (level !== 'minute' || due === undefined) return {};
  return due === null ? { dueAt: absent(), isMerged: true } : { dueAt: due };
}

function expiry(level: Level, start: number): { expiresAt?: number } {
  switch (level) {
    case 'minute':
      // A day longer than facts are taken, so that none meets a document that just went.
      return { expiresAt: start + MINUTES_KEPT_MS + 2 * DAY_MS };
    case 'hour':
      return { expiresAt: endOf('hour', start) + QUARTERS_KEPT_MS };
    case 'day':
      return {};
  }
}

function pack(series: Record<string, string>): Record<string, string>[] {
  const parts: Record<string, string>[] = [{}];
  let length = 0;
  for (const [key, text] of Object.entries(series)) {
    if (length > 0 && length + key.length + text.length > MAX_PART_LENGTH) {
      parts.push({});
      length = 0;
    }
    (parts.at(-1) as Record<string, string>)[key] = text;
    length += key.length + text.length;
  }
  return parts;
}

/** Minutes that have to be merged upwards, those that wait longest first. */
export const readDueMinutes = async (now: number, limit: number): Promise<Stored[]> =>
  storedOf(
    await readQuery<MetricDocument>(
      db().collection(metrics.path).where('dueAt', '<=', now).orderBy('dueAt').limit(limit),
    ),
  );

/** The latest minutes that were never merged, and so are nowhere else. */
export async function readOpenMinutes(limit: number, transaction: Transaction): Promise<Stored[]> {
  const query = db().collection(metrics.path).orderBy('dueAt', 'desc').limit(limit);
  const latest = await storedOf(await readQuery<MetricDocument>(query, transaction), transaction);
  return latest.filter(({ isMerged }) => !isMerged);
}

const storedOf = (
  found: (Read<MetricDocument> & { data: MetricDocument })[],
  transaction?: Transaction,
): Promise<Stored[]> =>
  withParts(
    found,
    found.map(({ data: { level, start } }) => ({ level, start })),
    transaction,
  );

const countedPath = (window: string, part: number): string =>
  `${countedEvents.path}/${window}~${part}`;

/** Reads a part of what was counted of a window's changes. */
export const readCounted = (window: string, part: number): Promise<Read<CountedEvents>> =>
  read<CountedEvents>(countedPath(window, part));

/** Fails where the part is not as it was read. */
export const countedWrite = (
  window: string,
  part: number,
  data: CountedEvents,
  version: Version | undefined,
): WriteOp =>
  version === undefined
    ? { kind: 'create', path: countedPath(window, part), data }
    : { kind: 'update', path: countedPath(window, part), data, version };

export const readConversion = (id: string): Promise<Read<Conversion>> =>
  read<Conversion>(`${conversions.path}/${id}`);

/** Fails where there is a conversion with this id. */
export const createConversion = (id: string, data: Conversion): WriteOp => ({
  kind: 'create',
  path: `${conversions.path}/${id}`,
  data,
});
