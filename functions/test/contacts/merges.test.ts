import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SimulatorClient } from '../../../scripts/whatsapp-simulator/client.ts';
import { aliasIds } from '../../src/contacts/rules';
import type { Contact } from '../../src/contacts/schema';
import { searchFields } from '../../src/contacts/search';
import { recordWishes } from '../../src/contacts/wishes';
import { conversationIdOf } from '../../src/conversations/rules';
import { contactsMerge } from '../../src/entry/callables/contactsMerge';
import { contactsUnmerge } from '../../src/entry/callables/contactsUnmerge';
import { jobsCancel } from '../../src/entry/callables/jobsCancel';
import { whatsappWebhook } from '../../src/entry/http/whatsappWebhook';
import { removeOldMerges } from '../../src/merges/purge';
import { processDue } from '../../src/messages/due';
import { sendInput } from '../../src/messages/schema';
import { send } from '../../src/messages/send';
import { clearCaches } from '../../src/platform/cache';
import { setClock } from '../../src/platform/clock';
import { db } from '../../src/platform/firestore';
import { receiveWebhook } from '../../src/webhooks/receive';
import { installFaults, type Faults } from '../batch/faults';
import { as, call, codeOf, storeTeam } from '../support/calling';
import { host } from '../support/hosting';
import { everything, freeJobs, jobAt, merge, runJobs, unmerge } from '../support/merging';
import { useProject } from '../support/project';
import { makeSendQueues } from '../support/queues';
import { useSimulator } from '../support/simulator';
import {
  allContacts,
  allConversations,
  allMessages,
  clearFirestore,
  connectChannel,
  conversationAt,
  messageAt,
} from '../support/stored';
import { waitFor } from '../support/waitFor';
import { seededRandom } from '../support/random';
import { startWriters } from '../support/writers';
import { CHANNEL, messagesBody, statusesBody, textMessage } from '../support/webhooks';

useProject('merges');

const SECOND = '100000000000002';
/** One person, known by a number here and by a BSUID there. */
const byNumber = { phone: '34600111222' };
const byBsuid = { bsuid: 'ES.1', name: 'Ana' };
const winnerId = aliasIds({ phone: `+${byNumber.phone}` })[0] as string;
const loserId = aliasIds({ bsuid: byBsuid.bsuid })[0] as string;

let simulator: SimulatorClient;
let faults: Faults;
beforeAll(async () => {
  simulator = await useSimulator(await host(whatsappWebhook));
  await makeSendQueues();
  faults = installFaults();
});
let restoreClock = (): void => undefined;
beforeEach(async () => {
  await clearFirestore();
  clearCaches();
  await connectChannel();
  await connectChannel(SECOND);
  await storeTeam();
});
afterEach(() => {
  faults.end();
  restoreClock();
  restoreClock = () => undefined;
});

let n = 0;
const receive = (
  from: Parameters<typeof messagesBody>[0][number]['from'],
  channelId = CHANNEL,
  id = `wamid.${++n}`,
) => receiveWebhook(messagesBody([{ from, message: textMessage(id) }], channelId));

/** What a member changes of a contact. */
async function change(id: string, fields: Partial<Contact>): Promise<void> {
  const search = searchFields({ ...(await contactAt(id)), ...fields });
  await db()
    .doc(`contacts/${id}`)
    .update({ ...fields, search });
}

/** Both have written over one channel, the loser over a second one too. */
async function twoContacts(messages = 3): Promise<void> {
  for (let i = 0; i < messages; i++) {
    await receive(byNumber);
    await receive(byBsuid);
  }
  await receive(byBsuid, SECOND);
  await change(winnerId, { tags: ['a'], attributes: { city: 'Lima' } });
  await change(loserId, { tags: ['a', 'b'], attributes: { city: 'Quito', plan: 'gold' } });
  await recordWishes([
    {
      contactId: loserId,
      wish: { category: 'marketing', state: 'out', at: 5, source: 'form', proof: 'form 1' },
    },
  ]);
}

const contactAt = async (id: string): Promise<Contact> =>
  (await db().doc(`contacts/${id}`).get()).data() as Contact;

/** All that was stored is there once, under one contact and its one conversation a channel. */
async function isOne(messages: number): Promise<void> {
  const alive = (await allContacts()).filter(({ mergedInto }) => mergedInto === undefined);
  expect(alive.map(({ id }) => id)).toEqual([winnerId]);
  const stored = await allMessages();
  expect(stored).toHaveLength(messages);
  for (const { contactId, conversationId, channelId } of stored) {
    expect({ contactId, conversationId }).toEqual({
      contactId: winnerId,
      conversationId: conversationIdOf(channelId, winnerId),
    });
  }
  const conversations = await allConversations();
  expect(conversations.map(({ id }) => id).sort()).toEqual(
    [...new Set(stored.map(({ conversationId }) => conversationId))].sort(),
  );
  const { docs } = await db().collection('identities').get();
  expect(new Set(docs.map((doc) => doc.get('contactId') as string))).toEqual(new Set([winnerId]));
}

describe('a merge', () => {
  it('makes one contact, one conversation a channel, one thread', async () => {
    await twoContacts();
    await merge(winnerId, loserId, 'merge-0001');

    await isOne(7);
    expect(await contactAt(winnerId)).toMatchObject({
      phone: `+${byNumber.phone}`,
      bsuid: byBsuid.bsuid,
      tags: ['a', 'b'],
      attributes: { city: 'Lima', plan: 'gold' },
      consents: { marketing: { state: 'out', at: 5 } },
      mergedFrom: [loserId],
    });
    expect(await conversationAt(conversationIdOf(CHANNEL, winnerId))).toMatchObject({
      unreadCount: 6,
      address: { phone: `+${byNumber.phone}`, bsuid: byBsuid.bsuid },
      mergedFrom: [loserId],
    });
    expect(await contactAt(loserId)).toMatchObject({ mergedInto: winnerId, isActive: false });
    expect(await jobAt('merge-0001')).toMatchObject({
      status: 'done',
      result: { merged: true, messages: 4 },
    });
  });

  it('that is undone leaves both exactly as they were', async () => {
    await twoContacts();
    const before = await everything();
    await merge(winnerId, loserId, 'merge-0001');
    await unmerge('merge-0001');
    const after = await everything();
    const plain = (all: typeof before) =>
      Object.fromEntries(
        Object.entries(all).map(([path, data]) => {
          // Empty lists that the merge left say nothing.
          const { merges, mergedFrom, ...rest } = data;
          delete rest['updatedAt'];
          expect([merges ?? [], mergedFrom ?? []]).toEqual([[], []]);
          return [path, rest];
        }),
      );
    expect(plain(after)).toEqual(plain(before));
  });

  it('that is undone leaves what came since with the winner', async () => {
    await twoContacts();
    await merge(winnerId, loserId, 'merge-0001');
    clearCaches();
    await receive(byBsuid, CHANNEL, 'wamid.since');
    await db()
      .doc(`contacts/${winnerId}`)
      .update({ tags: ['a', 'b', 'new'] });
    await unmerge('merge-0001');

    const since = (await allMessages()).find(({ wamid }) => wamid === 'wamid.since');
    expect(since?.contactId).toBe(winnerId);
    expect((await allMessages()).filter(({ contactId }) => contactId === loserId)).toHaveLength(4);
    expect((await contactAt(winnerId)).tags).toEqual(['a', 'new']);
    expect((await contactAt(winnerId)).bsuid).toBe(null);
    expect(await conversationAt(conversationIdOf(CHANNEL, winnerId))).toMatchObject({
      unreadCount: 4,
      lastInboundWamid: 'wamid.since',
    });
    clearCaches();
    await receive(byBsuid, CHANNEL, 'wamid.after');
    const after = (await allMessages()).find(({ wamid }) => wamid === 'wamid.after');
    expect(after?.contactId).toBe(loserId);
  });

  /** All of them take minutes; each run of the tests begins at another one. */
  const EVERY = process.env['RECADO_CHAOS'] ? 1 : 10;
  const random = seededRandom('deaths of merges');

  it.each(['merge', 'unmerge'])(
    'a %s that dies at any request, before or after it, comes to the same end',
    { timeout: 240_000 },
    async (what) => {
      for (const crash of ['crash-before', 'crash-after'] as const) {
        for (let at = random.below(EVERY); ; at += EVERY) {
          await clearFirestore();
          clearCaches();
          await twoContacts(1);
          const before = await everything();
          if (what === 'unmerge') await merge(winnerId, loserId, 'merge-0001');
          faults.plan((request) => (request === at ? crash : undefined));
          const work =
            what === 'merge' ? merge(winnerId, loserId, 'merge-0001') : unmerge('merge-0001');
          const died = await work.then(
            () => false,
            () => true,
          );
          const count = faults.count;
          faults.end();
          clearCaches();
          if (count <= at) break;
          await freeJobs();
          if (died)
            await (what === 'merge'
              ? merge(winnerId, loserId, 'merge-0001')
              : unmerge('merge-0001').catch(runJobs));
          await runJobs();
          if (what === 'merge') await isOne(3);
          else expect(Object.keys(await everything()).sort()).toEqual(Object.keys(before).sort());
          const owners = (await allMessages()).map(({ contactId }) => contactId).sort();
          const expected =
            what === 'merge' ? [winnerId, winnerId, winnerId] : [winnerId, loserId, loserId].sort();
          expect(owners, `${crash} ${at}`).toEqual(expected);
          const unread = (await allConversations()).map(({ unreadCount }) => unreadCount);
          expect(unread.reduce((a, b) => a + b)).toBe(3);
        }
      }
    },
  );

  it(
    'loses and doubles nothing that arrives meanwhile at instances that know nothing of it',
    { timeout: 120_000 },
    async () => {
      await twoContacts();
      // This instance knows the loser's alias; another process will, and a third knows nothing.
      const writers = Array.from({ length: 40 }, (_, index) => ({
        way: 'webhook' as const,
        identity: index % 2 === 0 ? { bsuid: byBsuid.bsuid } : { phone: `+${byNumber.phone}` },
      }));
      const elsewhere = startWriters(writers, 2, 1_500);
      const merging = new AbortController();
      let here = 0;
      const writing = (async () => {
        while (!merging.signal.aborted) {
          const wamid = `wamid.${++n}`;
          await Promise.all([receive(byBsuid, CHANNEL, wamid), receive(byBsuid, CHANNEL, wamid)]);
          here++;
        }
      })();
      await waitFor('the writers to begin', async () => (await allMessages()).length > 10);
      await merge(winnerId, loserId, 'merge-0001');
      await elsewhere;
      merging.abort();
      await writing;
      await isOne(7 + 40 + here);
      const unread = (await allConversations()).map(({ unreadCount }) => unreadCount);
      expect(unread.reduce((a, b) => a + b)).toBe(7 + 40 + here);
    },
  );

  it('a first message over another channel, on its way meanwhile, is the winner’s', async () => {
    await receive(byNumber);
    await receive(byBsuid);
    let merged = false;
    let commits = 0;
    clearCaches();
    // Between the look and the write: two tries come before the look.
    faults.plan((_, method) => {
      if (method !== 'commit' || ++commits !== 3 || merged) return undefined;
      merged = true;
      return () => merge(winnerId, loserId, 'merge-0001');
    });
    await receive(byBsuid, SECOND);
    faults.end();
    expect(merged).toBe(true);
    await isOne(3);
  });

  it('a message that waits goes out once, to the address that it had', async () => {
    await receive(byNumber);
    await receive(byBsuid);
    await simulator.customerSends(byNumber.phone, { messages: [{ type: 'text', text: 'hi' }] });
    await receive({ ...byBsuid });
    const member = { uid: 'admin', role: 'admin' } as const;
    const request = sendInput.parse({
      idempotencyKey: `waiting-${Date.now()}`,
      conversationId: conversationIdOf(CHANNEL, loserId),
      message: { type: 'text', text: { body: 'later' } },
      sendAt: Date.now() + 3_600_000,
    });
    await send(member, request);
    await merge(winnerId, loserId, 'merge-0001');
    const sentBefore = (await simulator.counts()).total;
    restoreClock = setClock(() => Date.now() + 3_601_000);
    await Promise.all([processDue(), processDue()]);
    await waitFor('the send', async () => {
      const message = await messageAt(request.idempotencyKey);
      return message?.direction === 'out' && message.claimedAt !== undefined;
    });
    expect(await messageAt(request.idempotencyKey)).toMatchObject({
      contactId: winnerId,
      to: { bsuid: byBsuid.bsuid },
    });
    await waitFor('WhatsApp to have it', async () => {
      const message = await messageAt(request.idempotencyKey);
      return message?.direction === 'out' && (message.acceptedAt ?? message.failedAt) !== undefined;
    });
    expect((await simulator.counts()).total - sentBefore).toBeLessThanOrEqual(1);

    // Statuses find it by its id and by WhatsApp's.
    const wamid = (await messageAt(request.idempotencyKey))?.wamid ?? 'wamid.known';
    await db().doc(`messages/${request.idempotencyKey}`).update({ wamid });
    await receiveWebhook(statusesBody([{ id: wamid, status: 'read', timestamp: '1' }]));
    expect(await messageAt(request.idempotencyKey)).toHaveProperty('readAt');
  });

  it('that is cancelled half way is undone', async () => {
    await twoContacts();
    const before = Object.keys(await everything()).sort();
    // Once the contacts are one.
    let isDead = false;
    faults.plan((_, method) => {
      if (!isDead) return method === 'commit' ? lookAgain : undefined;
      return 'crash-before';
    });
    async function lookAgain(): Promise<void> {
      isDead = (await contactAt(loserId)).mergedInto !== undefined;
    }
    await merge(winnerId, loserId, 'merge-0001').catch(() => undefined);
    faults.end();
    expect((await contactAt(loserId)).mergedInto).toBe(winnerId);
    await call(jobsCancel, { jobId: 'merge-0001' }, as('supervisor'));
    await freeJobs();
    await runJobs();
    expect(await jobAt('merge-0001')).toMatchObject({ status: 'cancelled' });
    expect(Object.keys(await everything()).sort()).toEqual(before);
  });
});

describe('merges of merges', () => {
  const third = { bsuid: 'ES.3' };
  const thirdId = aliasIds(third)[0] as string;

  it('are undone from the last one back', async () => {
    await twoContacts(1);
    await receive(third);
    const before = await everything();
    await merge(winnerId, loserId, 'merge-0001');
    await merge(thirdId, winnerId, 'merge-0002');
    expect((await contactAt(thirdId)).mergedFrom).toEqual([winnerId, loserId]);
    clearCaches();
    await receive(byBsuid, CHANNEL, 'wamid.to-third');
    const last = (await allMessages()).find(({ wamid }) => wamid === 'wamid.to-third');
    expect(last?.contactId).toBe(thirdId);

    const early = unmerge('merge-0001').catch((error: unknown) => error);
    expect(await early).toMatchObject({ details: { reason: 'merged-further' } });
    await unmerge('merge-0002');
    await unmerge('merge-0001');
    const owners = async (wamids: string[]) =>
      (await allMessages())
        .filter(({ wamid }) => wamids.includes(wamid ?? ''))
        .map(({ contactId }) => contactId);
    expect(await owners(['wamid.to-third'])).toEqual([thirdId]);
    const after = await everything();
    expect(Object.keys(after).filter((path) => !(path in before))).toHaveLength(1);
    for (const [path, { contactId, conversationId }] of Object.entries(before)) {
      if (!path.startsWith('messages/')) continue;
      expect(after[path]).toMatchObject({ contactId, conversationId });
    }
    expect((await allContacts()).filter(({ mergedInto }) => mergedInto)).toEqual([]);
  });
});

describe('contacts that WhatsApp shows to be one', () => {
  it('are merged by themselves, and a merge that a member undid is not done again', async () => {
    await receive(byNumber);
    await receive(byBsuid);
    clearCaches();
    await receive({ ...byNumber, ...byBsuid });
    await runJobs();
    const alive = (await allContacts()).filter(({ mergedInto }) => mergedInto === undefined);
    expect(alive).toHaveLength(1);
    expect(await allConversations()).toHaveLength(1);

    const { docs } = await db().collection('merges').get();
    await unmerge(docs[0]?.id as string);
    clearCaches();
    await receive({ ...byNumber, ...byBsuid });
    await runJobs();
    expect((await allContacts()).filter(({ mergedInto }) => mergedInto)).toHaveLength(0);
  });
});

describe('the callables', () => {
  it('are for leads, know one merge by its key, and say what is wrong', async () => {
    await twoContacts(1);
    const input = { jobId: 'merge-0001', winnerId, loserId };
    expect(await codeOf(call(contactsMerge, input, as('agent')))).toBe('permission-denied');
    expect(await codeOf(call(contactsMerge, { ...input, loserId: winnerId }, as('admin')))).toBe(
      'invalid-argument',
    );
    expect(await codeOf(call(contactsMerge, { ...input, loserId: 'nobody' }, as('admin')))).toBe(
      'not-found',
    );
    expect(
      await codeOf(
        call(contactsUnmerge, { jobId: 'undo-0001', mergeId: 'merge-0001' }, as('admin')),
      ),
    ).toBe('not-found');
    await call(contactsMerge, input, as('supervisor'));
    await call(contactsMerge, input, as('supervisor'));
    await runJobs();
    await call(contactsMerge, input, as('supervisor'));
    const again = { ...input, jobId: 'merge-0002' };
    expect(await codeOf(call(contactsMerge, again, as('supervisor')))).toBe('failed-precondition');
    const { docs } = await db()
      .collection('auditLog')
      .where('action', '==', 'contacts.merge')
      .get();
    expect(docs).toHaveLength(1);
  });

  it('after 30 days a merge is not undone; its record goes, the way to the winner stays', async () => {
    await twoContacts(1);
    await merge(winnerId, loserId, 'merge-0001');
    expect(await removeOldMerges()).toBe(0);
    restoreClock = setClock(() => Date.now() + 31 * 24 * 60 * 60_000);
    expect(
      await codeOf(
        call(contactsUnmerge, { jobId: 'undo-0001', mergeId: 'merge-0001' }, as('admin')),
      ),
    ).toBe('not-found');
    expect(await removeOldMerges()).toBe(1);
    expect((await db().collectionGroup('mergedConversations').get()).size).toBe(0);
    expect((await contactAt(loserId)).mergedInto).toBe(winnerId);
  });
});
