import { beforeEach, describe, expect, it } from 'vitest';
import { aliasIds } from '../../src/contacts/rules';
import type { Consent, ConsentCategory, ConsentEntry } from '../../src/contacts/schema';
import { recordWishes } from '../../src/contacts/wishes';
import { contactsSetConsent } from '../../src/entry/callables/contactsSetConsent';
import { sendInput } from '../../src/messages/schema';
import { send } from '../../src/messages/send';
import { clearCaches } from '../../src/platform/cache';
import { db } from '../../src/platform/firestore';
import { receiveWebhook } from '../../src/webhooks/receive';
import { as, call, codeOf, storeTeam } from '../support/calling';
import { useProject } from '../support/project';
import { seededRandom } from '../support/random';
import {
  allContacts,
  allDeadLetters,
  clearFirestore,
  connectChannel,
  refused,
} from '../support/stored';
import { bodyOf, CHANNEL, messagesBody, statusesBody, textMessage } from '../support/webhooks';

useProject('consent');
const phone = '34600111222';
const contactId = aliasIds({ phone: `+${phone}` })[0] as string;
const admin = { uid: 'admin', role: 'admin' } as const;

beforeEach(async () => {
  await clearFirestore();
  clearCaches();
  process.env['MARKETING_NEEDS_OPT_IN'] = 'false';
  await connectChannel();
  await storeTeam();
});

const consentAt = async (category: ConsentCategory): Promise<Consent | undefined> =>
  (await db().doc(`contacts/${contactId}`).get()).get(`consents.${category}`) as
    Consent | undefined;
const history = async (): Promise<ConsentEntry[]> => {
  const { docs } = await db().collection(`contacts/${contactId}/consents`).get();
  return docs.map((doc) => doc.data() as ConsentEntry).sort((a, b) => a.at - b.at);
};
const preference = (category: string, value: string, at: number) =>
  receiveWebhook(
    bodyOf('user_preferences', {
      metadata: { phone_number_id: CHANNEL },
      user_preferences: [{ wa_id: phone, category, value, timestamp: String(at) }],
    }),
  );
const known = () =>
  receiveWebhook(messagesBody([{ from: { phone }, message: textMessage('wamid.1') }]));

describe('wishes', () => {
  it('in any order, twice and at once, end as the last one said', async () => {
    await known();
    const random = seededRandom('wishes');
    const wishes = Array.from({ length: 30 }, (_, n) => ({
      contactId,
      wish: {
        ...{ category: 'marketing' as const, at: 1_000 + n, source: 'form' as const },
        state: n % 3 === 0 ? ('out' as const) : ('in' as const),
        proof: `form ${n}`,
      },
    }));
    const order = random.shuffle([...wishes, ...wishes]);
    await Promise.all([recordWishes(order.slice(0, 20)), recordWishes(order.slice(20, 40))]);
    await recordWishes(order.slice(40));
    await recordWishes(order);

    expect(await consentAt('marketing')).toMatchObject({
      state: 'in',
      at: 1_029,
      proof: 'form 29',
    });
    expect((await history()).map(({ proof }) => proof)).toEqual(
      wishes.map(({ wish }) => wish.proof),
    );
  });

  it('from WhatsApp’s menu are of a category, and an earlier one that comes late changes nothing', async () => {
    await known();
    await preference('marketing_messages', 'stop', 100);
    await preference('utility_messages', 'stop', 110);
    await preference('marketing_messages', 'resume', 90);
    await preference('marketing_messages', 'stop', 100);
    expect(await consentAt('marketing')).toMatchObject({
      state: 'out',
      source: 'preference',
      at: 100_000,
    });
    expect(await consentAt('utility')).toMatchObject({ state: 'out' });
    expect((await history()).map(({ state }) => state)).toEqual(['in', 'out', 'out']);
    await preference('marketing_messages', 'resume', 120);
    expect(await consentAt('marketing')).toMatchObject({ state: 'in' });
    expect(await consentAt('marketing')).not.toHaveProperty('outRecordedAt');
  });

  it('of a category that is not known are kept as dead letters', async () => {
    await known();
    expect(await preference('carrier_pigeons', 'stop', 100)).toMatchObject({ deadLetters: 1 });
    expect(await allDeadLetters()).toMatchObject([
      { reason: 'a preference of an unknown category' },
    ]);
    expect((await allContacts())[0]?.consents).toEqual({});
  });

  it('of somebody who never wrote make a contact: none is lost', async () => {
    await preference('marketing_messages', 'stop', 100);
    expect(await consentAt('marketing')).toMatchObject({ state: 'out' });
    await known();
    expect(await allContacts()).toHaveLength(1);
  });

  it('told by error 131050 in a status count from the status’s time, once', async () => {
    await known();
    await db().doc('messages/offer-0001').set({ direction: 'out', contactId });
    const body = statusesBody([
      {
        id: 'wamid.out',
        status: 'failed',
        timestamp: '500',
        recipient_id: phone,
        biz_opaque_callback_data: 'offer-0001',
        errors: [{ code: 131050, title: 'stopped' }],
      },
    ]);
    await receiveWebhook(body);
    await receiveWebhook(body);
    expect(await consentAt('marketing')).toMatchObject({
      ...{ state: 'out', source: 'delivery', at: 500_000, proof: 'offer-0001' },
    });
    expect(await history()).toHaveLength(1);
  });
});

describe('every send', () => {
  let n = 0;
  const offer = (name: string) =>
    sendInput.parse({
      idempotencyKey: `consent-${Date.now()}-${++n}`,
      to: `+${phone}`,
      channelId: CHANNEL,
      message: { type: 'template', template: { name, language: { code: 'es' } } },
    });
  const reason = (name: string) =>
    send(admin, offer(name)).then(
      ({ state }) => state,
      (error: unknown) => (error as { details: { reason: string } }).details.reason,
    );
  beforeEach(async () => {
    for (const category of ['MARKETING', 'UTILITY', 'AUTHENTICATION']) {
      const name = category.toLowerCase();
      await db()
        .doc(`templates/${name}_es`)
        .set({
          ...{ name, language: 'es', status: 'APPROVED', category },
          ...{ headerFormat: null, headerParams: [], bodyParams: [], buttons: [] },
          ...{ reason: null, updatedAt: 0 },
        });
    }
  });

  it.each(['marketing', 'utility', 'authentication'] as const)(
    'asks for the category: who refused %s gets the others, and answers',
    async (category) => {
      await known();
      await db().doc(`contacts/${contactId}`).update(refused(1, category));
      for (const name of ['marketing', 'utility', 'authentication']) {
        expect(await reason(name)).toBe(name === category ? 'opted-out' : 'queued');
      }
      const answer = sendInput.parse({
        ...offer('marketing'),
        message: { type: 'text', text: { body: 'Hello' } },
      });
      expect(await send(admin, answer)).toMatchObject({ state: 'queued' });
    },
  );

  it('of an offer needs an opt-in where that is asked for, of strangers too', async () => {
    process.env['MARKETING_NEEDS_OPT_IN'] = 'true';
    expect(await reason('marketing')).toBe('no-opt-in');
    await known();
    expect(await reason('marketing')).toBe('no-opt-in');
    expect(await reason('utility')).toBe('queued');
    await call(
      contactsSetConsent,
      { contactId, category: 'marketing', state: 'in', proof: 'paper 7' },
      as('admin'),
    );
    expect(await reason('marketing')).toBe('queued');
  });
});

describe('contacts-setConsent', () => {
  const input = { contactId, category: 'marketing', state: 'out', at: 5_000 };

  it('records who said what when, with its proof, once', async () => {
    await known();
    const wish = { ...input, state: 'in', proof: 'https://shop.example/form/7', source: 'form' };
    await call(contactsSetConsent, wish, as('supervisor'));
    await call(contactsSetConsent, wish, as('supervisor'));
    expect(await history()).toMatchObject([
      { ...{ state: 'in', at: 5_000, userId: 'supervisor' } },
    ]);
    const { docs } = await db()
      .collection('auditLog')
      .where('action', '==', 'contacts.setConsent')
      .get();
    expect(docs).toHaveLength(1);
    // What was said earlier is kept, and changes nothing.
    const earlier = await call(contactsSetConsent, { ...input, at: 4_000 }, as('admin'));
    expect(earlier).toMatchObject({ consent: { state: 'in', at: 5_000 } });
    await call(contactsSetConsent, { ...input, at: 4_000 }, as('admin'));
    expect(await history()).toHaveLength(2);
  });

  it.each<[string, Record<string, unknown>, string, string]>([
    ['an opt-in without a proof', { state: 'in' }, 'admin', 'invalid-argument'],
    ['a time ahead', { at: Date.now() + 3_600_000 }, 'admin', 'invalid-argument'],
    ['nobody’s', { contactId: 'nobody' }, 'admin', 'not-found'],
    ['another agent’s contact', {}, 'agent', 'not-found'],
    ['a viewer', {}, 'viewer', 'permission-denied'],
  ])('refuses %s', async (_, fields, role, code) => {
    await known();
    const caller = as(role as 'admin');
    expect(await codeOf(call(contactsSetConsent, { ...input, ...fields }, caller))).toBe(code);
    expect(await history()).toEqual([]);
  });
});
