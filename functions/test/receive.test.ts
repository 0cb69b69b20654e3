import { beforeEach, describe, expect, it } from 'vitest';
import { processDue } from '../src/messages/due';
import { clearCaches } from '../src/platform/cache';
import { db } from '../src/platform/firestore';
import { mapConcurrently } from '../src/shared/async';
import { receiveWebhook } from '../src/webhooks/receive';
import { useProject } from './support/project';
import { seededRandom } from './support/random';
import {
  allContacts,
  allConversations,
  allDeadLetters,
  allMessages,
  clearFirestore,
  conversationAt,
  conversationOf,
} from './support/stored';
import { bodyOf, CHANNEL, messagesBody, textMessage } from './support/webhooks';

useProject('receive');

const ana = { phone: '34600111222', name: 'Ana' };
const receive = (
  message: Record<string, unknown>,
  from: Parameters<typeof messagesBody>[0][0]['from'] = ana,
) => receiveWebhook(messagesBody([{ from, message }]));

beforeEach(async () => {
  await clearFirestore();
  clearCaches();
});

describe('a first message', () => {
  it('makes the contact, its alias, the conversation and the message at once', async () => {
    await receive(textMessage('wamid.1', '¿Tienen hora mañana?'));

    expect(await allContacts()).toMatchObject([
      { name: 'Ana', phone: '+34600111222', consents: {} },
    ]);
    expect(await conversationAt(conversationOf(ana.phone))).toMatchObject({
      channelId: CHANNEL,
      contactName: 'Ana',
      address: { phone: '+34600111222' },
      status: 'open',
      unreadCount: 1,
      lastMessage: { text: '¿Tienen hora mañana?', type: 'text', direction: 'in' },
      lastInboundWamid: 'wamid.1',
    });
    expect(await allMessages()).toMatchObject([
      {
        direction: 'in',
        type: 'text',
        content: { body: '¿Tienen hora mañana?' },
        wamid: 'wamid.1',
      },
    ]);
  });
});

describe('deliveries that come again, at once and in any order', () => {
  it('stores 1,000 messages × 10 deliveries, 64 at once, as exactly 1,000', async () => {
    const random = seededRandom('1,000 × 10 deliveries');
    const customers = 40;
    const messages = Array.from({ length: 1_000 }, (_, n) => ({
      from: { phone: String(34_600_000_000 + (n % customers)) },
      message: textMessage(`wamid.${n}`, `message ${n}`, Date.now() - random.below(5_000)),
    }));
    const deliveries = random.shuffle(Array.from({ length: 10 }, () => messages).flat());
    // POSTs of 1 to 4 updates, as Meta batches them.
    const posts: string[] = [];
    for (let at = 0; at < deliveries.length;) {
      const size = 1 + random.below(4);
      posts.push(messagesBody(deliveries.slice(at, at + size)));
      at += size;
    }

    const reports = await mapConcurrently(posts, 64, receiveWebhook);

    expect(reports.reduce((sum, { messages: stored }) => sum + stored, 0)).toBe(1_000);
    expect(await allMessages()).toHaveLength(1_000);
    expect(await allContacts()).toHaveLength(customers);
    const conversations = await allConversations();
    expect(conversations).toHaveLength(customers);
    expect(conversations.map(({ unreadCount }) => unreadCount)).toEqual(Array(customers).fill(25));
  });

  it('shows the newest message in the list, also when an older one comes late', async () => {
    const now = Date.now();
    await receive(textMessage('wamid.new', 'newer', now));
    await receive(textMessage('wamid.old', 'older', now - 60_000));

    const conversation = await conversationAt(conversationOf(ana.phone));
    expect(conversation).toMatchObject({ lastMessage: { text: 'newer' }, unreadCount: 2 });
    expect(conversation?.lastMessageAt).toBe(Math.floor(now / 1_000) * 1_000);
  });

  it('does not let a duplicate fail the new messages of its POST', async () => {
    await receive(textMessage('wamid.1'));
    const report = await receiveWebhook(
      messagesBody([
        { from: ana, message: textMessage('wamid.1') },
        { from: ana, message: textMessage('wamid.2') },
        { from: { phone: '34600999888' }, message: textMessage('wamid.3') },
      ]),
    );
    expect(report).toMatchObject({ messages: 2, duplicates: 1 });
    expect((await conversationAt(conversationOf(ana.phone)))?.unreadCount).toBe(2);
  });
});

describe('identity', () => {
  const hidden = { bsuid: 'ES.777' };
  const both = { phone: ana.phone, bsuid: 'ES.777' };

  it.each([
    ['the number appears', [hidden, both, { phone: ana.phone }]],
    ['the number gets hidden', [{ phone: ana.phone }, both, hidden]],
    ['the number gets hidden, then shows again', [both, hidden, both, { phone: ana.phone }]],
  ])('%s: one contact, one conversation', async (_, senders) => {
    for (const [n, from] of senders.entries()) {
      await receive(textMessage(`wamid.${n}`), from);
      // Each message meets another instance.
      clearCaches();
    }
    expect(await allContacts()).toMatchObject([{ phone: '+34600111222', bsuid: 'ES.777' }]);
    expect(await allConversations()).toMatchObject([{ unreadCount: senders.length }]);
  });

  it('the number and the BSUID change: the person stays one, the old number is free again', async () => {
    await receive(textMessage('wamid.1'), both);
    const change = {
      id: 'wamid.2',
      type: 'system',
      timestamp: textMessage('').timestamp,
      system: { type: 'user_changed_number', wa_id: '34600555444', user_id: 'ES.888' },
    };
    await receive(change, both);
    await receive(change, both);
    clearCaches();
    await receive(textMessage('wamid.3'), { phone: '34600555444', bsuid: 'ES.888' });
    expect(await allContacts()).toMatchObject([{ phone: '+34600555444', bsuid: 'ES.888' }]);
    expect(await allConversations()).toMatchObject([{ unreadCount: 2 }]);

    clearCaches();
    await receive(textMessage('wamid.4'), { phone: ana.phone, bsuid: 'ES.999' });
    expect(await allContacts()).toHaveLength(2);
  });

  it('64 first messages of one person at once make one contact', async () => {
    await mapConcurrently(
      Array.from({ length: 64 }, (_, n) => n),
      64,
      (n) => receive(textMessage(`wamid.${n}`), n % 2 ? both : { phone: ana.phone }),
    );
    expect(await allContacts()).toHaveLength(1);
    expect(await allConversations()).toMatchObject([{ unreadCount: 64 }]);
  });
});

describe('kinds of messages', () => {
  const timestamp = textMessage('').timestamp;
  it.each([
    ['image', { image: { id: 'M1', mime_type: 'image/jpeg', caption: 'look' } }, { id: 'M1' }],
    ['audio', { audio: { id: 'M2', voice: true } }, { id: 'M2', voice: true }],
    ['location', { location: { latitude: 1.5, longitude: 2 } }, { latitude: 1.5 }],
    [
      'contacts',
      { contacts: [{ name: { formatted_name: 'Bo' } }] },
      { contacts: [{ name: { formatted_name: 'Bo' } }] },
    ],
    ['button', { button: { payload: 'YES', text: 'Yes' } }, { payload: 'YES' }],
    [
      'interactive',
      { interactive: { type: 'button_reply', button_reply: { id: 'b', title: 'B' } } },
      { button_reply: { id: 'b' } },
    ],
    [
      'interactive',
      { interactive: { nfm_reply: { response_json: ['a', 1] } } },
      { nfm_reply: { response_json: '["a",1]' } },
    ],
    [
      'order',
      { order: { catalog_id: 'c', product_items: [{ quantity: 2 }] } },
      { product_items: [{ quantity: 2 }] },
    ],
  ])('%s keeps its content', async (type, content, expected) => {
    await receive({ id: 'wamid.1', timestamp, type, ...content });
    expect(await allMessages()).toMatchObject([{ type, content: expected }]);
  });

  it.each([
    ['a kind that is new', { type: 'hologram', hologram: { depth: [[1], [2]] } }],
    ['interactive without content', { type: 'interactive', errors: [{ code: 131051 }] }],
  ])('%s is kept with its raw object', async (_, message) => {
    await receive({ id: 'wamid.1', timestamp, ...message });
    const [stored] = await allMessages();
    expect(stored).toMatchObject({ type: 'unsupported', content: { type: message.type } });
    expect(JSON.parse((stored?.content as { raw: string }).raw)).toMatchObject(message);
  });

  it('keeps the ad that a customer came from, and the message that is answered', async () => {
    await receive({
      ...textMessage('wamid.1'),
      context: { id: 'wamid.0' },
      referral: { source_id: '42', headline: 'Sale', nested: { x: 1 } },
    });
    expect(await allMessages()).toMatchObject([
      { replyTo: 'wamid.0', referral: { source_id: '42', headline: 'Sale' } },
    ]);
  });
});

describe('changes of messages', () => {
  const at = (seconds: number) => String(Math.floor(Date.now() / 1_000) - 5 + seconds);
  const reaction = (id: string, emoji: string, second: number) => ({
    id,
    timestamp: at(second),
    type: 'reaction',
    reaction: { message_id: 'wamid.1', emoji },
  });
  const edit = (id: string, body: string, second: number) => ({
    id,
    timestamp: at(second),
    type: 'edit',
    edit: { original_message_id: 'wamid.1', message: { type: 'text', text: { body } } },
  });
  const revoke = {
    id: 'wamid.r',
    timestamp: at(3),
    type: 'revoke',
    revoke: { original_message_id: 'wamid.1' },
  };
  const changed = async () => (await allMessages()).find(({ wamid }) => wamid === 'wamid.1');

  it('the latest reaction counts, in whatever order they come, and does not count as unread', async () => {
    await receive(textMessage('wamid.1'));
    await receive(reaction('wamid.3', '', 2));
    await receive(reaction('wamid.2', '👍', 1));
    expect(Object.values((await changed())?.reactions ?? {})).toMatchObject([{ emoji: '' }]);
    expect((await conversationAt(conversationOf(ana.phone)))?.unreadCount).toBe(1);
  });

  it('an edit keeps what was said first; an older edit changes nothing', async () => {
    await receive(textMessage('wamid.1', 'first'));
    await receive(edit('wamid.3', 'third', 3));
    await receive(edit('wamid.2', 'second', 2));
    expect(await changed()).toMatchObject({
      content: { body: 'third' },
      originalContent: { body: 'first' },
    });
  });

  it('a message taken back is empty for good', async () => {
    await receive(textMessage('wamid.1', 'secret'));
    await receive(revoke);
    await receive(edit('wamid.2', 'secret again', 4));
    await receive(revoke);
    expect(await changed()).toMatchObject({ content: {} });
    expect(JSON.stringify(await changed())).not.toContain('secret');
  });

  it('a change that comes before its message waits for it', async () => {
    const report = await receive(reaction('wamid.2', '🎉', 1));
    expect(report).toMatchObject({ messages: 1, deadLetters: 0 });
    expect(await allMessages()).toMatchObject([
      { type: 'reaction', dueAt: expect.any(Number) as number },
    ]);
  });

  it('several that wait for one message are applied one after the other, the last one counts', async () => {
    await receive(edit('wamid.2', 'first', 1));
    await receive(edit('wamid.3', 'second', 2));
    await receive(textMessage('wamid.1'));
    const waiting = async () => (await allMessages()).filter(({ dueAt }) => dueAt !== undefined);
    for (const left of [1, 0]) {
      const { docs } = await db().collection('messages').where('dueAt', '>', 0).get();
      await Promise.all(docs.map(({ ref }) => ref.update({ dueAt: 1 })));
      expect(await processDue()).toMatchObject({ modified: left + 1 });
      expect(await waiting()).toHaveLength(left);
    }
    expect(await changed()).toMatchObject({ content: { body: 'second' } });
  });
});

describe('a conversation', () => {
  it('that was resolved opens when the customer writes', async () => {
    await receive(textMessage('wamid.1'));
    await db()
      .doc(`conversations/${conversationOf(ana.phone)}`)
      .update({ status: 'resolved' });
    await receive(textMessage('wamid.2'));
    expect(await conversationAt(conversationOf(ana.phone))).toMatchObject({ status: 'open' });
  });
});

describe('a request to stop', () => {
  const answers = async () => (await allMessages()).filter(({ direction }) => direction === 'out');

  it.each([
    ['from a stranger', []],
    ['from a known customer', [textMessage('wamid.0')]],
  ])('%s is recorded and answered once', async (_, before) => {
    for (const message of before) await receive(message);
    await Promise.all(['1', '2', '3'].map((n) => receive(textMessage(`wamid.${n}`, 'STOP!'))));
    await receive(textMessage('wamid.1', 'STOP!'));
    await receive(textMessage('wamid.4', 'Baja'));

    expect(await allContacts()).toMatchObject([
      { consents: { marketing: { state: 'out', source: 'message' } } },
    ]);
    expect(await answers()).toMatchObject([{ type: 'text', to: { phone: '+34600111222' } }]);
  });

  it('is not seen in a text that only mentions the word', async () => {
    await receive(textMessage('wamid.1', 'Please stop by tomorrow'));
    expect(await allContacts()).toMatchObject([{ consents: {} }]);
  });

  it('made in WhatsApp’s own menu is recorded, and taken back', async () => {
    await receive(textMessage('wamid.1'));
    const preference = (value: string, timestamp: string) =>
      receiveWebhook(
        bodyOf('user_preferences', {
          metadata: { phone_number_id: CHANNEL },
          user_preferences: [
            { wa_id: ana.phone, category: 'marketing_messages', value, timestamp },
          ],
        }),
      );
    await preference('stop', '1');
    expect(await allContacts()).toMatchObject([
      { consents: { marketing: { state: 'out', source: 'preference' } } },
    ]);
    await preference('resume', '2');
    expect(await allContacts()).toMatchObject([{ consents: { marketing: { state: 'in' } } }]);
  });
});

describe('what is not understood', () => {
  const deep = `{"entry":${'['.repeat(60_000)}${']'.repeat(60_000)}}`;
  it.each([
    ['no JSON', '{"entry":', 'not a webhook'],
    ['nested too deeply', deep, 'not a webhook'],
    ['no entries', '{}', 'without "entry"'],
    ['an unknown field', bodyOf('smb_message_echoes', { x: 1 }), 'field "smb_message_echoes"'],
    [
      'a message without an id',
      messagesBody([{ from: ana, message: { type: 'text' } }]),
      'without a usable id',
    ],
    [
      'a message of nobody',
      messagesBody([{ from: {}, message: textMessage('wamid.1') }]),
      'without a sender',
    ],
    [
      'a message of 400 KB',
      messagesBody([{ from: ana, message: textMessage('wamid.1', 'x'.repeat(400_000)) }]),
      'too large',
    ],
  ])('%s goes to deadLetters, once', async (_, body, reason) => {
    await receiveWebhook(body);
    expect(await receiveWebhook(body)).toMatchObject({ messages: 0, deadLetters: 1 });
    const letters = await allDeadLetters();
    expect(letters).toHaveLength(1);
    expect(letters[0]?.reason).toContain(reason);
  });

  it('does not fail the rest of its POST', async () => {
    const body = JSON.parse(messagesBody([{ from: ana, message: textMessage('wamid.1') }])) as {
      entry: { changes: { value: { messages: unknown[] } }[] }[];
    };
    body.entry[0]?.changes[0]?.value.messages.push(null, 7, { id: {} });
    body.entry.push('garbage' as never);
    expect(await receiveWebhook(JSON.stringify(body))).toMatchObject({
      messages: 1,
      deadLetters: 4,
    });
  });
});
