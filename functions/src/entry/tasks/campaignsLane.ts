import { onTaskDispatched } from 'firebase-functions/tasks';
import { z } from 'zod';
import { runLane } from '../../campaigns/lane';
import { channelId } from '../../channels/schema';
import { secrets } from '../../params';
import { task } from '../guard';

const payload = z.object({ channelId, lane: z.int().min(0).max(999) });

/**
 * A lane of a channel, in an instance of its own: a crash leaves one micro-batch in doubt, and a
 * part of a processor is enough for its pace.
 */
export const campaignsLane = onTaskDispatched(
  {
    retryConfig: { maxAttempts: 5, minBackoffSeconds: 2, maxBackoffSeconds: 60 },
    rateLimits: { maxConcurrentDispatches: 500 },
    secrets: [secrets.whatsappToken],
    memory: '256MiB',
    concurrency: 1,
    cpu: 'gcf_gen1',
    maxInstances: 200,
    timeoutSeconds: 1_800,
  },
  task('campaigns-lane', payload, runLane),
);
