import { LOCAL } from '../lib/localConfig.ts';

/** Makes a queue of the Cloud Tasks emulator that dispatches to an address. */
export async function makeQueue(
  name: string,
  url: string,
  { perSecond = 500, concurrent = 100 }: { perSecond?: number; concurrent?: number } = {},
): Promise<void> {
  const { CLOUD_TASKS_EMULATOR_HOST: host, GCLOUD_PROJECT: project } = process.env;
  const queue = `projects/${project}/locations/${LOCAL.region}/queues/${name}`;
  const response = await fetch(`http://${host}/${queue}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      defaultUri: url,
      rateLimits: { maxDispatchesPerSecond: perSecond, maxConcurrentDispatches: concurrent },
      retryConfig: { maxAttempts: 5, minBackoffSeconds: 0.1, maxBackoffSeconds: 1 },
    }),
  });
  if (!response.ok) throw new Error(`the queue ${name} could not be made: ${response.status}`);
}
