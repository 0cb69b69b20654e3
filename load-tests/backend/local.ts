import { startStack, stopOnSignals } from '../../scripts/lib/stack.ts';
import { LOCAL } from '../../scripts/lib/localConfig.ts';
import { seed } from '../../scripts/lib/seed.ts';
import { makeQueue } from '../../scripts/bench/queues.ts';
import { SimulatorClient } from '../../scripts/whatsapp-simulator/client.ts';
import { hostFunctions, type Functions } from './functions.ts';
import { customToken, tokenSource } from './token.ts';
import { followChanges } from './followChanges.ts';
import type { Backend } from './types.ts';

const PROJECT = 'demo-recado-load';
/** What the number is allowed; the product paces itself by it. */
const MESSAGES_PER_SECOND = 1_000;
/** Instead of a minute: what is scheduled in a short run has to go out in it. */
const MINUTE_MS = 5_000;
const FLUSH_SECONDS = 1;

/** Starts the emulators, the simulator and every function that takes part. */
export async function startLocal(say: (line: string) => void): Promise<Backend> {
  const stack = await startStack({
    projectId: PROJECT,
    // The Cloud Tasks emulator does not start without them.
    withFunctions: true,
    isBuilt: true,
    environment: { METRICS_FLUSH_SECONDS: String(FLUSH_SECONDS) },
    say,
  });
  stopOnSignals(stack);
  Object.assign(process.env, stack.environment);
  let functions: Functions | undefined;
  const stops: (() => Promise<void> | void)[] = [];
  const stop = async (): Promise<void> => {
    for (const each of stops.reverse()) await each();
    await functions?.stop();
    await stack.stop();
  };
  try {
    // Triggers would be a process for each change at once; followChanges stands in for them.
    await fetch(`http://127.0.0.1:${stack.ports.hub}/functions/disableBackgroundTriggers`, {
      method: 'PUT',
    });
    say('Starting the functions, each in a process of its own …');
    // The Cloud Tasks emulator signs no tokens; with this, none is asked for.
    const hosted = await hostFunctions({ ...stack.environment, FUNCTIONS_EMULATOR: 'true' });
    functions = hosted;
    for (const name of ['queue-critical', 'queue-normal', 'queue-low']) {
      await makeQueue(name, hosted.url(name));
    }
    const { supervisor } = await seed();
    const { db } = await import('../../functions/lib/platform/firestore.js');
    await db().doc(`channels/${LOCAL.channelId}`).update({ throughput: MESSAGES_PER_SECOND });
    const simulator = new SimulatorClient(stack.simulatorUrl);
    await simulator.reset({
      webhookUrl: hosted.url('whatsappWebhook'),
      throughput: { enabled: true, mps: MESSAGES_PER_SECOND },
      pairLimit: { enabled: false },
      // Customers write by the load itself, not by the simulator, which so does not know.
      enforceWindow: false,
      statuses: { sentMs: 200, deliveredMs: 600, readMs: 1_500 },
    });
    const { TOPIC } = await import('../../functions/lib/analytics/publish.js');
    const { ensureTopic } = await import('../../functions/lib/platform/pubsub.js');
    await ensureTopic(TOPIC);
    const follower = await followChanges(stack.environment);
    stops.push(() => follower.stop());
    const run = (name: string): Promise<unknown> => fetch(hosted.url(name), { method: 'POST' });
    const timer = setInterval(() => {
      run('schedules-everyMinute').catch((error: unknown) => console.error(String(error)));
    }, MINUTE_MS);
    stops.push(() => clearInterval(timer));
    return {
      url: (name) => hosted.url(name),
      appSecret: LOCAL.appSecret,
      channelId: LOCAL.channelId,
      simulator,
      token: tokenSource(`127.0.0.1:${stack.ports.auth}`, supervisor),
      app: async () => ({
        projectId: PROJECT,
        apiKey: 'local',
        emulators: {
          auth: `127.0.0.1:${stack.ports.auth}`,
          firestore: `127.0.0.1:${stack.ports.firestore}`,
        },
        member: { customToken: await customToken(supervisor) },
      }),
      isOwn: true,
      async refreshFigures() {
        await follower.catchUp();
        const { bringUpToDate } = await import('../../functions/lib/analytics/minute.js');
        await bringUpToDate(Date.now());
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
