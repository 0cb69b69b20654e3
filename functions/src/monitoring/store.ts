import { now } from '../platform/clock';
import type { WriteOp } from '../platform/commit';
import { db, readAll, readQuery, type Read, type Version } from '../platform/firestore';
import type { Flushed } from '../platform/telemetry';
import type { Alert, ScheduleRun } from './schema';

type Found<T> = Read<T> & { data: T };

/** Instances' flushes in one merge; their deletions share a commit with the totals. */
const MAX_FLUSHES = 400;

/** What instances flushed and nobody merged, oldest first. */
export const readFlushes = (): Promise<Found<Flushed>[]> =>
  readQuery<Flushed>(db().collection('telemetry').orderBy('at').limit(MAX_FLUSHES));

/** Fails where another run merged it since it was read: it would count twice. */
export const deleteFlush = (id: string): WriteOp => ({
  kind: 'delete',
  path: `telemetry/${id}`,
  mustExist: true,
});

/** The totals and the facts of the last look, as JSON. It has no `at`, so it is no flush. */
export interface StoredTotals {
  totals: string;
  facts: string;
}
const TOTALS = 'telemetry/totals';

export async function readTotals(): Promise<Read<StoredTotals>> {
  const [stored] = await readAll<StoredTotals>([TOTALS]);
  return stored as Read<StoredTotals>;
}

/** Fails where somebody else wrote them since they were read. */
export const writeTotals = (data: StoredTotals, version: Version | undefined): WriteOp =>
  version
    ? { kind: 'update', path: TOTALS, data: { ...data }, version }
    : { kind: 'create', path: TOTALS, data };

const MAX_SCHEDULES = 50;
export const readSchedules = (): Promise<Found<ScheduleRun>[]> =>
  readQuery<ScheduleRun>(db().collection('schedules').limit(MAX_SCHEDULES));

export const writeSchedule = (name: string, data: ScheduleRun): WriteOp => ({
  kind: 'set',
  path: `schedules/${name}`,
  data,
});

const MAX_ALERTS = 200;
export const readActiveAlerts = (): Promise<Found<Alert>[]> =>
  readQuery<Alert>(db().collection('alerts').where('isActive', '==', true).limit(MAX_ALERTS));

export const readAlerts = (ids: string[]): Promise<Read<Alert>[]> =>
  readAll<Alert>(ids.map((id) => `alerts/${id}`));

export const writeAlert = (id: string, data: Alert, version: Version | undefined): WriteOp =>
  version
    ? { kind: 'update', path: `alerts/${id}`, data: { ...data }, version }
    : { kind: 'create', path: `alerts/${id}`, data };

export const updateAlert = (id: string, data: Partial<Alert>, version: Version): WriteOp => ({
  kind: 'update',
  path: `alerts/${id}`,
  data,
  version,
});

/** Nobody looks up what was mailed so long ago. */
const MAIL_MS = 30 * 24 * 60 * 60_000;

/**
 * A mail for the Trigger Email extension. The same id is one mail, however often it is written.
 * Firestore deletes it by its `expireAt` (a TTL policy), which has to be a timestamp for that.
 */
export const writeMail = (
  id: string,
  data: { to: string[]; message: { subject: string; text: string } },
): WriteOp => ({
  kind: 'create',
  path: `mail/${id}`,
  data: { ...data, expireAt: new Date(now() + MAIL_MS) },
});
