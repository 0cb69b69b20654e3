import { getMetrics } from '../../analytics/get';
import { getInput } from '../../analytics/schema';
import { callable, MEMBERS } from '../guard';

/** Figures of a range, by period and group, as rows or CSV; agents get their own. */
export const analyticsGet = callable(
  { roles: MEMBERS, input: getInput, options: { memory: '512MiB' } },
  getMetrics,
);
