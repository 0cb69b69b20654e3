import { describe, expect, it } from 'vitest';
import { CUSTOMER, NUMBER, simulate, textMessage, wamidOf } from '../test-support.ts';

describe('sending', () => {
  it('answers with the recipient and a wamid, and journals the request', async () => {
    const { send, control } = await simulate();

    const answer = await send({ to: '+34 611 222 333', biz_opaque_callback_data: 'm1' });

    expect(answer).toEqual({
      status: 200,
      body: {
        messaging_product: 'whatsapp',
        contacts: [{ input: '+34 611 222 333', wa_id: CUSTOMER }],
        messages: [{ id: expect.stringMatching(/^wamid\./) as string }],
      },
    });
    expect((await control.sends({ callbackData: 'm1' })).data).toEqual([
      expect.objectContaining({
        seq: 1,
        id: wamidOf(answer),
        phoneNumberId: NUMBER,
        recipient: CUSTOMER,
        type: 'text',
        callbackData: 'm1',
      }),
    ]);
  });

  it('answers a template message as accepted', async () => {
    const { send } = await simulate();
    const template = { name: 'hello_world', language: { code: 'en_US' } };
    const { body } = await send({ type: 'template', template });
    expect(body.messages).toEqual([expect.objectContaining({ message_status: 'accepted' })]);
  });

  it('goes to a user id, which is the only thing the answer then names', async () => {
    const { send } = await simulate();
    const { body } = await send({ to: undefined, recipient: 'US.12345' });
    expect(body.contacts).toEqual([{ input: 'US.12345', user_id: 'US.12345' }]);
  });

  it('refuses in the documented envelope', async () => {
    const { send, control } = await simulate();

    const answer = await send({ text: { body: 'x'.repeat(4097) } });

    expect(answer).toEqual({
      status: 400,
      body: {
        error: {
          message: '(#131009) Parameter value is not valid',
          type: 'OAuthException',
          code: 131009,
          error_data: {
            messaging_product: 'whatsapp',
            details: 'text.body must be at most 4096 characters long.',
          },
          fbtrace_id: expect.any(String) as string,
        },
      },
    });
    expect((await control.stats()).rejectedByCode).toEqual({ '131009': 1 });
  });

  it('marks as read and shows typing', async () => {
    const { post, control } = await simulate();
    const read = { messaging_product: 'whatsapp', status: 'read', message_id: 'wamid.1' };
    const path = `/${NUMBER}/messages`;

    expect((await post(path, read)).body).toEqual({ success: true });
    const typing = await post(path, { ...read, typing_indicator: { type: 'text' } });
    expect(typing.body).toEqual({ success: true });
    const incomplete = await post(path, { ...read, message_id: undefined });
    expect(incomplete.body.error?.code).toBe(131008);
    expect(await control.stats()).toMatchObject({ reads: 2, accepted: 0 });
  });
});

describe('who may send', () => {
  it.each(['Bearer wrong', 'local-token', ''])('not with the token %j', async (authorization) => {
    const { call } = await simulate();
    const answer = await call('POST', `/${NUMBER}/messages`, { headers: { authorization } });
    expect(answer).toMatchObject({ status: 401, body: { error: { code: 190 } } });
  });

  it.each([
    ['unknown', undefined, { code: 100, error_subcode: 33 }],
    ['deleted', 'DELETED', { code: 33 }],
    ['not registered', 'DISCONNECTED', { code: 133010 }],
  ] as const)('not a number that is %s', async (_, status, error) => {
    const { send, control } = await simulate();
    if (status) await control.putNumber('555', { status });
    expect((await send({}, '555')).body.error).toMatchObject(error);
  });

  it('not to itself, and not to those who cannot be reached', async () => {
    const { send } = await simulate({ undeliverable: ['34600999999'] });
    expect((await send({ to: '+34600000001' })).body.error?.code).toBe(131021);
    expect((await send({ to: '+34600999999' })).body.error?.code).toBe(131026);
  });

  it('not what is no JSON', async () => {
    const { call } = await simulate();
    const answer = await call('POST', `/${NUMBER}/messages`, { body: '{"to":' });
    expect(answer.body.error?.code).toBe(100);
  });

  it('under any version of the API, but not without one', async () => {
    const { url } = await simulate();
    const init = {
      method: 'POST',
      headers: { authorization: 'Bearer local-token' },
      body: JSON.stringify(textMessage()),
    };
    const status = async (base: string) => {
      const response = await fetch(`${url}${base}/${NUMBER}/messages`, init);
      await response.text();
      return response.status;
    };
    expect(await status('/v21.0')).toBe(200);
    expect(await status('/v99.9')).toBe(200);
    expect(await status('')).toBe(404);
  });
});
