import { vi } from 'vitest';
import { db } from '../../src/platform/firestore';
import { storage } from '../../src/platform/storage';

interface Committer {
  _commit(...args: unknown[]): Promise<unknown>;
}

/**
 * Does some work as a process does that dies right after its nth write, to Firestore or to the file
 * store: that one is applied, and nothing after it.
 *
 * @returns whether it died; if not, the work was done before
 */
export async function dieAfter(n: number, work: () => Promise<unknown>): Promise<boolean> {
  let writes = 0;
  const dies = async <T>(write: () => Promise<T>): Promise<T> => {
    if (writes >= n) throw new Error('the process is dead');
    writes++;
    const result = await write();
    if (writes >= n) throw new Error('the process died');
    return result;
  };
  const files = storage();
  const write = files.write.bind(files);
  const remove = files.remove.bind(files);
  const batches = Object.getPrototypeOf(db().batch()) as Committer;
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with each batch as `this`
  const commit = batches._commit;
  const spies = [
    vi.spyOn(files, 'write').mockImplementation((...args) => dies(() => write(...args))),
    vi.spyOn(files, 'remove').mockImplementation((path) => dies(() => remove(path))),
    vi.spyOn(batches, '_commit').mockImplementation(function (this: Committer, ...args) {
      return dies(() => commit.apply(this, args));
    }),
  ];
  try {
    await work();
    return false;
  } catch (error) {
    if (writes < n) throw error;
    return true;
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
