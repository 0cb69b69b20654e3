import { conversationIdOf } from '../../src/conversations/rules';
import type { Conversation } from '../../src/conversations/schema';
import type { Consent, ConsentCategory, Contact } from '../../src/contacts/schema';
import { aliasIds } from '../../src/contacts/rules';
import type { Channel } from '../../src/channels/schema';
import type { Message } from '../../src/messages/schema';
import { db } from '../../src/platform/firestore';
import { CHANNEL } from './webhooks';

/** What is stored, read past every store and cache. */
async function all<T>(collection: string): Promise<(T & { id: string })[]> {
  const { docs } = await db().collection(collection).get();
  return docs.map((doc) => ({ ...(doc.data() as T), id: doc.id }));
}

export const allMessages = () => all<Message>('messages');
export const allConversations = () => all<Conversation>('conversations');
export const allContacts = () => all<Contact>('contacts');
export const allDeadLetters = () =>
  all<{ reason: string; raw: string; kind: string; status: string }>('deadLetters');

export const messageAt = async (id: string) =>
  (await db().doc(`messages/${id}`).get()).data() as Message | undefined;
export const conversationAt = async (id: string) =>
  (await db().doc(`conversations/${id}`).get()).data() as Conversation | undefined;

/** The ids that a customer first seen with this number gets. */
export const contactIdOf = (phone: string): string => aliasIds({ phone: `+${phone}` })[0] as string;
export const conversationOf = (phone: string, channelId = CHANNEL): string =>
  conversationIdOf(channelId, contactIdOf(phone));

export async function connectChannel(id = CHANNEL, fields: Partial<Channel> = {}): Promise<void> {
  await db()
    .doc(`channels/${id}`)
    .set({
      displayPhoneNumber: '+34 600 000 001',
      throughput: 80,
      quality: null,
      paused: null,
      createdAt: 0,
      ...fields,
    } satisfies Channel);
}

/** A contact's wish for no more messages of a category, as it is stored. */
export const refused = (
  at = Date.now(),
  category: ConsentCategory = 'marketing',
): { consents: Partial<Record<ConsentCategory, Consent>> } => ({
  consents: {
    [category]: {
      ...{ state: 'out', at, recordedAt: at, outRecordedAt: at },
      ...{ source: 'message', proof: null },
    },
  },
});

/** Empties the project, between tests. */
export async function clearFirestore(): Promise<void> {
  const host = process.env['FIRESTORE_EMULATOR_HOST'];
  const project = process.env['GCLOUD_PROJECT'];
  await fetch(`http://${host}/emulator/v1/projects/${project}/databases/(default)/documents`, {
    method: 'DELETE',
  });
}
