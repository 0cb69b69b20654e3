// Stands in for Firestore's triggers on a machine where the emulator would start a process for each
// change at once: looks every few seconds at what they are called for, and calls the code behind
// them with the same differences. Versions in between add up to the same. It asks instead of
// listening, because the emulator runs every query that is listened to within each commit.
import { createServer } from 'node:http';
import {
  conversationChanged,
  conversionChanged,
  messageChanged,
  type Change,
} from '../../functions/lib/analytics/changes.js';
import { db, toVersion } from '../../functions/lib/platform/firestore.js';
import { mapConcurrently } from '../../functions/lib/shared/async.js';

const PAUSE_MS = 3_000;
/** Statuses come within seconds; changes of older messages are found by a look at all. */
const RECENT_MS = 60_000;
const CONCURRENCY = 50;

/** Gives a look at a collection, which tells each change since the one before. */
function follow<T extends object>(
  name: string,
  time: string,
  tell: (change: Change<T>) => Promise<void>,
): (since: number) => Promise<void> {
  const known = new Map<string, { version: string; data: T }>();
  return async (since) => {
    const { docs } = await db().collection(name).where(time, '>=', since).get();
    await mapConcurrently(docs, CONCURRENCY, async (doc) => {
      const last = known.get(doc.id);
      const version = toVersion(doc.updateTime);
      if (last?.version === version) return;
      const after = doc.data() as T;
      const at = doc.updateTime.toMillis();
      await tell({ path: doc.ref.path, before: last?.data, after, version, at });
      known.set(doc.id, { version, data: after });
    });
  };
}

const looks = [
  follow('messages', 'timestamp', messageChanged),
  follow('conversations', 'lastMessageAt', conversationChanged),
  follow('conversions', 'createdAt', conversionChanged),
];
let running: Promise<unknown> = Promise.resolve();
/** One look after the other. */
const lookSince = (since: number): Promise<unknown> =>
  (running = running.then(() => Promise.all(looks.map((look) => look(since)))));

function fail(error: unknown): void {
  console.error(error);
  process.exit(1);
}

setInterval(() => {
  lookSince(Date.now() - RECENT_MS).catch(fail);
}, PAUSE_MS);

// Whoever asks is answered when all that had changed was told.
createServer((_request, response) => {
  lookSince(0).then(() => response.end(), fail);
}).listen(Number(process.argv[2]), '127.0.0.1');
