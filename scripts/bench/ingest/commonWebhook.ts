// The webhook as many are written: signature, then a transaction for every message that looks for
// what is there and writes. It listens on the port it is given, in the host that the product's functions have.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { http } from '@google-cloud/functions-framework';
import { getTestServer } from '@google-cloud/functions-framework/testing';
import { plainFirestore } from '../plainFirestore.ts';

interface Value {
  metadata: { phone_number_id: string };
  contacts: { wa_id: string; profile: { name: string } }[];
  messages: { id: string; from: string; timestamp: string; type: string; text: object }[];
}
interface Body {
  entry: { changes: { value: Value }[] }[];
}

const firestore = plainFirestore(process.env['GCLOUD_PROJECT'] ?? '');
const secret = process.env['WHATSAPP_APP_SECRET'] ?? '';

http('webhook', async (request, response) => {
  const raw = request.rawBody ?? Buffer.alloc(0);
  const expected = Buffer.from(`sha256=${createHmac('sha256', secret).update(raw).digest('hex')}`);
  const given = Buffer.from(request.get('x-hub-signature-256') ?? '');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    response.status(401).end();
    return;
  }
  for (const { changes } of (request.body as Body).entry) {
    for (const { value } of changes) {
      for (const message of value.messages) await store(value, message);
    }
  }
  response.status(200).json({ ok: true });
});
getTestServer('webhook').listen(Number(process.argv[2]), '127.0.0.1');

async function store(value: Value, message: Value['messages'][number]): Promise<void> {
  const channelId = value.metadata.phone_number_id;
  const conversationId = `${channelId}_${message.from}`;
  const messageRef = firestore.doc(`messages/${message.id}`);
  const contactRef = firestore.doc(`contacts/${message.from}`);
  const conversationRef = firestore.doc(`conversations/${conversationId}`);
  const name = value.contacts.find(({ wa_id }) => wa_id === message.from)?.profile.name ?? null;
  const timestamp = Number(message.timestamp) * 1_000;

  await firestore.runTransaction(async (transaction) => {
    const [stored, contact, conversation] = await transaction.getAll(
      messageRef,
      contactRef,
      conversationRef,
    );
    if (stored?.exists) return;
    if (!contact?.exists) {
      transaction.create(contactRef, { phone: message.from, name, createdAt: Date.now() });
    }
    const lastMessage = { text: (message.text as { body: string }).body, direction: 'in' };
    if (conversation?.exists) {
      transaction.update(conversationRef, {
        contactName: name,
        lastMessage,
        lastMessageAt: timestamp,
        lastInboundAt: timestamp,
        status: 'open',
        unreadCount: (conversation.get('unreadCount') as number) + 1,
      });
    } else {
      transaction.create(conversationRef, {
        channelId,
        contactId: message.from,
        contactName: name,
        status: 'open',
        lastMessage,
        lastMessageAt: timestamp,
        lastInboundAt: timestamp,
        unreadCount: 1,
      });
    }
    transaction.create(messageRef, {
      conversationId,
      contactId: message.from,
      channelId,
      direction: 'in',
      type: message.type,
      content: message.text,
      timestamp,
      receivedAt: Date.now(),
    });
  });
}
