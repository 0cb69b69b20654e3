import { onTaskDispatched, type TaskQueueFunction } from 'firebase-functions/tasks';
import { deliver } from '../../messages/deliver';
import { deliverPayload, type Priority } from '../../messages/schema';
import { secrets, sizes } from '../../params';
import { task } from '../guard';

/** Dispatches a second and at once, by priority: what is urgent never waits behind what is not. */
const RATES: Record<Priority, { perSecond: number; concurrent: number }> = {
  critical: { perSecond: 500, concurrent: 200 },
  normal: { perSecond: 200, concurrent: 100 },
  low: { perSecond: 50, concurrent: 25 },
};

/**
 * The send queue of a priority. Its retries are for outages only: a message that WhatsApp turned
 * down is handed over anew by `deliver`, at the time that the error asks for.
 */
export const queueOf = (priority: Priority): TaskQueueFunction =>
  onTaskDispatched(
    {
      retryConfig: { maxAttempts: 8, minBackoffSeconds: 1, maxBackoffSeconds: 60, maxDoublings: 5 },
      rateLimits: {
        maxDispatchesPerSecond: RATES[priority].perSecond,
        maxConcurrentDispatches: RATES[priority].concurrent,
      },
      secrets: [secrets.whatsappToken],
      ...sizes.queue,
      timeoutSeconds: 120,
    },
    task(`queue-${priority}`, deliverPayload, deliver),
  );
