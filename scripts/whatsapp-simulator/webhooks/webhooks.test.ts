import { describe, expect, it } from 'vitest';
import { CUSTOMER, NUMBER, simulate, startWebhook, updates, wamidOf } from '../test-support.ts';
import { sign } from './post.ts';

describe('statuses of an accepted message', () => {
  it('are sent, delivered and read, signed over the exact bytes', async () => {
    const { url: webhookUrl, received } = await startWebhook();
    const { send, control } = await simulate({
      webhookUrl,
      appSecret: 'shh',
      // One POST at a time keeps the order.
      webhooks: { maxInFlight: 1 },
    });

    const wamid = wamidOf(await send({ biz_opaque_callback_data: 'm1' }));
    await control.idle();

    expect(updates(received, 'statuses')).toEqual(
      ['sent', 'delivered', 'read'].map((status) => ({
        id: wamid,
        status,
        timestamp: expect.stringMatching(/^\d{10}$/) as string,
        recipient_id: CUSTOMER,
        biz_opaque_callback_data: 'm1',
        conversation: {
          id: expect.stringMatching(/^[\da-f]{32}$/) as string,
          origin: { type: 'service' },
        },
        pricing: { billable: true, pricing_model: 'PMP', type: 'regular', category: 'service' },
      })),
    );
    for (const { raw, headers } of received) {
      expect(headers['x-hub-signature-256']).toBe(sign(raw, 'shh'));
    }
  });

  it('name the user id of a customer who has one, and only it when it was written to', async () => {
    const { url: webhookUrl, received } = await startWebhook();
    const statuses = { deliveredShare: 0 };
    const webhooks = { maxInFlight: 1 };
    const { send, control } = await simulate({ webhookUrl, statuses, webhooks });
    await control.customerSends(CUSTOMER, { bsuid: 'ES.777', messages: [] });

    await send();
    await send({ to: undefined, recipient: 'ES.777' });
    await control.idle();

    const [toPhone, toUserId] = updates(received, 'statuses');
    expect(toPhone).toMatchObject({ recipient_id: CUSTOMER, recipient_user_id: 'ES.777' });
    expect(toUserId).toMatchObject({ recipient_user_id: 'ES.777' });
    expect(toUserId).not.toHaveProperty('recipient_id');
  });

  it('is failed with its error alone when the share of failures says so', async () => {
    const { url: webhookUrl, received } = await startWebhook();
    const statuses = { failedShare: 1, failedCode: 131049 };
    const { send, control } = await simulate({ webhookUrl, statuses });

    await send();
    await control.idle();

    expect(updates(received, 'statuses')).toMatchObject([
      { status: 'failed', errors: [{ code: 131049 }] },
    ]);
  });

  it('share POSTs, up to the configured number', async () => {
    const { url: webhookUrl, received } = await startWebhook();
    const statuses = { sentMs: 0, deliveredShare: 0 };
    const webhooks = { maxBatch: 10, lingerMs: 1_000 };
    const { send, control } = await simulate({ webhookUrl, statuses, webhooks });

    await Promise.all(Array.from({ length: 20 }, () => send()));
    await control.idle();

    expect(received.map(({ raw }) => raw.split('"sent"').length - 1)).toEqual([10, 10]);
  });
});

describe('a webhook that does not answer 200', () => {
  const statuses = { deliveredShare: 0 };

  it('gets the same bytes again until it does', async () => {
    const { url: webhookUrl, received } = await startWebhook([500, 302, 404]);
    const webhooks = { retryBaseMs: 1 };
    const { send, control } = await simulate({ webhookUrl, statuses, webhooks });

    await send();
    const stats = await control.idle();

    expect(new Set(received.map(({ raw }) => raw)).size).toBe(1);
    expect(stats.webhooks).toMatchObject({ posted: 1, retried: 3, givenUp: 0, pending: 0 });
  });

  it('is given up after the last try', async () => {
    const { url: webhookUrl, received } = await startWebhook([500, 500, 500, 500]);
    const webhooks = { retryBaseMs: 1, maxTries: 3 };
    const { send, control } = await simulate({ webhookUrl, statuses, webhooks });

    await send();
    const stats = await control.idle();

    expect(received).toHaveLength(3);
    expect(stats.webhooks).toMatchObject({ posted: 0, retried: 2, givenUp: 1 });
  });

  it('may be down altogether; waiting for it then ends with 408', async () => {
    const webhookUrl = 'http://127.0.0.1:1/nobody';
    const { send, control } = await simulate({ webhookUrl, webhooks: { retryBaseMs: 60_000 } });
    await send();
    await expect(control.idle(1)).rejects.toThrow(/408/);
  });
});

describe('the webhook on request', () => {
  it('is verified with a challenge', async () => {
    const { url: webhookUrl } = await startWebhook();
    const { control } = await simulate({ webhookUrl });
    expect(await control.handshake()).toMatchObject({ verified: true, status: 200 });
  });

  it('is not verified when it refuses', async () => {
    const { url: webhookUrl } = await startWebhook([403]);
    const { control } = await simulate({ webhookUrl });
    expect(await control.handshake()).toMatchObject({ verified: false, status: 403 });
  });

  it.each([
    ['valid', (raw: string) => sign(raw, 'local-app-secret')],
    ['invalid', (raw: string) => sign(raw, 'not-local-app-secret')],
    ['missing', () => undefined],
  ] as const)('gets a body with a signature that is %s', async (signature, expected) => {
    const { url: webhookUrl, received } = await startWebhook([401]);
    const { control } = await simulate({ webhookUrl });

    const answer = await control.postWebhook({ raw: '{"broken":', signature });

    expect(answer).toMatchObject({ status: 401, text: 'ok' });
    expect(received).toHaveLength(1);
    const [{ raw, headers } = { raw: '', headers: {} }] = received;
    expect(raw).toBe('{"broken":');
    expect(headers['x-hub-signature-256']).toBe(expected(raw));
  });

  it('gets any field in the usual envelope', async () => {
    const { url: webhookUrl, received } = await startWebhook();
    const { control } = await simulate({ webhookUrl });
    const value = { event: 'PAUSED', message_template_name: 'promo_offer', reason: null };

    await control.postWebhook({ field: 'message_template_status_update', value });

    expect(JSON.parse(received[0]?.raw ?? '')).toEqual({
      object: 'whatsapp_business_account',
      entry: [
        { id: '200000000000001', changes: [{ field: 'message_template_status_update', value }] },
      ],
    });
  });

  it('is not called at all without an address', async () => {
    const { send, control } = await simulate({ webhookUrl: '' });
    await send({}, NUMBER);
    expect((await control.stats()).webhooks.pending).toBe(0);
  });
});
