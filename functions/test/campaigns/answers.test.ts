import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { SimulatorClient } from '../../../scripts/whatsapp-simulator/client.ts';
import { expand } from '../../src/campaigns/expand';
import { launch } from '../../src/campaigns/launch';
import { forgetWishes } from '../../src/campaigns/optOuts';
import type { ThreadEntry } from '../../src/campaigns/thread';
import { lookAfterCampaigns } from '../../src/campaigns/upkeep';
import type { Contact } from '../../src/contacts/schema';
import { conversationIdOf } from '../../src/conversations/rules';
import { conversationsThread } from '../../src/entry/callables/conversationsThread';
import { whatsappWebhook } from '../../src/entry/http/whatsappWebhook';
import { setClock } from '../../src/platform/clock';
import { db } from '../../src/platform/firestore';
import { installFaults, type Faults } from '../batch/faults';
import { as, call, codeOf, storeTeam, type Caller } from '../support/calling';
import {
  allRows,
  allSends,
  campaignAt,
  connectOwnChannel,
  contactOf,
  draft,
  drainUntil,
  numbersFrom,
  phoneOf,
  putTemplate,
  runLanes,
  sendCampaign,
  storeContact,
  storeContacts,
  SUPERVISOR,
} from '../support/campaigns';
import { host } from '../support/hosting';
import { useProject } from '../support/project';
import { refused } from '../support/stored';
import { useSimulator } from '../support/simulator';
import { waitFor } from '../support/waitFor';

useProject('campaign-answers');

let simulator: SimulatorClient;
let faults: Faults;
beforeAll(async () => {
  simulator = await useSimulator(await host(whatsappWebhook), {
    statuses: { sentMs: 10, deliveredMs: 20, readMs: 30 },
  });
  await putTemplate(simulator);
  await storeTeam();
  faults = installFaults();
});
let restoreClock = (): void => undefined;
afterEach(() => {
  restoreClock();
  forgetWishes();
});

/** A customer writes `body`; it is stored when this returns. */
async function writes(phone: string, body: string, channelId: string, ago = 0): Promise<void> {
  await simulator.customerSends(phone.slice(1), {
    phoneNumberId: channelId,
    name: 'Ana',
    messages: [
      {
        type: 'text',
        text: { body },
        ...(ago > 0 ? { timestamp: Math.floor((Date.now() - ago) / 1_000) } : {}),
      },
    ],
  });
  await simulator.idle();
}
/** WhatsApp's times are whole seconds: only then a message is later than what was just sent. */
const nextSecond = (): Promise<unknown> => {
  const next = (Math.floor(Date.now() / 1_000) + 1) * 1_000;
  return waitFor('the next second', () => Date.now() >= next);
};
const rowOf = async (campaignId: string, phone: string) =>
  (await allRows(campaignId)).find((row) => row.phone === phone);

describe('a wish for no more offers', () => {
  const setWish = (n: number, wish: Pick<Contact, 'consents'>): Promise<unknown> =>
    db()
      .doc(`contacts/${contactOf(phoneOf(n))}`)
      .update(wish);

  it('that comes between expansion and send is honoured, unless it was taken back', async () => {
    const channelId = await connectOwnChannel(simulator);
    for (let n = 0; n < 20; n++) await storeContact(phoneOf(n));
    await draft('wish-between', { channelId, ...numbersFrom(0, 20) });
    await launch(SUPERVISOR, 'wish-between');
    await expand('wish-between');
    await setWish(3, refused());
    await setWish(4, refused());
    await runLanes(channelId);
    expect(await rowOf('wish-between', phoneOf(3))).toMatchObject({
      state: 'skipped',
      reason: 'opted-out',
      sentAt: null,
    });
    expect((await campaignAt('wish-between')).status).toBe('running');

    // It is still remembered here, but does not hold any more.
    await setWish(4, { consents: {} });
    await sendCampaign('wish-taken-back', await connectOwnChannel(simulator), numbersFrom(3, 2));
    const sends = (await allSends(simulator)).map(({ recipient }) => `+${recipient}`);
    expect(sends).toHaveLength(19);
    expect(sends).not.toContain(phoneOf(3));
    expect(sends).toContain(phoneOf(4));
  });

  it('that comes while the audience is read, however long that takes, is honoured', async () => {
    const channelId = await connectOwnChannel(simulator);
    // More than a page; the three in it who are active are read with the first one.
    const ids = await storeContacts(501, () => ({ tags: ['meanwhile'], isActive: false }), 1_000);
    const [first, second, third] = [...ids].sort().slice(0, 3);
    for (const id of [first, second, third]) {
      await db().doc(`contacts/${id}`).update({ isActive: true });
    }
    await draft('wish-meanwhile', {
      channelId,
      audience: { kind: 'contacts', filter: { anyTag: ['meanwhile'] } },
    });
    await launch(SUPERVISOR, 'wish-meanwhile');
    let pages = 0;
    faults.plan((_, method) => {
      if (method !== 'runQuery' || ++pages !== 2) return undefined;
      return async () => {
        await db().doc(`contacts/${second}`).update(refused());
        restoreClock = setClock(() => Date.now() + 5 * 60_000);
      };
    });
    await expand('wish-meanwhile');
    faults.end();
    await runLanes(channelId);
    const states = (await allRows('wish-meanwhile')).map((row) => [row.contactId, row.state]);
    expect(states.sort()).toEqual([
      [first, 'accepted'],
      [second, 'skipped'],
      [third, 'accepted'],
    ]);
  });

  it('does not concern what is no offer', async () => {
    const channelId = await connectOwnChannel(simulator);
    await putTemplate(simulator, { name: 'receipt', category: 'UTILITY' });
    await storeContact(phoneOf(40), refused());
    await sendCampaign('wish-receipt', channelId, {
      ...numbersFrom(40, 1),
      variants: [
        {
          template: { name: 'receipt', language: 'es' },
          variables: { 'body.1': { fixed: 'x' } },
        },
      ],
    });
    expect((await rowOf('wish-receipt', phoneOf(40)))?.state).not.toBe('skipped');
  });
});

describe('in the thread', () => {
  const PHONE = phoneOf(50);
  let channelId: string;
  let conversationId: string;
  beforeAll(async () => {
    channelId = await connectOwnChannel(simulator);
    conversationId = conversationIdOf(channelId, contactOf(PHONE));
    await writes(PHONE, 'Hola', channelId, 100_000);
    await sendCampaign('thread-1', channelId, numbersFrom(50, 2));
    await nextSecond();
    await writes(PHONE, '¡Lo quiero!', channelId);
    await drainUntil('thread-1', 'all to be read', ({ read }) => read === 2);
  });
  const threadFor = async (caller: Caller, fields: object = {}) =>
    (await call(conversationsThread, { conversationId, ...fields }, caller)) as {
      entries: ThreadEntry[];
      nextCursor: string | null;
    };

  it("a campaign's message stands between the messages, as it was sent", async () => {
    const { entries, nextCursor } = await threadFor(as('supervisor'));
    expect(nextCursor).toBeNull();
    expect(entries).toMatchObject([
      { kind: 'message', direction: 'in', content: { body: '¡Lo quiero!' } },
      {
        kind: 'campaign',
        campaignId: 'thread-1',
        campaignName: 'Spring',
        type: 'template',
        state: 'read',
        content: {
          name: 'spring',
          components: [{ type: 'body', parameters: [{ type: 'text', text: 'Ana' }] }],
        },
      },
      { kind: 'message', direction: 'in', content: { body: 'Hola' } },
    ]);
    const [send] = (await allSends(simulator)).filter(
      (each) => each.phoneNumberId === channelId && `+${each.recipient}` === PHONE,
    );
    expect(entries[1]).toMatchObject({ wamid: send?.id });
  });

  it('comes in pages, each entry once', async () => {
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await threadFor(as('supervisor'), { limit: 1, ...(cursor ? { cursor } : {}) });
      expect(page.entries).toHaveLength(1);
      seen.push(...page.entries.map(({ kind }) => kind));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(seen).toEqual(['message', 'campaign', 'message']);
    expect(await codeOf(threadFor(as('supervisor'), { cursor: 'x' }))).toBe('invalid-argument');
  });

  it('of a conversation that somebody else works on is as if there were none', async () => {
    expect((await threadFor(as('agent'))).entries).toHaveLength(3);
    await db()
      .doc(`conversations/${conversationId}`)
      .update({ assigneeId: 'agent2', participants: ['agent2'] });
    expect(await codeOf(threadFor(as('agent')))).toBe('not-found');
    expect((await threadFor(as('admin'))).entries).toHaveLength(3);
    // Who got it and never wrote has no conversation.
    const silent = conversationIdOf(channelId, contactOf(phoneOf(51)));
    expect(await codeOf(call(conversationsThread, { conversationId: silent }, as('admin')))).toBe(
      'not-found',
    );
  });

  it('of another number it is not there', async () => {
    const other = await connectOwnChannel(simulator);
    await writes(PHONE, 'Hola', other);
    const { entries } = await threadFor(as('admin'), {
      conversationId: conversationIdOf(other, contactOf(PHONE)),
    });
    expect(entries.map(({ kind }) => kind)).toEqual(['message']);
  });
});

describe('attribution', () => {
  it('counts who answered and who asked for no more, once each, within 72 hours', async () => {
    const channelId = await connectOwnChannel(simulator);
    // One wrote before, one answers, one asks to stop, one is nobody of the campaign.
    await writes(phoneOf(63), 'antes', channelId, 600_000);
    await sendCampaign('answers-1', channelId, numbersFrom(60, 4));
    await nextSecond();
    await writes(phoneOf(60), 'Gracias', channelId);
    await writes(phoneOf(61), 'STOP', channelId);
    await writes(phoneOf(69), 'Hola', channelId);
    await drainUntil('answers-1', 'all to be read', ({ read }) => read === 4);

    await Promise.all([lookAfterCampaigns(), lookAfterCampaigns()]);
    await lookAfterCampaigns();
    expect((await campaignAt('answers-1')).totals).toMatchObject({
      recipients: 4,
      read: 4,
      replied: 2,
      optedOut: 1,
    });
    expect(await rowOf('answers-1', phoneOf(60))).toMatchObject({
      state: 'read',
      repliedAt: expect.any(Number) as number,
      optedOutAt: null,
    });
    expect(await rowOf('answers-1', phoneOf(61))).toMatchObject({
      optedOutAt: expect.any(Number) as number,
    });
    expect(await rowOf('answers-1', phoneOf(63))).toMatchObject({ repliedAt: null });

    // Three days later an answer is about something else, and the campaign is closed.
    restoreClock = setClock(() => Date.now() + 73 * 60 * 60_000);
    await lookAfterCampaigns();
    await lookAfterCampaigns();
    expect(await campaignAt('answers-1')).toMatchObject({ status: 'completed' });
    await writes(phoneOf(62), 'Hola', channelId);
    await lookAfterCampaigns();
    expect((await campaignAt('answers-1')).totals.replied).toBe(2);
  });
});
