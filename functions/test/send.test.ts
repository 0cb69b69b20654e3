import { beforeAll, beforeEach, afterEach, describe, expect, it } from 'vitest';
import type { SimulatorClient } from '../../scripts/whatsapp-simulator/client.ts';
import { pauseChannel, resumeChannel } from '../src/channels/pause';
import { whatsappWebhook } from '../src/entry/http/whatsappWebhook';
import { cancel } from '../src/messages/cancel';
import { deliver } from '../src/messages/deliver';
import { processDue, releaseHeld } from '../src/messages/due';
import { intentWrites, outboundMessage, payloadOf, type Intent } from '../src/messages/intent';
import type { Conversation } from '../src/conversations/schema';
import { commit } from '../src/platform/commit';
import { messageState } from '../src/messages/rules';
import { sendInput, type OutboundMessage } from '../src/messages/schema';
import { send, sendBulk } from '../src/messages/send';
import { clearCaches } from '../src/platform/cache';
import { now, setClock } from '../src/platform/clock';
import { db, toVersion } from '../src/platform/firestore';
import { AppError } from '../src/shared/errors';
import { newId } from '../src/shared/ids';
import type { Member } from '../src/team/schema';
import { syncTemplates } from '../src/templates/sync';
import { receiveWebhook } from '../src/webhooks/receive';
import { host } from './support/hosting';
import { useProject } from './support/project';
import { makeSendQueues } from './support/queues';
import { useSimulator } from './support/simulator';
import {
  clearFirestore,
  connectChannel,
  contactIdOf,
  conversationAt,
  conversationOf,
  messageAt,
  refused,
} from './support/stored';
import { waitFor } from './support/waitFor';
import { CHANNEL, messagesBody, textMessage } from './support/webhooks';

useProject('send');

const agent: Member = { uid: 'agent1', role: 'agent' };
const ana = '34600111222';
const hello = { type: 'text', text: { body: 'Hello' } };
let simulator: SimulatorClient;
let restoreClock = (): void => undefined;

beforeAll(async () => {
  simulator = await useSimulator(await host(whatsappWebhook));
  await makeSendQueues();
});
beforeEach(async () => {
  await clearFirestore();
  clearCaches();
  await simulator.reset({
    webhookUrl: (await simulator.config()).webhookUrl,
    pairLimit: { enabled: false },
  });
  await connectChannel();
  await simulator.customerSends(ana, { messages: [textMessage(`wamid.${newId()}`)] });
  await simulator.idle(20_000);
});
afterEach(() => restoreClock());

const input = (fields: Record<string, unknown> = {}) =>
  sendInput.parse({
    idempotencyKey: newId(),
    conversationId: conversationOf(ana),
    message: hello,
    ...fields,
  });
const stored = async (id: string) => (await messageAt(id)) as OutboundMessage;
const stateOf = async (id: string) => messageState(await stored(id));
const reaches = (id: string, state: string) =>
  waitFor(`${id} to be ${state}`, async () => (await stateOf(id)) === state).catch(
    async (error: unknown) => {
      throw new Error(`it is ${JSON.stringify(await stored(id))}`, { cause: error });
    },
  );
/** The task of a message as it is stored at this moment. */
const payloadNow = async (id: string) => {
  const snapshot = await db().doc(`messages/${id}`).get();
  return payloadOf(id, snapshot.data() as OutboundMessage, toVersion(snapshot.updateTime as never));
};
const refusal = async (work: Promise<unknown>) => {
  const error: unknown = await work.then(
    () => 'accepted',
    (e: unknown) => e,
  );
  return error instanceof AppError ? error.details['reason'] : error;
};
const laterBy = (milliseconds: number): void => {
  const at = now() + milliseconds;
  restoreClock = setClock(() => at);
};

describe('a reply', () => {
  it('goes out once and ends as read', async () => {
    const request = input();
    expect(await send(agent, request)).toMatchObject({ state: 'queued' });
    await reaches(request.idempotencyKey, 'read');

    const { data } = await simulator.sends({ callbackData: request.idempotencyKey });
    expect(data).toMatchObject([{ recipient: ana, type: 'text' }]);
    expect(await stored(request.idempotencyKey)).toMatchObject({
      wamid: data[0]?.id,
      userId: 'agent1',
      acceptedAt: expect.any(Number) as number,
      sentAt: expect.any(Number) as number,
    });
    expect((await stored(request.idempotencyKey)).dueAt).toBeUndefined();
  });

  it('repeated with its key gives the first result and sends nothing', async () => {
    const request = input();
    await Promise.all(Array.from({ length: 8 }, () => send(agent, request)));
    await reaches(request.idempotencyKey, 'read');
    expect(await send(agent, request)).toMatchObject({ state: 'read' });
    expect((await simulator.counts()).total).toBe(1);
  });

  it('with a key that was used for something else is refused', async () => {
    const request = input();
    await send(agent, request);
    const other = { ...request, message: { type: 'text' as const, text: { body: 'Other' } } };
    expect(await refusal(send(agent, other))).toBe('key-reused');
  });

  it('names the message that it answers', async () => {
    const first = input();
    await send(agent, first);
    await reaches(first.idempotencyKey, 'read');
    const second = input({ replyTo: first.idempotencyKey });
    await send(agent, second);
    await reaches(second.idempotencyKey, 'read');
    const { data } = await simulator.sends({ callbackData: second.idempotencyKey });
    expect(data[0]?.message).toMatchObject({
      context: { message_id: (await stored(first.idempotencyKey)).wamid },
    });
  });
});

describe('a message to a number', () => {
  const to = '+34 699 000 111';
  const template = {
    type: 'template',
    template: { name: 'hello_world', language: { code: 'en_US' } },
  };

  it('that never wrote needs a template, and makes contact and conversation', async () => {
    await syncTemplates();
    const fields = { conversationId: undefined, to, channelId: CHANNEL };
    expect(await refusal(send(agent, input(fields)))).toBe('window-closed');

    const request = input({ ...fields, message: template });
    await send(agent, request);
    await reaches(request.idempotencyKey, 'read');
    expect(
      (
        await db()
          .doc(`contacts/${contactIdOf('34699000111')}`)
          .get()
      ).data(),
    ).toMatchObject({ phone: '+34699000111' });
  });

  it('twice at once goes into one conversation', async () => {
    await syncTemplates();
    const fields = { conversationId: undefined, to, channelId: CHANNEL, message: template };
    const results = await sendBulk(
      agent,
      [1, 2, 3].map(() => ({ ...input(fields), conversationId: undefined })),
    );
    expect(
      results.map((result) =>
        result instanceof AppError ? result.message : result.conversationId,
      ),
    ).toEqual(Array(3).fill(conversationOf('34699000111')));
  });

  it('that is none is refused', async () => {
    expect(
      await refusal(
        send(agent, input({ conversationId: undefined, to: '12345', channelId: CHANNEL })),
      ),
    ).toBe('invalid-number');
  });
});

describe('what is refused, with its reason', () => {
  const marketing = {
    type: 'template',
    template: {
      name: 'promo_offer',
      language: { code: 'es' },
      components: [
        {
          type: 'header',
          parameters: [{ type: 'image', image: { link: 'https://example.com/a.jpg' } }],
        },
        { type: 'body', parameters: [{ type: 'text', text: 'Ana' }] },
        { type: 'button', sub_type: 'url', index: 0, parameters: [{ type: 'text', text: 'x' }] },
      ],
    },
  };

  it('an unknown conversation, and one of somebody else', async () => {
    expect(await refusal(send(agent, input({ conversationId: 'none_none' })))).toBe(
      'unknown-conversation',
    );
    await db()
      .doc(`conversations/${conversationOf(ana)}`)
      .update({ assigneeId: 'other' });
    clearCaches();
    expect(await refusal(send(agent, input()))).toBe('unknown-conversation');
    expect(await send({ uid: 'boss', role: 'supervisor' }, input())).toMatchObject({
      state: 'queued',
    });
  });

  it('free text after 24 hours', async () => {
    laterBy(25 * 3_600_000);
    expect(await refusal(send(agent, input()))).toBe('window-closed');
  });

  it('free text for a time after the window closes', async () => {
    expect(await refusal(send(agent, input({ sendAt: now() + 25 * 3_600_000 })))).toBe(
      'window-closed',
    );
  });

  it('an unknown template, and wrong parameters', async () => {
    await syncTemplates();
    const template = (name: string, components: object[] = []) =>
      input({
        message: { type: 'template', template: { name, language: { code: 'es' }, components } },
      });
    expect(await refusal(send(agent, template('nothing')))).toBe('unknown-template');
    expect(await refusal(send(agent, template('order_update')))).toBe('template-parameters');
  });

  it('offers to somebody who asked for none, but not other messages', async () => {
    await syncTemplates();
    await db()
      .doc(`contacts/${contactIdOf(ana)}`)
      .update(refused(1));
    expect(await refusal(send(agent, input({ message: marketing })))).toBe('opted-out');
    expect(await send(agent, input())).toMatchObject({ state: 'queued' });
  });

  it('anything over a paused channel', async () => {
    await pauseChannel({ uid: 'boss', role: 'admin' }, { channelId: CHANNEL, reason: 'audit' });
    expect(await refusal(send(agent, input()))).toBe('channel-paused');
  });

  it.each([
    ['a text over 4,096 characters', { type: 'text', text: { body: 'x'.repeat(4_097) } }],
    [
      'a button title over 20',
      {
        type: 'interactive',
        interactive: {
          type: 'button',
          body: { text: 'b' },
          action: { buttons: [{ type: 'reply', reply: { id: '1', title: 'x'.repeat(21) } }] },
        },
      },
    ],
    ['media with both id and link', { type: 'image', image: { id: '1', link: 'https://x.y/z' } }],
    ['a link that is not https', { type: 'image', image: { link: 'http://x.y/z' } }],
    ['an unknown type', { type: 'hologram', hologram: {} }],
  ])('%s', (_, message) => {
    expect(() => input({ message })).toThrow();
  });

  it('in bulk each by itself', async () => {
    const good = input();
    const results = await sendBulk(agent, [
      good,
      { nonsense: true },
      input({ conversationId: 'none_none' }),
    ]);
    expect(
      results.map((result) =>
        result instanceof AppError ? result.details['reason'] : result.state,
      ),
    ).toEqual(['queued', 'invalid-input', 'unknown-conversation']);
  });
});

describe('an error of WhatsApp', () => {
  it('that passes is tried again', async () => {
    await simulator.setFaults([{ kind: 'reject', code: 131016, times: 1 }]);
    const request = input();
    await send(agent, request);
    await waitFor(
      'the first try',
      async () => (await stored(request.idempotencyKey)).attempts === 1,
    );
    await reaches(request.idempotencyKey, 'read');
    expect((await simulator.counts()).total).toBe(1);
  });

  it('that passes, but not within the attempts, ends as failed', async () => {
    await simulator.setFaults([{ kind: 'reject', code: 987_654 }]);
    const request = input();
    await send(agent, request);
    await waitFor(
      'the first try',
      async () => (await stored(request.idempotencyKey)).attempts >= 1,
    );
    for (const round of [1, 2, 3]) {
      restoreClock();
      laterBy(round * 600_000);
      clearCaches();
      await processDue();
      await waitFor(
        'the next try',
        async () =>
          (await stored(request.idempotencyKey)).attempts > round ||
          (await stateOf(request.idempotencyKey)) === 'failed',
      );
    }
    expect(await stored(request.idempotencyKey)).toMatchObject({
      attempts: 3,
      error: { code: 987_654 },
    });
    expect(await stateOf(request.idempotencyKey)).toBe('failed');
  });

  it('that is final is kept with the message', async () => {
    await simulator.setFaults([{ kind: 'reject', code: 131026, times: 1 }]);
    const request = input();
    await send(agent, request);
    await reaches(request.idempotencyKey, 'failed');
    expect(await stored(request.idempotencyKey)).toMatchObject({
      error: { code: 131026, reason: 'undeliverable' },
    });
  });

  it('that asks for a pause stops the channel; resuming sends what waited', async () => {
    await simulator.setFaults([{ kind: 'reject', code: 190, times: 1 }]);
    const request = input();
    await send(agent, request);
    await waitFor(
      'the pause',
      async () => (await stored(request.idempotencyKey)).heldBy === CHANNEL,
    );
    expect((await db().doc(`channels/${CHANNEL}`).get()).data()).toMatchObject({
      paused: { reason: 'token', code: 190 },
    });

    await resumeChannel({ uid: 'boss', role: 'admin' }, { channelId: CHANNEL });
    clearCaches();
    expect(await releaseHeld(CHANNEL)).toBe(1);
    await processDue();
    await reaches(request.idempotencyKey, 'read');
    expect((await simulator.counts()).total).toBe(1);
  });

  it('held by an instance that has not heard of the resuming yet goes out all the same', async () => {
    const boss: Member = { uid: 'boss', role: 'admin' };
    const request = input({ sendAt: now() + 60_000 });
    await send(agent, request);
    await pauseChannel(boss, { channelId: CHANNEL, reason: 'audit' });
    await deliver(await payloadNow(request.idempotencyKey));
    expect((await stored(request.idempotencyKey)).heldBy).toBe(CHANNEL);
    // Resumed by another instance: this one still has the pause in memory.
    await db().doc(`channels/${CHANNEL}`).update({ paused: null });
    await releaseHeld(CHANNEL);
    await deliver(await payloadNow(request.idempotencyKey));
    expect((await simulator.counts()).total).toBe(1);
  });

  it('that a user stopped offers is recorded as an opt-out', async () => {
    await simulator.setFaults([{ kind: 'reject', code: 131050, times: 1 }]);
    const request = input();
    await send(agent, request);
    await reaches(request.idempotencyKey, 'failed');
    await waitFor('the opt-out', async () => {
      const contact = await db()
        .doc(`contacts/${contactIdOf(ana)}`)
        .get();
      return contact.get('consents.marketing.source') === 'delivery';
    });
  });
});

describe('a send in doubt', () => {
  it('whose answer was lost is settled by its statuses and never sent again', async () => {
    await simulator.setFaults([{ kind: 'cut_after', times: 1 }]);
    const request = input();
    await send(agent, request);
    await reaches(request.idempotencyKey, 'read');
    laterBy(3_600_000);
    await processDue();
    expect((await simulator.counts()).total).toBe(1);
    expect((await stored(request.idempotencyKey)).wamid).toMatch(/^wamid\./);
  });

  it('that nothing is heard of ends as unknown after the grace period', async () => {
    await simulator.setFaults([{ kind: 'cut_before', times: 1 }]);
    const request = input();
    await send(agent, request);
    await reaches(request.idempotencyKey, 'sending');
    await simulator.idle();
    laterBy(14 * 60_000);
    await processDue();
    expect(await stateOf(request.idempotencyKey)).toBe('sending');
    restoreClock();
    laterBy(16 * 60_000);
    await processDue();
    expect(await stateOf(request.idempotencyKey)).toBe('unknown');
    expect((await simulator.counts()).total).toBe(0);
  });

  it('is not sent by a second delivery of its task, nor by 20 at once', async () => {
    const request = input({ sendAt: now() + 60_000 });
    await send(agent, request);
    const snapshot = await db().doc(`messages/${request.idempotencyKey}`).get();
    const payload = payloadOf(
      request.idempotencyKey,
      snapshot.data() as OutboundMessage,
      toVersion(snapshot.updateTime as never),
    );
    // Slow enough that the others find it claimed, and not yet recorded.
    await simulator.setFaults([{ kind: 'latency', ms: 300 }]);
    await Promise.all(Array.from({ length: 20 }, () => deliver(payload)));
    await deliver(payload);
    expect((await simulator.counts()).total).toBe(1);
  });
});

describe('a scheduled message', () => {
  it('waits for its time, then goes out once, although schedules overlap', async () => {
    const request = input({ sendAt: now() + 3_600_000 });
    expect(await send(agent, request)).toMatchObject({ state: 'scheduled' });
    await processDue();
    expect(await stateOf(request.idempotencyKey)).toBe('scheduled');

    laterBy(3_601_000);
    await Promise.all([processDue(), processDue(), processDue()]);
    await reaches(request.idempotencyKey, 'read');
    expect((await simulator.counts()).total).toBe(1);
  });

  it('can be cancelled until it is handed to WhatsApp', async () => {
    const request = input({ sendAt: now() + 3_600_000 });
    await send(agent, request);
    await cancel(agent, request.idempotencyKey);
    await cancel(agent, request.idempotencyKey);
    laterBy(3_601_000);
    await processDue();
    expect(await stateOf(request.idempotencyKey)).toBe('cancelled');

    const sent = input();
    restoreClock();
    await send(agent, sent);
    await reaches(sent.idempotencyKey, 'read');
    expect(await refusal(cancel(agent, sent.idempotencyKey))).toBe('too-late');
  });

  it('whose sender died before it created the task is found by the schedule', async () => {
    const { channelId, contactId } = (await conversationAt(conversationOf(ana))) as Conversation;
    const intent: Intent = {
      messageId: newId(),
      channelId,
      conversationId: conversationOf(ana),
      contactId,
      userId: 'agent1',
      to: { phone: `+${ana}` },
      type: 'text',
      content: { body: 'Hello' },
      replyTo: null,
      priority: 'low',
      sendAt: null,
    };
    await commit(intentWrites(intent, outboundMessage(intent, 'x')));
    laterBy(120_000);
    await processDue();
    await reaches(intent.messageId, 'read');
  });
});

describe('an offer taken before the customer asked for none', () => {
  it('is not sent', async () => {
    await syncTemplates();
    const request = input({
      sendAt: now() + 3_600_000,
      message: { type: 'template', template: { name: 'hello_world', language: { code: 'en_US' } } },
    });
    await simulator.putTemplate('hello_world', 'en_US', { category: 'MARKETING' });
    await syncTemplates();
    await send(agent, request);
    await receiveWebhook(
      messagesBody([{ from: { phone: ana }, message: textMessage('wamid.stop', 'STOP') }]),
    );
    await waitFor('the answer to stop', async () => (await simulator.counts()).total === 1);
    laterBy(3_601_000);
    await processDue();
    await reaches(request.idempotencyKey, 'failed');
    expect(await stored(request.idempotencyKey)).toMatchObject({
      error: { reason: 'opted-out' },
    });
    expect((await simulator.counts()).total).toBe(1);
  });
});
