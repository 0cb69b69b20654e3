import { now } from '../platform/clock';
import { commit, isConflict } from '../platform/commit';
import { log } from '../platform/log';
import { applyAlerts } from './alerts';
import { gatherFacts } from './facts';
import { tellAlerts } from './notify';
import type { Facts, Totals } from './schema';
import { deleteFlush, readFlushes, readTotals, writeTotals } from './store';
import { isWork, noTotals, withFlushes } from './totals';

/** While nothing happens, a look every so many minutes is enough. */
const QUIET_MINUTES = 5;

/**
 * Merges what the instances counted, and opens and closes alerts. The totals and the deletion of
 * what went into them are one commit on the version that was read, so each flush counts once,
 * however often and at once this runs. One read a minute while nothing happens.
 *
 * @param isForced looks although nothing happened
 */
export async function watch(isForced = false): Promise<void> {
  const flushes = await readFlushes();
  const minute = Math.floor(now() / 60_000);
  if (!isForced && !flushes.some(({ data }) => isWork(data)) && minute % QUIET_MINUTES !== 0) {
    return;
  }
  const { data: stored, version } = await readTotals();
  const before = stored ? (JSON.parse(stored.totals) as Totals) : noTotals();
  const totals = withFlushes(
    before,
    flushes.map(({ data }) => data),
    now(),
  );
  const facts = await gatherFacts(totals);
  try {
    await commit([
      writeTotals({ totals: JSON.stringify(totals), facts: JSON.stringify(facts) }, version),
      ...flushes.map(({ id }) => deleteFlush(id)),
    ]);
  } catch (error) {
    if (!isConflict(error)) throw error;
    log.info('another run merges the metrics');
    return;
  }
  await tellAlerts(await applyAlerts(facts));
}

/** The totals and the facts of the last look; one read. */
export async function lastLook(): Promise<{ totals: Totals; facts: Facts | undefined }> {
  const { data } = await readTotals();
  return {
    totals: data ? (JSON.parse(data.totals) as Totals) : noTotals(),
    facts: data ? (JSON.parse(data.facts) as Facts) : undefined,
  };
}
