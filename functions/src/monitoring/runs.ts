import { elapsed, now } from '../platform/clock';
import { commit } from '../platform/commit';
import { log } from '../platform/log';
import { onFirestoreOperation } from '../platform/meter';
import type { ScheduleRun } from './schema';
import { writeSchedule } from './store';

/** A run that went like the one before is written down this often. */
const WRITE_EVERY_MS = 5 * 60_000;

/** The run before, in this instance, and when one was written, by schedule. */
const known = new Map<string, { run: ScheduleRun; writtenAt: number }>();

/**
 * Runs a schedule's work and keeps when that was, how long it took and what it cost: one write a
 * run, for frequent schedules one in five minutes unless the outcome changed. What other work of
 * the same instance costs meanwhile is counted along.
 *
 * @throws what the work throws, after it was written down
 */
export async function recordRun(
  name: string,
  everyMs: number,
  work: () => Promise<void>,
): Promise<void> {
  const cost = { reads: 0, writes: 0, deletes: 0 };
  const stop = onFirestoreOperation(({ reads, writes, deletes }) => {
    cost.reads += reads;
    cost.writes += writes;
    cost.deletes += deletes;
  });
  const started = elapsed();
  const lastRunAt = now();
  let failure: unknown;
  try {
    await work();
  } catch (error) {
    failure = error;
    throw error;
  } finally {
    stop();
    const before = known.get(name);
    const run: ScheduleRun = {
      everyMs,
      lastRunAt,
      durationMs: Math.round(elapsed() - started),
      outcome: failure === undefined ? 'ok' : 'failed',
      error: failure instanceof Error ? failure.message : null,
      failures: failure === undefined ? 0 : (before?.run.failures ?? 0) + 1,
      cost,
    };
    const isNews =
      before?.run.outcome !== run.outcome || lastRunAt - before.writtenAt >= WRITE_EVERY_MS;
    const isWritten = isNews && (await isStored(name, run));
    known.set(name, { run, writtenAt: isWritten ? lastRunAt : (before?.writtenAt ?? 0) });
  }
}

async function isStored(name: string, run: ScheduleRun): Promise<boolean> {
  try {
    await commit([writeSchedule(name, run)]);
    return true;
  } catch (error) {
    log.warn('a run of a schedule could not be written down', { schedule: name, error });
    return false;
  }
}
