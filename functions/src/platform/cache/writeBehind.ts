import { elapsed } from '../clock';
import { onShutdown } from '../lifecycle';
import { log } from '../log';

export interface WriteBehindOptions<V> {
  /** In the log. */
  name: string;
  /** How long what was noted waits at most, while calls come. */
  everyMs: number;
  /** So many keys are written without waiting. */
  maxKeys: number;
  /** Writes what was noted last of each key; fails as a whole, and is then called again with it. */
  write: (values: ReadonlyMap<string, V>) => Promise<void>;
}

/** Figures that are written some time later, many at once, the last of each key. */
export interface WriteBehind<V> {
  /** Notes a figure, and writes all that wait if it is time to. Fails for nobody. */
  note: (key: string, value: V) => Promise<void>;
}

/**
 * Keeps figures in the instance and writes them behind: after `everyMs` with the call that comes
 * then, because an instance has no processor between calls, and when the instance ends. What an
 * instance that dies had not written is lost, so it is for what can be counted again.
 */
export function createWriteBehind<V>({
  name,
  everyMs,
  maxKeys,
  write,
}: WriteBehindOptions<V>): WriteBehind<V> {
  let waiting = new Map<string, V>();
  let since = elapsed();
  let writing: Promise<void> | undefined;
  let isRegistered = false;

  const send = async (): Promise<void> => {
    const sent = waiting;
    waiting = new Map();
    since = elapsed();
    try {
      if (sent.size > 0) await write(sent);
    } catch (error) {
      log.info('figures could not be written; they come with the next ones', { name, error });
      // What was noted meanwhile is newer. Of too many the newer ones are kept, and fewer than are
      // written without waiting; the others are counted again one day.
      waiting = new Map([...sent, ...waiting].slice(-Math.floor(maxKeys / 2)));
    }
  };
  const flush = (): Promise<void> =>
    (writing ??= send().finally(() => {
      writing = undefined;
    }));

  return {
    async note(key, value) {
      if (!isRegistered) {
        isRegistered = true;
        // What is under way may have begun before the last was noted.
        onShutdown(name, () => flush().then(flush));
      }
      if (waiting.size === 0) since = elapsed();
      waiting.set(key, value);
      if (elapsed() - since >= everyMs || waiting.size >= maxKeys) await flush();
    },
  };
}
