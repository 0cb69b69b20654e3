import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { UserError } from '../../../scripts/lib/fail.ts';
import type { Session } from '../target/session.ts';

/** Collects garbage in the process, all that there is. */
export async function collectGarbage(session: Session): Promise<void> {
  await session.send('HeapProfiler.collectGarbage');
}

/**
 * Writes a heap snapshot into a file, as it comes. The process stands still meanwhile, for about a
 * second per 100 MB. @throws UserError when it is stopped; the file is removed then
 */
export async function takeSnapshot(
  session: Session,
  file: string,
  stop: AbortSignal,
): Promise<void> {
  const descriptor = openSync(file, 'w');
  let isWhole = false;
  session.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }: { chunk: string }) => {
    // At once, so that no more comes in than goes out.
    if (!stop.aborted) writeSync(descriptor, chunk);
  });
  const stopped = Promise.withResolvers<never>();
  const onStop = (): void =>
    stopped.reject(new UserError('Stopped before the heap snapshot was whole.'));
  stop.addEventListener('abort', onStop);
  if (stop.aborted) onStop();
  try {
    await Promise.race([
      session.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false }),
      stopped.promise,
    ]);
    isWhole = true;
  } finally {
    stop.removeEventListener('abort', onStop);
    session.on('HeapProfiler.addHeapSnapshotChunk', () => undefined);
    closeSync(descriptor);
    if (!isWhole) rmSync(file, { force: true });
  }
}
