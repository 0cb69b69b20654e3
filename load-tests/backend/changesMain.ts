// Stands in for Firestore's triggers on a machine where the emulator would start a process for each
// change at once: listens to what they listen to, and calls the code behind them with the same
// differences. Versions that follow each other closely may come as one, which adds up to the same.
import { createServer } from 'node:http';
import {
  conversationChanged,
  conversionChanged,
  messageChanged,
  type Change,
} from '../../functions/lib/analytics/changes.js';
import { db, toVersion } from '../../functions/lib/platform/firestore.js';

/** Follows a collection; its changes are told one after the other for a document. */
function follow<T extends object>(name: string, tell: (change: Change<T>) => Promise<void>): void {
  const last = new Map<string, Promise<void>>();
  const known = new Map<string, T>();
  db()
    .collection(name)
    .onSnapshot((snapshot) => {
      for (const { doc, type } of snapshot.docChanges()) {
        const before = known.get(doc.id);
        const after = type === 'removed' ? undefined : (doc.data() as T);
        if (after) known.set(doc.id, after);
        else known.delete(doc.id);
        const version = toVersion(doc.updateTime);
        const change: Change<T> = {
          path: doc.ref.path,
          before,
          after,
          version: after ? version : `${version} deleted`,
          at: doc.updateTime.toMillis(),
        };
        const told = (last.get(doc.id) ?? Promise.resolve()).then(() => tell(change));
        last.set(doc.id, told);
        told.catch((error: unknown) => {
          console.error(error);
          process.exit(1);
        });
      }
    });
}

follow('messages', messageChanged);
follow('conversations', conversationChanged);
follow('conversions', conversionChanged);
// Whoever started it waits until it listens.
createServer().listen(0, '127.0.0.1');
