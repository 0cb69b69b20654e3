import { fileURLToPath } from 'node:url';
import { startProcess } from '../../scripts/bench/processes.ts';

/** Starts what stands in for Firestore's triggers, in a process of its own; gives what ends it. */
export async function followChanges(
  environment: Record<string, string>,
): Promise<() => Promise<void>> {
  const program = fileURLToPath(new URL('./changesMain.ts', import.meta.url));
  const follower = startProcess('load-changes', { ...environment, FUNCTION_TARGET: '' }, [
    '--disable-warning=ExperimentalWarning',
    program,
  ]);
  await follower.listening;
  return () => follower.stop();
}
