import { beforeAll, describe, expect, it } from 'vitest';
import { whatsappWebhook } from '../src/entry/http/whatsappWebhook';
import { signatureIsValid } from '../src/platform/whatsapp/signature';
import { closeDb } from '../src/platform/firestore';
import { mapConcurrently } from '../src/shared/async';
import { host } from './support/hosting';
import { useProject } from './support/project';
import { randomOf, seededRandom } from './support/random';
import { allDeadLetters, allMessages, clearFirestore } from './support/stored';
import { bodyOf, messagesBody, signatureOf, statusesBody, textMessage } from './support/webhooks';

useProject('webhook');
let url: string;
beforeAll(async () => {
  url = await host(whatsappWebhook);
});

const post = (body: string, signature: string | null = signatureOf(body)) =>
  fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(signature === null ? {} : { 'x-hub-signature-256': signature }),
    },
    body,
  });
const ana = { phone: '34600111222' };

describe('the handshake', () => {
  it.each([
    ['subscribe', 'local-verify-token', '1158201444', 200, '1158201444'],
    ['subscribe', 'wrong', '1158201444', 403, undefined],
    ['unsubscribe', 'local-verify-token', '1158201444', 403, undefined],
    ['subscribe', 'local-verify-token', '<script>', 403, undefined],
  ])('%s %s %s → %i', async (mode, token, challenge, status, answer) => {
    const query = new URLSearchParams({
      'hub.mode': mode,
      'hub.verify_token': token,
      'hub.challenge': challenge,
    });
    const response = await fetch(`${url}?${query.toString()}`);
    expect(response.status).toBe(status);
    if (answer) expect(await response.text()).toBe(answer);
  });
});

describe('the signature', () => {
  it('accepts none of 100,000 mutations of a signed body or its signature', () => {
    const random = seededRandom('mutated signatures');
    const body = Buffer.from(messagesBody([{ from: ana, message: textMessage('wamid.1') }]));
    const signature = signatureOf(body);
    expect(signatureIsValid(body, signature, 'local-app-secret')).toBe(true);

    let accepted = 0;
    for (let n = 0; n < 100_000; n++) {
      const mutatedBody = Buffer.from(body);
      let mutated = signature;
      switch (random.below(5)) {
        case 0: {
          const at = random.below(body.length);
          mutatedBody[at] = (body[at] as number) ^ (1 << random.below(8));
          break;
        }
        case 1: {
          const at = random.below(signature.length);
          const other = String.fromCharCode(33 + random.below(90));
          if (other === signature[at]) continue;
          mutated = signature.slice(0, at) + other + signature.slice(at + 1);
          break;
        }
        case 2:
          mutated = signature.slice(0, random.below(signature.length));
          break;
        case 3:
          mutated = signatureOf(body, `secret${n}`);
          break;
        default:
          mutated = signature + random.pick(['0', ' ', ',sha256=', '\n']);
      }
      if (signatureIsValid(mutatedBody, mutated, 'local-app-secret')) accepted++;
    }
    expect(accepted).toBe(0);
  });

  it.each([
    ['missing', null],
    ['of another secret', signatureOf('{}', 'other')],
    ['of the older kind', 'sha1=abc'],
  ])('%s is refused before anything is stored', async (_, signature) => {
    await clearFirestore();
    const response = await post(
      messagesBody([{ from: ana, message: textMessage('wamid.f') }]),
      signature,
    );
    expect(response.status).toBe(401);
    expect(await allMessages()).toEqual([]);
    expect(await allDeadLetters()).toEqual([]);
  });
});

describe('a POST', () => {
  it('with 1,000 updates is stored whole', async () => {
    await clearFirestore();
    const items = Array.from({ length: 1_000 }, (_, n) => ({
      from: { phone: String(34_600_000_000 + (n % 100)) },
      message: textMessage(`wamid.${n}`),
    }));
    const response = await post(messagesBody(items));
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ messages: 1_000 });
    expect(await allMessages()).toHaveLength(1_000);
  });

  it('over 3 MB is refused', async () => {
    const body = JSON.stringify({ padding: 'x'.repeat(3 * 1024 * 1024) });
    expect((await post(body)).status).toBe(413);
  });

  it('that cannot be stored is answered 5xx, so that it comes again', async () => {
    const emulator = process.env['FIRESTORE_EMULATOR_HOST'];
    await closeDb();
    process.env['FIRESTORE_EMULATOR_HOST'] = '127.0.0.1:9';
    try {
      const response = await post(messagesBody([{ from: ana, message: textMessage('wamid.5xx') }]));
      expect(response.status).toBe(503);
    } finally {
      // Not awaited: a client without a connection takes its time to close.
      void closeDb();
      process.env['FIRESTORE_EMULATOR_HOST'] = emulator;
    }
    expect(
      (await post(messagesBody([{ from: ana, message: textMessage('wamid.5xx') }]))).status,
    ).toBe(200);
  });

  it('by another method is refused', async () => {
    expect((await fetch(url, { method: 'PUT' })).status).toBe(405);
  });
});

describe('hostile payloads', () => {
  it('50,000 of them: no crash, no 5xx, nothing lost silently', { timeout: 400_000 }, async () => {
    const random = seededRandom('fuzzed payloads');
    const perPost = 50;
    const POSTS_A_ROUND = 50;
    const posts = Array.from({ length: 50_000 / perPost }, (_, n) =>
      Array.from({ length: perPost }, (_, m) =>
        fuzzedChange(random.seed + n * perPost + m, `${n}.${m}`),
      ),
    );
    const totals = { updates: 0, accounted: 0 };
    for (let at = 0; at < posts.length; at += POSTS_A_ROUND) {
      // The emulator reads whole collections for a query, so what is stored is cleared now and then.
      await clearFirestore();
      await mapConcurrently(posts.slice(at, at + POSTS_A_ROUND), 8, async (changes) => {
        const response = await post(JSON.stringify({ entry: [{ id: '1', changes }] }));
        expect(response.status).toBe(200);
        const report = (await response.json()) as Record<string, number>;
        totals.updates += changes.reduce((sum: number, change) => sum + updatesIn(change), 0);
        totals.accounted += Object.values(report).reduce((sum, count) => sum + count, 0);
      });
    }
    expect(totals.accounted).toBeGreaterThanOrEqual(totals.updates);
    expect((await fetch(url)).status).toBe(403);
  });

  /** A valid change with a few of its values replaced, removed, or wrapped. */
  function fuzzedChange(seed: number, id: string): unknown {
    const random = randomOf(seed);
    const from = { phone: String(34_600_000_000 + random.below(3_000)) };
    const templates = [
      () =>
        messagesBody([
          { from: { ...from, bsuid: `ES.${from.phone}` }, message: textMessage(`wamid.${id}`) },
        ]),
      () =>
        statusesBody([
          {
            id: `wamid.${id}`,
            status: 'read',
            timestamp: '7',
            biz_opaque_callback_data: `cb-${id}-00000`,
            errors: [{ code: 1 }],
          },
        ]),
      () =>
        messagesBody([
          {
            from,
            message: {
              id: `wamid.${id}`,
              timestamp: '7',
              type: 'reaction',
              reaction: { message_id: 'wamid.0', emoji: '👍' },
            },
          },
        ]),
      () =>
        messagesBody([
          {
            from,
            message: {
              id: `wamid.${id}`,
              type: 'order',
              order: { product_items: [{ quantity: 1 }] },
            },
          },
        ]),
      () =>
        messagesBody([
          {
            from,
            message: {
              id: `wamid.${id}`,
              type: 'contacts',
              contacts: [{ name: {}, phones: [{ phone: '1' }] }],
            },
          },
        ]),
      () =>
        bodyOf('message_template_status_update', {
          event: 'PAUSED',
          message_template_name: 'x',
          message_template_language: 'es',
        }),
      () =>
        bodyOf('user_preferences', {
          metadata: { phone_number_id: '1' },
          user_preferences: [{ wa_id: '34600111222', value: 'stop' }],
        }),
    ];
    const body = JSON.parse(random.pick(templates)()) as { entry: { changes: unknown[] }[] };
    let change = body.entry[0]?.changes[0];
    for (let n = random.below(4); n > 0; n--) change = mutate(change);
    return change;

    function mutate(value: unknown): unknown {
      if (random.below(4) === 0 || typeof value !== 'object' || value === null) {
        return random.pick<unknown>([
          null,
          true,
          0,
          -1,
          1e308,
          '',
          '\ud800',
          '\u0000',
          '__proto__',
          '../..',
          'x'.repeat(2_000),
          [],
          {},
          [[1]],
          { __proto__x: 1, '': 2, 'a.b': 3 },
          [null],
          '99999999999999999999',
        ]);
      }
      const keys = Object.keys(value);
      if (keys.length === 0) return value;
      const key = random.pick(keys);
      const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...value }) as Record<
        string,
        unknown
      >;
      if (random.below(6) === 0) Reflect.deleteProperty(copy, key);
      else copy[key] = mutate(copy[key]);
      return copy;
    }
  }

  /** How many updates a change holds, however broken; one that shows none still counts as one. */
  function updatesIn(change: unknown): number {
    const value = (change as { value?: Record<string, unknown> } | null)?.value;
    const lists = ['messages', 'statuses', 'user_preferences'].map((name) => value?.[name]);
    return Math.max(
      1,
      lists.reduce((sum: number, list) => sum + (Array.isArray(list) ? list.length : 0), 0),
    );
  }
});
