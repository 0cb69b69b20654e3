import { queueMetrics as look } from '../../analytics/queueMetrics';
import { queueInput } from '../../analytics/schema';
import { OBSERVERS } from '../guard';
import { reading } from '../reading';

/** What waits to be sent over each number, and for how long. */
export const queueMetrics = reading({ roles: OBSERVERS, input: queueInput }, (_member, input) =>
  look(input),
);
