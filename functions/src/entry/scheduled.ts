import {
  onSchedule,
  type ScheduleFunction,
  type ScheduleOptions,
} from 'firebase-functions/scheduler';
import { recordRun } from '../monitoring/runs';
import { log } from '../platform/log';
import { measured } from './measured';

/** The pieces of work of a schedule, by name; they run side by side. */
type Parts = Record<string, () => Promise<unknown>>;

/**
 * A schedule: runs its parts, each whatever becomes of the others, and keeps when it ran last, how
 * long, and what it cost. Runs may overlap or come twice: every part bears that by itself, by
 * writing on the versions that it read, so none needs a lock.
 *
 * @param name as in `schedules/{name}`
 */
export const scheduled = (
  name: string,
  options: ScheduleOptions & { everyMs: number },
  parts: Parts,
): ScheduleFunction => {
  const { everyMs, ...rest } = options;
  return onSchedule(rest, () =>
    measured(() => recordRun(name, everyMs, () => runParts(name, parts))),
  );
};

async function runParts(name: string, parts: Parts): Promise<void> {
  const names = Object.keys(parts);
  const results = await Promise.allSettled(names.map((part) => (parts[part] as Parts[string])()));
  const failed: string[] = [];
  results.forEach((result, n) => {
    const part = names[n] as string;
    if (result.status === 'fulfilled') return;
    failed.push(part);
    log.error('a part of a schedule failed; the next run makes up for it', {
      schedule: name,
      part,
      error: result.reason as unknown,
    });
  });
  log.debug('a schedule ran', { schedule: name, results: results.map(({ status }) => status) });
  if (failed.length > 0) throw new Error(`failed: ${failed.join(', ')}`);
}
