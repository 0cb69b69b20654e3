import { describe, expect, it } from 'vitest';
import {
  CUSTOMER,
  NUMBER,
  OTHER_NUMBER,
  simulate,
  startWebhook,
  updates,
  values,
} from '../test-support.ts';
import type { InboundMessage } from '../types.ts';

async function withWebhook() {
  const { url: webhookUrl, received } = await startWebhook();
  return { ...(await simulate({ webhookUrl })), received };
}

describe('a customer who writes', () => {
  it('arrives with number, contact and message', async () => {
    const { control, received } = await withWebhook();

    const { ids } = await control.customerSends(CUSTOMER, {
      name: 'Ana',
      messages: [{ type: 'text', text: 'Hola' }],
    });
    await control.idle();

    expect(values(received)).toEqual([
      {
        messaging_product: 'whatsapp',
        metadata: { display_phone_number: '34600000001', phone_number_id: NUMBER },
        contacts: [{ profile: { name: 'Ana' }, wa_id: CUSTOMER }],
        messages: [
          {
            from: CUSTOMER,
            id: ids[0],
            timestamp: expect.stringMatching(/^\d{10}$/) as string,
            type: 'text',
            text: { body: 'Hola' },
          },
        ],
      },
    ]);
  });

  it.each<InboundMessage>([
    { type: 'button', button: { payload: 'yes', text: 'Yes' } },
    { type: 'interactive', interactive: { type: 'nfm_reply', nfm_reply: { response_json: '[' } } },
    { type: 'reaction', reaction: { message_id: 'wamid.1' } },
    { type: 'order', order: { catalog_id: '1', product_items: [] } },
    { type: 'location', location: { latitude: 1, longitude: 2 } },
    { type: 'edit', edit: { original_message_id: 'wamid.1', message: { type: 'text' } } },
    { type: 'revoke', revoke: { original_message_id: 'wamid.1' } },
    { type: 'text', text: { body: 'Hi' }, referral: { source_id: '1' }, context: { id: 'w' } },
    { type: 'something_new', something_new: { deep: [1] } },
  ])('$type arrives as it was given', async (message) => {
    const { control, received } = await withWebhook();
    await control.customerSends(CUSTOMER, { messages: [message] });
    await control.idle();
    expect(updates(received, 'messages')).toEqual([expect.objectContaining(message)]);
  });

  it('may hide the phone number', async () => {
    const { control, received } = await withWebhook();
    const from = { hidePhone: true, username: 'ana.93' };
    await control.customerSends(CUSTOMER, { ...from, messages: [{ type: 'text', text: 'Hola' }] });
    await control.idle();

    const [value] = values(received) as [{ contacts: object[]; messages: object[] }];
    const userId = expect.stringMatching(/^US\.\d+$/) as string;
    expect(value.contacts).toEqual([
      { profile: { name: expect.any(String) as string, username: 'ana.93' }, user_id: userId },
    ]);
    expect(value.messages[0]).toMatchObject({ from_user_id: userId });
    expect(received[0]?.raw).not.toContain(CUSTOMER);
  });

  it('sends system messages without contact, and unsupported ones with errors', async () => {
    const { control, received } = await withWebhook();
    const system = { type: 'system', system: { type: 'user_changed_number' } };
    await control.customerSends(CUSTOMER, { messages: [system] });
    await control.idle();
    await control.customerSends(CUSTOMER, { messages: [{ type: 'unsupported' }] });
    await control.idle();

    expect(values(received)[0]).not.toHaveProperty('contacts');
    expect(updates(received, 'messages')[1]).toMatchObject({ errors: [{ code: 131051 }] });
  });

  it('sends media that the business can download', async () => {
    const { control, call, received } = await withWebhook();
    const data = Buffer.from('voice').toString('base64');
    await control.customerSends(CUSTOMER, {
      messages: [{ type: 'audio', audio: { data, voice: true } }],
    });
    await control.idle();

    const [message] = updates(received, 'messages') as { audio?: { id: string } }[];
    expect(message?.audio).toMatchObject({ mime_type: 'audio/ogg; codecs=opus', voice: true });
    const info = (await call('GET', `/${message?.audio?.id}`)).body;
    const file = await fetch(String(info.url), {
      headers: { authorization: 'Bearer local-token' },
    });
    expect(await file.text()).toBe('voice');
  });

  it('can arrive more than once, and in another order', async () => {
    const { control, received } = await withWebhook();
    const messages = Array.from({ length: 20 }, (_, index) => ({
      type: 'text',
      id: `wamid.${String(index).padStart(2, '0')}`,
      text: 'Hola',
    }));

    const { ids } = await control.customerSends(CUSTOMER, {
      messages,
      duplicates: 1,
      shuffle: true,
    });
    await control.idle();

    const arrived = updates(received, 'messages').map((each) => String(each.id));
    expect(arrived.toSorted()).toEqual(ids.flatMap((id) => [id, id]));
    expect(arrived).not.toEqual(arrived.toSorted());
  });

  it('writes to a number that exists', async () => {
    const { control } = await withWebhook();
    const sends = { phoneNumberId: '999', messages: [{ type: 'text', text: 'Hola' }] };
    await expect(control.customerSends(CUSTOMER, sends)).rejects.toThrow(/no number 999/);
  });
});

describe('many customers who write at once', () => {
  it('share POSTs of the wanted size', async () => {
    const { control, received } = await withWebhook();
    const customers = Array.from({ length: 25 }, (_, index) => ({
      waId: `3462200${String(index).padStart(4, '0')}`,
      messages: [{ type: 'text', text: 'Hola' }],
    }));

    const { ids } = await control.inbound({ phoneNumberId: OTHER_NUMBER, customers, perPost: 10 });
    await control.idle();

    expect(received.map((each) => updates([each], 'messages').length).toSorted()).toEqual([
      10, 10, 5,
    ]);
    expect(new Set(updates(received, 'messages').map((each) => each.id))).toEqual(new Set(ids));
  });
});
