import { getMetrics } from '../../analytics/get';
import { getInput } from '../../analytics/schema';
import { MEMBERS } from '../guard';
import { reading } from '../reading';

/** Figures of a range, by period and group, as rows or CSV; agents get their own. */
export const analyticsGet = reading(
  { roles: MEMBERS, input: getInput, options: { memory: '512MiB' } },
  getMetrics,
);
