import { db } from '../../functions/lib/platform/firestore.js';
import type { Counts } from './correctness.ts';

const PER_REQUEST = 300;

/** Documents of a collection by id; those that are there. */
export async function readMany<T>(
  collection: string,
  ids: readonly string[],
): Promise<Map<string, T>> {
  const found = new Map<string, T>();
  for (let from = 0; from < ids.length; from += PER_REQUEST) {
    const refs = ids.slice(from, from + PER_REQUEST).map((id) => db().doc(`${collection}/${id}`));
    for (const doc of await db().getAll(...refs)) {
      if (doc.exists) found.set(doc.id, doc.data() as T);
    }
  }
  return found;
}

/** Counts everything of a project that has no other traffic. */
export async function countAll(): Promise<Counts> {
  const messages = db().collection('messages');
  const count = async (query: { count(): ReturnType<typeof messages.count> }): Promise<number> =>
    (await query.count().get()).data().count;
  const [received, queued, conversions, deadLetters, conversations] = await Promise.all([
    count(messages.where('direction', '==', 'in')),
    count(messages.where('direction', '==', 'out')),
    count(db().collection('conversions')),
    count(db().collection('deadLetters')),
    db().collection('conversations').select('unreadCount').get(),
  ]);
  return {
    ...{ received, queued, conversions, deadLetters },
    unread: conversations.docs.reduce((sum, doc) => sum + Number(doc.get('unreadCount')), 0),
  };
}
