import { Worker } from 'node:worker_threads';

/**
 * Puts the Firestore emulator at a distance for this process, until the function it gives is
 * called. Clients that are opened meanwhile have round trips as in production.
 */
export async function delayFirestore(rttMs: number): Promise<() => Promise<void>> {
  const near = process.env['FIRESTORE_EMULATOR_HOST'] ?? '';
  const [host = '', port] = near.split(':');
  const worker = new Worker(new URL('./delayProxyThread.ts', import.meta.url), {
    workerData: { host, port: Number(port), rttMs },
  });
  const proxyPort = await new Promise<number>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  process.env['FIRESTORE_EMULATOR_HOST'] = `127.0.0.1:${proxyPort}`;
  return async () => {
    process.env['FIRESTORE_EMULATOR_HOST'] = near;
    await worker.terminate();
  };
}
