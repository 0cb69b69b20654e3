import { describe, expect, it } from 'vitest';
import type { Template } from '../types.ts';
import { NUMBER, OTHER_NUMBER, simulate } from '../test-support.ts';

const WABA = '200000000000001';

interface Page {
  data: Template[];
  paging?: { cursors: { after: string }; next?: string };
}

describe('templates', () => {
  it('are listed in pages until there is no next one', async () => {
    const { call, control, url } = await simulate();
    await control.putTemplate('fifth', 'es', { components: [{ type: 'BODY', text: 'Hola' }] });

    const pages: string[][] = [];
    let next: string | undefined = `/${WABA}/message_templates?limit=2`;
    while (next) {
      const page = (await call('GET', next)).body as unknown as Page;
      pages.push(page.data.map((each) => each.name));
      next = page.paging?.next?.replace(`${url}/v25.0`, '');
    }

    expect(pages).toEqual([
      ['hello_world', 'order_update'],
      ['appointment_reminder', 'promo_offer'],
      ['fifth'],
    ]);
  });

  it('are filtered by name, and come with their components', async () => {
    const { call } = await simulate();
    const { body } = await call('GET', `/${WABA}/message_templates?name=order_update`);
    expect(body.data).toEqual([
      expect.objectContaining({
        language: 'es',
        status: 'APPROVED',
        components: [{ type: 'BODY', text: expect.stringContaining('{{2}}') as string }],
      }),
    ]);
  });

  it('change their status on request', async () => {
    const { send, control } = await simulate();
    const message = {
      type: 'template',
      template: { name: 'hello_world', language: { code: 'en_US' } },
    };
    await control.putTemplate('hello_world', 'en_US', { status: 'PAUSED' });
    expect((await send(message)).body.error?.code).toBe(132015);
  });

  it.each(['?after=nonsense', '?limit=0'])('refuse %s', async (query) => {
    const { call } = await simulate();
    const { body } = await call('GET', `/${WABA}/message_templates${query}`);
    expect(body.error?.code).toBe(100);
  });
});

describe('other objects', () => {
  it('a phone number', async () => {
    const { call } = await simulate();
    expect((await call('GET', `/${NUMBER}`)).body).toMatchObject({
      id: NUMBER,
      display_phone_number: '+34 600 000 001',
      verified_name: 'Recado Demo',
      quality_rating: 'GREEN',
      throughput: { level: 'STANDARD' },
    });
  });

  it('the account’s numbers, and its subscription', async () => {
    const { call, post } = await simulate();
    const { body } = await call('GET', `/${WABA}/phone_numbers`);
    expect(body.data).toMatchObject([{ id: NUMBER }, { id: OTHER_NUMBER }]);
    expect((await post(`/${WABA}/subscribed_apps`, {})).body).toEqual({ success: true });
    expect((await post('/999/subscribed_apps', {})).body.error?.code).toBe(100);
  });

  it('the token', async () => {
    const { call } = await simulate();
    expect((await call('GET', '/me')).body).toMatchObject({ id: expect.any(String) as string });
    const good = await call('GET', '/debug_token?input_token=local-token');
    const bad = await call('GET', '/debug_token?input_token=stolen');
    expect([good, bad].map((each) => each.body.data)).toMatchObject([
      { is_valid: true },
      { is_valid: false },
    ]);
  });
});
