import { queueMetrics as look } from '../../analytics/queueMetrics';
import { queueInput } from '../../analytics/schema';
import { callable, OBSERVERS } from '../guard';

/** What waits to be sent over each number, and for how long. */
export const queueMetrics = callable({ roles: OBSERVERS, input: queueInput }, (_member, input) =>
  look(input),
);
