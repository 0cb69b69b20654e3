import { log } from './log';

type CleanUp = () => Promise<void> | void;

const cleanUps = new Map<string, CleanUp>();
let listening = false;

/**
 * Registers what has to be flushed or released before the instance goes. Cloud Run sends SIGTERM
 * and allows ten seconds; clean-ups run side by side, newest state wins for a name.
 *
 * @returns a function that takes the registration back
 */
export function onShutdown(name: string, cleanUp: CleanUp): () => void {
  cleanUps.set(name, cleanUp);
  if (!listening) {
    listening = true;
    process.once('SIGTERM', () => void shutdown().finally(() => process.exit(0)));
  }
  return () => void cleanUps.delete(name);
}

/** Runs every registered clean-up once; one that fails is logged and does not stop the others. */
export async function shutdown(): Promise<void> {
  const pending = [...cleanUps];
  cleanUps.clear();
  const results = await Promise.allSettled(pending.map(async ([, cleanUp]) => cleanUp()));
  results.forEach((result, index) => {
    if (result.status === 'rejected') {
      log.error('clean-up failed', { name: pending[index]?.[0], error: result.reason });
    }
  });
}
