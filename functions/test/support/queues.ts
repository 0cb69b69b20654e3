import { queueCritical } from '../../src/entry/tasks/queueCritical';
import { queueLow } from '../../src/entry/tasks/queueLow';
import { queueNormal } from '../../src/entry/tasks/queueNormal';
import { host } from './hosting';

const FUNCTIONS = { critical: queueCritical, normal: queueNormal, low: queueLow };

/** Makes a queue of the Cloud Tasks emulator that dispatches to an address. */
export async function makeQueue(
  name: string,
  url: string,
  options: { perSecond?: number; concurrent?: number; maxAttempts?: number } = {},
): Promise<void> {
  const queue = `projects/${process.env['GCLOUD_PROJECT']}/locations/europe-west1/queues/${name}`;
  const response = await fetch(`http://${process.env['CLOUD_TASKS_EMULATOR_HOST']}/${queue}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      defaultUri: url,
      rateLimits: {
        maxDispatchesPerSecond: options.perSecond ?? 500,
        maxConcurrentDispatches: options.concurrent ?? 50,
      },
      retryConfig: {
        maxAttempts: options.maxAttempts ?? 5,
        minBackoffSeconds: 0.1,
        maxBackoffSeconds: 1,
      },
    }),
  });
  if (!response.ok) throw new Error(`the queue ${name} could not be made: ${response.status}`);
}

/** The three send queues of the project, each with the deployed function behind it. */
export async function makeSendQueues(): Promise<void> {
  for (const [priority, handler] of Object.entries(FUNCTIONS)) {
    await makeQueue(`queue-${priority}`, await host(handler));
  }
}
