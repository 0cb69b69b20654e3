import { LOCAL } from '../../lib/localConfig.ts';
import type { PlainFirestore } from '../plainFirestore.ts';
import type { Intent } from './intents.ts';

/** The API of the simulated WhatsApp. */
async function post(simulatorUrl: string, intent: Intent): Promise<string> {
  const response = await fetch(`${simulatorUrl}/v25.0/${LOCAL.channelId}/messages`, {
    method: 'POST',
    headers: { authorization: `Bearer ${LOCAL.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      messaging_product: 'whatsapp',
      recipient_type: 'individual',
      to: `+${intent.phone}`,
      ...intent.message,
      biz_opaque_callback_data: intent.idempotencyKey,
    }),
  });
  if (!response.ok) throw new Error(`WhatsApp answered ${response.status}`);
  const { messages } = (await response.json()) as { messages: { id: string }[] };
  return messages[0]?.id ?? '';
}

const messageOf = ({ conversationId, message, phone }: Intent) => ({
  direction: 'out',
  channelId: LOCAL.channelId,
  conversationId,
  type: message.type,
  content: message.text,
  to: { phone: `+${phone}` },
  timestamp: Date.now(),
  status: 'queued',
});
const lastMessageOf = ({ message }: Intent) => ({
  lastMessage: { text: message.text.body, direction: 'out', type: 'text' },
  lastMessageAt: Date.now(),
});

/** As many write it: look, store, send, store what came of it; then the next one. */
export async function sendAsPeopleDo(
  firestore: PlainFirestore,
  simulatorUrl: string,
  intent: Intent,
): Promise<void> {
  const message = firestore.doc(`messages/${intent.idempotencyKey}`);
  const conversation = firestore.doc(`conversations/${intent.conversationId}`);
  if (!(await conversation.get()).exists) throw new Error('there is no such conversation');
  await message.set(messageOf(intent));
  const wamid = await post(simulatorUrl, intent);
  await message.update({ wamid, status: 'accepted', acceptedAt: Date.now() });
  await conversation.update(lastMessageOf(intent));
}

/** The product's four writes in its three commits, and the call; nothing else. */
export async function sendRaw(
  firestore: PlainFirestore,
  simulatorUrl: string,
  intent: Intent,
): Promise<void> {
  const message = firestore.doc(`messages/${intent.idempotencyKey}`);
  await firestore
    .batch()
    .create(message, messageOf(intent))
    .update(firestore.doc(`conversations/${intent.conversationId}`), lastMessageOf(intent))
    .commit();
  await message.update({ claimId: intent.idempotencyKey, claimedAt: Date.now() });
  await message.update({ wamid: await post(simulatorUrl, intent), acceptedAt: Date.now() });
}
