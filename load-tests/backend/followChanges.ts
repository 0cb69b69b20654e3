import { fileURLToPath } from 'node:url';
import { startProcess } from '../../scripts/bench/processes.ts';
import { freePorts } from '../../scripts/lib/ports.ts';

export interface Follower {
  /** When it returns, every change up to now was told. */
  catchUp(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts what stands in for Firestore's triggers, in a process of its own. */
export async function followChanges(environment: Record<string, string>): Promise<Follower> {
  const { port } = await freePorts({ port: 0 });
  const program = fileURLToPath(new URL('./changesMain.ts', import.meta.url));
  const follower = startProcess('load-changes', environment, [
    '--disable-warning=ExperimentalWarning',
    program,
    String(port),
  ]);
  await follower.listening;
  return {
    async catchUp() {
      await fetch(`http://127.0.0.1:${port}`);
    },
    stop: () => follower.stop(),
  };
}
