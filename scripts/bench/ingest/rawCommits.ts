import { guessContact } from '../../../functions/lib/contacts/identify.js';
import { inboundUpdate } from '../../../functions/lib/conversations/writes.js';
import {
  groupBySender,
  inboundEffect,
  inboundMessage,
} from '../../../functions/lib/messages/inbound.js';
import { parseWebhook } from '../../../functions/lib/platform/whatsapp/webhook.js';
import type { PlainFirestore } from '../plainFirestore.ts';
import type { Post } from './webhooks.ts';

type Data = Record<string, unknown>;
type Batch = ReturnType<PlainFirestore['batch']>;

/** The writes that the product makes of a POST, ready to be sent. */
export interface RawCommit {
  creates: [path: string, data: Data][];
  updates: [path: string, data: Data][];
}

/** Works out beforehand what the product's commit for a POST of known customers consists of. */
export function rawCommitOf({ body }: Post): RawCommit {
  const events = parseWebhook(JSON.parse(body.toString())).filter(
    (event) => event.kind === 'message',
  );
  const commit: RawCommit = { creates: [], updates: [] };
  for (const group of groupBySender(events)) {
    const contactId = guessContact(group.identity);
    for (const { id, event } of group.messages) {
      commit.creates.push([`messages/${id}`, { ...inboundMessage(event, contactId) }]);
    }
    const update = inboundUpdate(inboundEffect(group, contactId, true));
    if (update.kind !== 'update') throw new Error('a known conversation is not updated any more');
    commit.updates.push([update.path, update.data]);
  }
  return commit;
}

/** One commit, and nothing else. */
export async function send(firestore: PlainFirestore, commit: RawCommit): Promise<void> {
  const batch: Batch = firestore.batch();
  for (const [path, data] of commit.creates) batch.create(firestore.doc(path), data);
  for (const [path, data] of commit.updates) batch.update(firestore.doc(path), data);
  await batch.commit();
}
