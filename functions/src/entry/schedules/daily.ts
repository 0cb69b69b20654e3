import { archive } from '../../archive/run';
import { now } from '../../platform/clock';
import { retain } from '../../privacy/retention';
import { scheduled } from '../scheduled';

/** The rest of a run's half hour is for what was begun. */
const RUN_MS = 25 * 60_000;

/** Removes what is older than the parameters allow, and archives messages. */
export const daily = scheduled(
  'daily',
  {
    schedule: 'every day 03:30',
    everyMs: 24 * 3_600_000,
    maxInstances: 1,
    timeoutSeconds: 1_800,
    retryCount: 0,
    // A part of an archive, in some shapes.
    memory: '512MiB',
  },
  {
    retention: () => retain({ deadline: now() + RUN_MS }),
    archive: () => archive('messages', now() + RUN_MS),
  },
);
