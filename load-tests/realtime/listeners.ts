import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { FromListeners, ListenersConfig, Seen, ToListeners } from './protocol.ts';

export interface Listeners {
  /** What they have shown so far. */
  seen(): Promise<Seen[]>;
  stop(): Promise<void>;
}

/** Opens the listeners, in a process of their own; when it returns, all of them listen. */
export async function openListeners(config: ListenersConfig): Promise<Listeners> {
  const program = fileURLToPath(new URL('./listenersMain.ts', import.meta.url));
  const child = fork(program, { execArgv: ['--disable-warning=ExperimentalWarning'] });
  const ended = once(child, 'exit');
  const ask = async (message: ToListeners): Promise<FromListeners> => {
    const answer = once(child, 'message').then(([told]) => told as FromListeners);
    child.send(message);
    return Promise.race([
      answer,
      ended.then((): FromListeners => ({ failed: 'their process ended' })),
    ]);
  };
  const stop = async (): Promise<void> => {
    if (child.connected) child.disconnect();
    await ended;
  };
  const answer = await ask({ listen: config });
  if ('failed' in answer) {
    await stop();
    throw new Error(`The listeners could not be opened: ${answer.failed}`);
  }
  return {
    async seen() {
      const report = await ask({ report: true });
      if ('seen' in report) return report.seen;
      throw new Error('The listeners gave no report.');
    },
    stop,
  };
}
