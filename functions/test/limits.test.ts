import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { conversationsAssign } from '../src/entry/callables/conversationsAssign';
import { jobsList } from '../src/entry/callables/jobsList';
import { messagesSend } from '../src/entry/callables/messagesSend';
import { messagesSendBulk } from '../src/entry/callables/messagesSendBulk';
import { whatsappWebhook } from '../src/entry/http/whatsappWebhook';
import { setClock } from '../src/platform/clock';
import { clearLimits, limitsStatus } from '../src/platform/limits/limit';
import { newId } from '../src/shared/ids';
import { receiveWebhook } from '../src/webhooks/receive';
import { as, call, codeOf, storeTeam } from './support/calling';
import { host } from './support/hosting';
import { billOf } from './support/meter';
import { useProject } from './support/project';
import { useSimulator } from './support/simulator';
import { connectChannel, conversationOf } from './support/stored';
import { CHANNEL, messagesBody, textMessage } from './support/webhooks';

useProject('limits', {
  LIMIT_WHATSAPP: '3',
  LIMIT_BULK: '10',
  LIMIT_API_ADMIN: '6',
  LIMIT_API_AGENT: '4',
  LIMIT_WEBHOOK_TEST: '2',
});

const NOON = new Date('2026-11-23T12:00:00Z').getTime();
const conversationId = conversationOf('34600111222');
let time = NOON;

beforeAll(async () => {
  await useSimulator('');
  await connectChannel();
  await storeTeam();
  await receiveWebhook(
    messagesBody([{ from: { phone: '34600111222' }, message: textMessage('wamid.1') }]),
  );
});
beforeEach(() => {
  clearLimits();
  time = NOON + 20_000;
  return setClock(() => time);
});

const message = { type: 'text', text: { body: 'hello' } };
const send = (role: 'admin' | 'agent') =>
  call(messagesSend, { idempotencyKey: newId(), conversationId, message }, as(role));
const list = (role: 'admin' | 'agent') => call(jobsList, {}, as(role));

/** The codes of `n` calls, one after another. */
async function codes(n: number, work: () => Promise<unknown>): Promise<string[]> {
  const found: string[] = [];
  for (let i = 0; i < n; i++) found.push(await codeOf(work()));
  return found;
}

const OK = 'ok';
const TOO_MANY = 'resource-exhausted';

describe('messages', () => {
  it('are limited for each member, and the refusal tells how long to wait', async () => {
    await setOpenWindow();
    expect(await codes(4, () => send('admin'))).toEqual([OK, OK, OK, TOO_MANY]);
    await expect(send('admin')).rejects.toMatchObject({
      code: TOO_MANY,
      message: 'That is too much at once. Try again in 40 seconds.',
      details: {
        reason: 'rate-limit',
        limit: 'send',
        max: 3,
        windowSeconds: 60,
        retryAfterSeconds: 40,
      },
    });
    time += 40_000;
    expect(await codes(1, () => send('admin'))).toEqual([OK]);
  });

  it('do not count for what else a member calls', async () => {
    await setOpenWindow();
    expect(await codes(4, () => send('admin'))).toEqual([OK, OK, OK, TOO_MANY]);
    expect(await codes(1, () => list('admin'))).toEqual([OK]);
  });

  it('in bulk are counted by message, and none of a call that is too big is sent', async () => {
    const bulk = (n: number) =>
      call(
        messagesSendBulk,
        {
          messages: Array.from({ length: n }, () => ({
            idempotencyKey: newId(),
            channelId: CHANNEL,
            to: '+34600111222',
            message,
          })),
        },
        as('agent'),
      );
    expect(await codes(1, () => bulk(8))).toEqual([OK]);
    expect(await codes(1, () => bulk(3))).toEqual([TOO_MANY]);
    expect(await codes(1, () => bulk(2))).toEqual([OK]);
    await expect(bulk(11)).rejects.toMatchObject({
      code: TOO_MANY,
      details: { max: 10, hint: 'Ask for less at once.' },
    });
  });
});

/** The customer wrote at the test's noon, so that texts may be sent. */
const setOpenWindow = () =>
  receiveWebhook(
    messagesBody([
      {
        from: { phone: '34600111222' },
        message: { ...textMessage(newId()), timestamp: String(NOON / 1_000) },
      },
    ]),
  );

describe('other calls', () => {
  it('are limited for each member by role', async () => {
    expect(await codes(5, () => list('agent'))).toEqual([OK, OK, OK, OK, TOO_MANY]);
    expect(await codes(7, () => list('admin'))).toEqual([...Array<string>(6).fill(OK), TOO_MANY]);
  });

  it('of all callables count together', async () => {
    await codes(2, () => list('agent'));
    const assign = () =>
      call(conversationsAssign, { conversationId, assigneeId: null }, as('agent'));
    expect(await codes(3, assign)).toEqual([OK, OK, TOO_MANY]);
  });

  it('that are refused cost nothing', async () => {
    await codes(4, () => list('agent'));
    expect(await billOf(() => codes(10, () => list('agent')))).toEqual({
      reads: 0,
      writes: 0,
      deletes: 0,
      roundTrips: 0,
    });
  });

  it('of those who may not call are not counted', async () => {
    expect(await codes(9, () => call(jobsList, {}, null))).toEqual(
      Array<string>(9).fill('unauthenticated'),
    );
    expect(await codes(1, () => list('agent'))).toEqual([OK]);
  });
});

describe("the webhook's handshake", () => {
  it('is limited for each address that Google saw, whatever the request says', async () => {
    const url = await host(whatsappWebhook);
    const shake = (forwarded: string) =>
      fetch(`${url}?hub.mode=subscribe&hub.verify_token=guess&hub.challenge=1`, {
        headers: { 'x-forwarded-for': forwarded },
      });
    expect((await shake('1.1.1.1, 203.0.113.7')).status).toBe(403);
    expect((await shake('2.2.2.2, 203.0.113.7')).status).toBe(403);
    const refused = await shake('3.3.3.3, 203.0.113.7');
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('40');
    expect((await shake('1.1.1.1, 203.0.113.8')).status).toBe(403);
  });
});

it('without Redis the status says that each instance holds the limits by itself', async () => {
  const { heldBy, reason, limits } = await limitsStatus();
  expect(heldBy).toBe('each-instance');
  expect(reason).toBe('Redis is not configured: each instance holds the limits by itself.');
  expect(limits.filter(({ withoutRedis }) => withoutRedis === 'closed')).toEqual([
    { name: 'send', windowSeconds: 60, withoutRedis: 'closed' },
    { name: 'bulk', windowSeconds: 60, withoutRedis: 'closed' },
  ]);
});
